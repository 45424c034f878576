#include "engine/cuda/cudnn.hpp"

#include <fmt/format.h>

#include "engine/cuda/abi/cudnn.hpp"
#include "engine/cuda/owned.hpp"
#include "engine/torch/failure.hpp"

namespace envguard::engine::cuda {
namespace {

namespace cudnn = abi::cudnn;
using torch::Refusal;

/// cuDNN 9 counts statuses in thousands: 1000 not whole, 2000 bad parameters, 3000 not supported, 4000 internal, 5000
/// execution. Of the third thousand some say that it is not whole here, which is no answer about this GPU.
Refusal::Reason reason_of(cudnn::Status status) {
  switch (status) {
    case cudnn::host_allocation_failed:
    case cudnn::device_allocation_failed:
      return Refusal::Reason::no_memory;
    case cudnn::incompatible_driver:
    case cudnn::incompatible_runtime:
    case cudnn::prerequisite_missing:
    case cudnn::sublibrary_unavailable:
      return Refusal::Reason::device;
    default:
      break;
  }
  const bool not_supported = status >= cudnn::not_supported && status < cudnn::internal_error;
  return not_supported ? Refusal::Reason::unsupported : Refusal::Reason::device;
}

class Check {
 public:
  explicit Check(const Symbols& symbols) : explain_(symbols.function<cudnn::GetErrorString>("cudnnGetErrorString")) {}
  void operator()(const char* function, cudnn::Status status) const {
    if (status != cudnn::success) {
      throw Refusal(reason_of(status), fmt::format("{}: {}", function, explain_(status)));
    }
  }

 private:
  cudnn::GetErrorString* explain_;
};

/// The handle and the descriptors of one convolution.
class Forward {
 public:
  Forward(const Symbols& symbols, const Convolution2d& size)
      : symbols_(symbols),
        check_(symbols),
        handle_(make_owned<cudnn::HandleObject>(symbols, check_, "cudnnCreate", "cudnnDestroy")),
        x_(tensor(size.n, size.c, size.h, size.w)),
        y_(tensor(size.n, size.k, height(size), width(size))),
        w_(make_owned<cudnn::FilterObject>(symbols, check_, "cudnnCreateFilterDescriptor",
                                           "cudnnDestroyFilterDescriptor")),
        convolution_(make_owned<cudnn::ConvolutionObject>(symbols, check_, "cudnnCreateConvolutionDescriptor",
                                                          "cudnnDestroyConvolutionDescriptor")) {
    call<cudnn::SetFilter4d>("cudnnSetFilter4dDescriptor", w_.get(), cudnn::data_float, cudnn::tensor_nchw, size.k,
                             size.c, size.r, size.s);
    constexpr int stride = 1, dilation = 1;
    call<cudnn::SetConvolution2d>("cudnnSetConvolution2dDescriptor", convolution_.get(), size.padding, size.padding,
                                  stride, stride, dilation, dilation, cudnn::cross_correlation, cudnn::data_float);
    call<cudnn::SetMathType>("cudnnSetConvolutionMathType", convolution_.get(), cudnn::fma_math);
  }

  [[nodiscard]] static int height(const Convolution2d& size) { return size.h + 2 * size.padding - size.r + 1; }
  [[nodiscard]] static int width(const Convolution2d& size) { return size.w + 2 * size.padding - size.s + 1; }

  void run(const Gpu& gpu, const void* x, const void* w, void* y) const {
    std::size_t needed = 0;
    call<cudnn::GetWorkspaceSize>("cudnnGetConvolutionForwardWorkspaceSize", handle_.get(), x_.get(), w_.get(),
                                  convolution_.get(), y_.get(), cudnn::implicit_precomp_gemm, &needed);
    const Gpu::Memory workspace = gpu.allocate(needed);
    constexpr float one = 1, zero = 0;
    call<cudnn::Forward>("cudnnConvolutionForward", handle_.get(), static_cast<const void*>(&one), x_.get(), x,
                         w_.get(), w, convolution_.get(), cudnn::implicit_precomp_gemm, workspace.get(), needed,
                         static_cast<const void*>(&zero), y_.get(), y);
    gpu.synchronize();  // the workspace is given back when the kernel has ended
  }

 private:
  template <class Signature, class... Arguments>
  void call(const char* name, Arguments... arguments) const {
    check_(name, symbols_.function<Signature>(name)(arguments...));
  }

  [[nodiscard]] Owned<cudnn::TensorObject> tensor(int n, int c, int h, int w) const {
    auto made = make_owned<cudnn::TensorObject>(symbols_, check_, "cudnnCreateTensorDescriptor",
                                                "cudnnDestroyTensorDescriptor");
    call<cudnn::SetTensor4d>("cudnnSetTensor4dDescriptor", made.get(), cudnn::tensor_nchw, cudnn::data_float, n, c, h,
                             w);
    return made;
  }

  const Symbols& symbols_;
  Check check_;
  Owned<cudnn::HandleObject> handle_;
  Owned<cudnn::TensorObject> x_, y_;
  Owned<cudnn::FilterObject> w_;
  Owned<cudnn::ConvolutionObject> convolution_;
};

}  // namespace

std::vector<std::byte> conv2d(const Symbols& symbols, const Gpu& gpu, std::span<const std::byte> x,
                              std::span<const std::byte> w, const Convolution2d& size) {
  const Forward forward(symbols, size);
  const std::size_t result_size = sizeof(float) * static_cast<std::size_t>(size.n) * static_cast<std::size_t>(size.k) *
                                  static_cast<std::size_t>(Forward::height(size)) *
                                  static_cast<std::size_t>(Forward::width(size));
  const Gpu::Memory input = gpu.upload(x), filter = gpu.upload(w), output = gpu.allocate(result_size);
  forward.run(gpu, input.get(), filter.get(), output.get());
  return gpu.download(output, result_size);
}

}  // namespace envguard::engine::cuda
