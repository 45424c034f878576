#include "engine/loaded_versions.hpp"

#include <cstddef>
#include <string>

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

}  // namespace

std::vector<model::Component> loaded_versions(const SharedLibrary& libtorch) {
  std::vector<model::Component> versions;
  if (auto* ask = libtorch.function<int(int*)>("cudaRuntimeGetVersion")) {
    int number = 0;
    if (ask(&number) == 0) {
      versions.push_back({"cuda", fmt::format("{}.{}", number / 1000, number / 10 % 100), "cudaRuntimeGetVersion"});
    }
  }
  if (auto* ask = libtorch.function<std::size_t()>("cublasLtGetVersion")) {
    versions.push_back({"cublas", in_hundreds(ask()), "cublasLtGetVersion"});
  }
  if (auto* ask = libtorch.function<std::size_t()>("cudnnGetVersion")) {
    versions.push_back({"cudnn", cudnn_version(ask()), "cudnnGetVersion"});
  }
  if (auto* ask = libtorch.function<int(int*)>("ncclGetVersion")) {
    int number = 0;
    if (ask(&number) == 0)
      versions.push_back({"nccl", in_hundreds(static_cast<std::size_t>(number)), "ncclGetVersion"});
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
