#include "engine/torch/open.hpp"

#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/torch/failure.hpp"

namespace envguard::engine::torch {
namespace {

using std::filesystem::path;

class Opener {
 public:
  explicit Opener(const std::function<void(const path&)>& announce) : announce_(announce) {}

  /// Nothing where it does not open; `why` then says so.
  std::optional<SharedLibrary> open(const path& library, SharedLibrary::Scope scope = SharedLibrary::Scope::local) {
    announce_(library);
    auto opened = SharedLibrary::open(library, scope);
    if (auto* held = std::get_if<SharedLibrary>(&opened)) return std::move(*held);
    why_ = std::get<Unopened>(opened).why;
    return std::nullopt;
  }

  /// As Python does, the first that does not open ends the preloading: what is missing then shows where it is needed.
  void preload(const std::vector<path>& libraries) {
    for (const path& library : libraries) {
      if (!open(library)) return;
    }
  }

  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  const std::function<void(const path&)>& announce_;
  std::string why_;
};

bool is_there(const path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

/// "libcudart.so.13" of the linker's "libcudart.so.13: cannot open shared object file: No such file or directory".
std::string missing_name(const std::string& why) {
  return why.substr(0, why.find(": "));
}

/// A library that it needs is not there; one that is there and cannot be used is another matter.
bool lacks_library(const std::string& why) {
  return why.find("cannot open shared object file: No such file or directory") != std::string::npos;
}

[[noreturn]] void refuse(const path& library, const std::string& why) {
  throw CannotOpen(lacks_library(why) ? CannotOpen::Kind::missing_library : CannotOpen::Kind::not_loadable,
                   fmt::format("{} cannot be opened: {}", library.string(), why), missing_name(why));
}

/// False where the install has none, as some LibTorch folders.
bool open_global_deps(Opener& opener, const path& library) {
  return is_there(library) && opener.open(library, SharedLibrary::Scope::global);
}

}  // namespace

SharedLibrary open_libtorch(const model::Plan& plan, const std::function<void(const path&)>& announce) {
  const path& folder = plan.install.library;
  Opener opener(announce);
  const bool global_deps = open_global_deps(opener, folder / "libtorch_global_deps.so");
  opener.preload(plan.preload);
  if (!global_deps) open_global_deps(opener, folder / "libtorch_global_deps.so");

  const path whole = folder / "libtorch.so";
  if (!is_there(whole)) {
    throw CannotOpen(CannotOpen::Kind::missing_library, fmt::format("{} does not exist", whole.string()),
                     whole.string());
  }
  if (auto library = opener.open(whole)) return std::move(*library);
  const std::string why = opener.why();
  if (plan.device.kind != model::DeviceKind::cpu || !lacks_library(why)) refuse(whole, why);
  const path cpu_only = folder / "libtorch_cpu.so";
  if (auto library = opener.open(cpu_only)) return std::move(*library);
  refuse(cpu_only, opener.why());
}

}  // namespace envguard::engine::torch
