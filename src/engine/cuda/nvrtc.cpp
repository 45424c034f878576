#include "engine/cuda/nvrtc.hpp"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <link.h>

#include "engine/cuda/abi/nvrtc.hpp"
#include "engine/torch/failure.hpp"

namespace envguard::engine::cuda {
namespace {

namespace nvrtc = abi::nvrtc;
using torch::Refusal;

SharedLibrary open(const std::filesystem::path& path) {
  auto opened = SharedLibrary::open(path);
  if (auto* held = std::get_if<SharedLibrary>(&opened)) return std::move(*held);
  throw Refusal(Refusal::Reason::unsupported, fmt::format("NVRTC was not found: {}", std::get<Unopened>(opened).why));
}

/// NVRTC opens them by bare name when it compiles first, and the wheels of CUDA 13 have no run path to them: PyTorch
/// opens them beforehand, and so does this where nobody did. Where there are none beside it, NVRTC itself says so.
void open_builtins(const std::filesystem::path& folder) {
  std::error_code none;
  for (std::filesystem::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none)) {
    if (entry->path().filename().string().starts_with("libnvrtc-builtins.so."))
      static_cast<void>(SharedLibrary::open(entry->path()));
  }
}

Refusal::Reason reason_of(nvrtc::Result result) {
  switch (result) {
    case nvrtc::out_of_memory:
      return Refusal::Reason::no_memory;
    case nvrtc::invalid_option:  // an architecture that this compiler does not know
      return Refusal::Reason::unsupported;
    default:
      return Refusal::Reason::device;
  }
}

struct Destroy {
  nvrtc::DestroyProgram* destroy;
  void operator()(nvrtc::ProgramObject* program) const { destroy(&program); }
};

}  // namespace

std::optional<std::filesystem::path> mapped(const std::string& name) {
  struct Search {
    const std::string& name;
    std::optional<std::filesystem::path> found;
  } search{name, {}};
  dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* to) {
        auto& wanted = *static_cast<Search*>(to);
        const std::filesystem::path path = object->dlpi_name == nullptr ? "" : object->dlpi_name;
        const std::string file = path.filename().string();
        if (file != wanted.name && !file.starts_with(wanted.name + '.')) return 0;
        wanted.found = path;
        return 1;
      },
      &search);
  return search.found;
}

Nvrtc::Nvrtc(const SharedLibrary& library) : path_(library.path()), symbols_(Symbols::in(library)) {
  open_builtins(path_.parent_path());
}

Nvrtc Nvrtc::of_pytorch(const std::filesystem::path& libtorch) {
  static constexpr auto* name = "libnvrtc.so";
  if (const auto path = mapped(name)) return Nvrtc(open(*path));
  (void)open(libtorch.parent_path() / "libcaffe2_nvrtc.so");
  if (const auto path = mapped(name)) return Nvrtc(open(*path));
  throw Refusal(Refusal::Reason::unsupported, "NVRTC was not found: PyTorch's libcaffe2_nvrtc.so loads none");
}

std::string Nvrtc::version() const {
  int major = 0, minor = 0;
  check("nvrtcVersion", symbols_.function<nvrtc::Version>("nvrtcVersion")(&major, &minor));
  return fmt::format("{}.{}", major, minor);
}

std::vector<std::byte> Nvrtc::compile(const std::string& source, int capability,
                                      std::vector<std::string> options) const {
  nvrtc::ProgramObject* created = nullptr;
  check("nvrtcCreateProgram", symbols_.function<nvrtc::CreateProgram>("nvrtcCreateProgram")(
                                  &created, source.c_str(), "kernels.cu", 0, nullptr, nullptr));
  const std::unique_ptr<nvrtc::ProgramObject, Destroy> program(
      created, Destroy{symbols_.function<nvrtc::DestroyProgram>("nvrtcDestroyProgram")});

  options.push_back(fmt::format("--gpu-architecture=sm_{}", capability));
  std::vector<const char*> texts;
  for (const std::string& option : options) texts.push_back(option.c_str());
  const nvrtc::Result compiled = symbols_.function<nvrtc::CompileProgram>("nvrtcCompileProgram")(
      program.get(), static_cast<int>(texts.size()), texts.data());
  if (compiled == nvrtc::compilation) {
    std::size_t size = 0;
    check("nvrtcGetProgramLogSize",
          symbols_.function<nvrtc::GetProgramLogSize>("nvrtcGetProgramLogSize")(program.get(), &size));
    std::string log(size, '\0');
    check("nvrtcGetProgramLog",
          symbols_.function<nvrtc::GetProgramLog>("nvrtcGetProgramLog")(program.get(), log.data()));
    throw Refusal(Refusal::Reason::unsupported, fmt::format("NVRTC {}: {}", version(), log.c_str()));
  }
  check(fmt::format("nvrtcCompileProgram for sm_{}", capability).c_str(), compiled);

  std::size_t size = 0;
  check("nvrtcGetCUBINSize", symbols_.function<nvrtc::GetCubinSize>("nvrtcGetCUBINSize")(program.get(), &size));
  std::vector<std::byte> cubin(size);
  check("nvrtcGetCUBIN",
        symbols_.function<nvrtc::GetCubin>("nvrtcGetCUBIN")(program.get(), reinterpret_cast<char*>(cubin.data())));
  return cubin;
}

void Nvrtc::check(const char* name, int result) const {
  if (result == nvrtc::success) return;
  const char* text = symbols_.function<nvrtc::GetErrorString>("nvrtcGetErrorString")(result);
  throw Refusal(reason_of(result), fmt::format("{}: {} ({})", name, text, path_.string()));
}

}  // namespace envguard::engine::cuda
