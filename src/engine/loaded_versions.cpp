#include "engine/loaded_versions.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace envguard::engine {
namespace {

/// 130100 -> "13.1.0", as cuBLAS, NCCL and cuDNN 9 count.
std::string in_hundreds(std::size_t number) {
  return fmt::format("{}.{}.{}", number / 10'000, number / 100 % 100, number % 100);
}

/// cuDNN 8 counted major x 1000.
std::string cudnn_version(std::size_t number) {
  return number >= 10'000 ? in_hundreds(number)
                          : fmt::format("{}.{}.{}", number / 1000, number / 100 % 10, number % 100);
}

std::optional<std::string> runtime(const SharedLibrary& library, const char* function) {
  auto* ask = library.function<int(int*)>(function);
  int number = 0;
  if (ask == nullptr || ask(&number) != 0) return std::nullopt;
  return fmt::format("{}.{}", number / 1000, number / 10 % 100);
}

std::optional<std::string> number_given(const SharedLibrary& library, const char* function) {
  auto* ask = library.function<int(int*)>(function);
  int number = 0;
  if (ask == nullptr || ask(&number) != 0) return std::nullopt;
  return in_hundreds(static_cast<std::size_t>(number));
}

std::optional<std::string> number_returned(const SharedLibrary& library, const char* function) {
  auto* ask = library.function<std::size_t()>(function);
  if (ask == nullptr) return std::nullopt;
  return in_hundreds(ask());
}

std::optional<std::string> cudnn(const SharedLibrary& library, const char* function) {
  auto* ask = library.function<std::size_t()>(function);
  if (ask == nullptr) return std::nullopt;
  return cudnn_version(ask());
}

/// libraryPropertyType of library_types.h: MAJOR_VERSION 0, MINOR_VERSION 1, PATCH_LEVEL 2.
std::optional<std::string> properties(const SharedLibrary& library, const char* function) {
  auto* ask = library.function<int(int, int*)>(function);
  if (ask == nullptr) return std::nullopt;
  std::array<int, 3> parts{};
  for (int property = 0; property < 3; ++property)
    if (ask(property, &parts.at(static_cast<std::size_t>(property))) != 0) return std::nullopt;
  return fmt::format("{}.{}.{}", parts[0], parts[1], parts[2]);
}

/// nvJitLink's are unsigned, which is the same to the caller.
std::optional<std::string> major_and_minor(const SharedLibrary& library, const char* function) {
  auto* ask = library.function<int(int*, int*)>(function);
  int major = 0;
  int minor = 0;
  if (ask == nullptr || ask(&major, &minor) != 0) return std::nullopt;
  return fmt::format("{}.{}", major, minor);
}

struct Question {
  std::string_view stem;  ///< of the library's file
  const char* component;
  std::optional<std::string> (*ask)(const SharedLibrary&, const char*);
  const char* function;
};

// Each was asked without a GPU, in CUDA 12.8, 13.0 and 13.2: they answer with the first parts of the wheel's version.
constexpr std::array<Question, 11> questions{{{"libcudart", "cuda", runtime, "cudaRuntimeGetVersion"},
                                              {"libcudnn", "cudnn", cudnn, "cudnnGetVersion"},
                                              {"libnccl", "nccl", number_given, "ncclGetVersion"},
                                              {"libcublasLt", "cublas", number_returned, "cublasLtGetVersion"},
                                              {"libnvrtc", "nvrtc", major_and_minor, "nvrtcVersion"},
                                              {"libcufft", "cufft", properties, "cufftGetProperty"},
                                              {"libcurand", "curand", properties, "curandGetProperty"},
                                              {"libcusolver", "cusolver", properties, "cusolverGetProperty"},
                                              {"libcusparse", "cusparse", properties, "cusparseGetProperty"},
                                              {"libcusparseLt", "cusparselt", properties, "cusparseLtGetProperty"},
                                              {"libnvJitLink", "nvjitlink", major_and_minor, "nvJitLinkVersion"}}};

/// "libcudart" of "libcudart.so.13" and of the "libcudart-9335f6a2.so.12" of LibTorch's zips.
bool has_stem(const model::Library& library, std::string_view stem) {
  const std::string name = library.path.filename().string();
  if (!name.starts_with(stem)) return false;
  const auto rest = std::string_view(name).substr(stem.size());
  constexpr std::size_t mark = 9;
  return rest.starts_with(".so") ||
         (rest.starts_with("-") && rest.substr(std::min(mark, rest.size())).starts_with(".so"));
}

}  // namespace

std::vector<model::Component> loaded_versions(const std::vector<model::Library>& mapped) {
  std::vector<model::Component> versions;
  for (const Question& question : questions) {
    const auto file =
        std::ranges::find_if(mapped, [&](const model::Library& library) { return has_stem(library, question.stem); });
    if (file == mapped.end()) continue;
    const auto library = SharedLibrary::mapped(file->path);
    if (!library) continue;
    if (auto version = question.ask(*library, question.function))
      versions.push_back({question.component, std::move(*version), question.function});
  }
  return versions;
}

void load_cudnn_parts(const SharedLibrary& libtorch) {
  // Both answer without a GPU. What they make is tiny and lives as long as the process.
  static constexpr int operation_graph_descriptor = 15;  // CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR
  void* descriptor = nullptr;
  if (auto* create = libtorch.function<int(int, void**)>("cudnnBackendCreateDescriptor")) {
    create(operation_graph_descriptor, &descriptor);
  }
  if (auto* create = libtorch.function<int(void**)>("cudnnCreateConvolutionDescriptor")) create(&descriptor);
}

}  // namespace envguard::engine
