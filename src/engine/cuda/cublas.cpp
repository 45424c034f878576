#include "engine/cuda/cublas.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "engine/cuda/abi/cublas.hpp"
#include "engine/cuda/owned.hpp"
#include "engine/torch/failure.hpp"

namespace envguard::engine::cuda {
namespace {

namespace cublas = abi::cublas;
using recipe::DType;
using torch::Refusal;

constexpr float one = 1, zero = 0;

Refusal::Reason reason_of(cublas::Status status) {
  switch (status) {
    case cublas::alloc_failed:
      return Refusal::Reason::no_memory;
    case cublas::arch_mismatch:
    case cublas::not_supported:
      return Refusal::Reason::unsupported;
    default:
      return Refusal::Reason::device;
  }
}

/// Throws where a status is not success.
class Check {
 public:
  Check(const Symbols& symbols, const char* explain) : explain_(symbols.function<cublas::GetStatusString>(explain)) {}
  void operator()(const char* function, cublas::Status status) const {
    if (status != cublas::success) {
      throw Refusal(reason_of(status), fmt::format("{}: {}", function, explain_(status)));
    }
  }

 private:
  cublas::GetStatusString* explain_;
};

int number_of(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return cublas::real_32f;
    case DType::float16:
      return cublas::real_16f;
    case DType::bfloat16:
      return cublas::real_16bf;
    default:
      throw std::logic_error("a product in a type that cuBLAS is not asked for");
  }
}

std::size_t result_size(const Product& size, DType dtype) {
  return static_cast<std::size_t>(size.m) * static_cast<std::size_t>(size.n) * recipe::size_of(dtype);
}

/// cuBLAS counts columns first: a row-major product is b^T @ a^T, so b comes first and m and n change places.
struct Operands {
  Operands(const Gpu& gpu, Bytes left, Bytes right, std::size_t size)
      : a(gpu.upload(left)), b(gpu.upload(right)), c(gpu.allocate(size)) {}
  Gpu::Memory a, b, c;
};

Owned<cublas::HandleObject> make_handle(const Symbols& symbols, const Check& check, int math_mode) {
  auto handle = make_owned<cublas::HandleObject>(symbols, check, "cublasCreate_v2", "cublasDestroy_v2");
  check("cublasSetMathMode", symbols.function<cublas::SetMathMode>("cublasSetMathMode")(handle.get(), math_mode));
  return handle;
}

}  // namespace

std::vector<std::byte> sgemm(const Symbols& symbols, const Gpu& gpu, Bytes a, Bytes b, const Product& size,
                             MathMode mode) {
  const Check check(symbols, "cublasGetStatusString");
  const auto handle =
      make_handle(symbols, check, mode == MathMode::pedantic ? cublas::pedantic_math : cublas::default_math);
  const Operands on(gpu, a, b, result_size(size, DType::float32));
  check("cublasSgemm", symbols.function<cublas::Sgemm>("cublasSgemm_v2")(
                           handle.get(), cublas::operation_none, cublas::operation_none, size.n, size.m, size.k, &one,
                           static_cast<const float*>(on.b.get()), size.n, static_cast<const float*>(on.a.get()), size.k,
                           &zero, static_cast<float*>(on.c.get()), size.n));
  return gpu.download(on.c, result_size(size, DType::float32));
}

std::vector<std::byte> gemm_ex(const Symbols& symbols, const Gpu& gpu, Bytes a, Bytes b, const Product& size,
                               DType dtype) {
  const Check check(symbols, "cublasGetStatusString");
  const auto handle = make_handle(symbols, check, cublas::default_math | cublas::disallow_reduced_precision_reduction);
  const Operands on(gpu, a, b, result_size(size, dtype));
  const int type = number_of(dtype);
  check("cublasGemmEx", symbols.function<cublas::GemmEx>("cublasGemmEx")(
                            handle.get(), cublas::operation_none, cublas::operation_none, size.n, size.m, size.k, &one,
                            on.b.get(), type, size.n, on.a.get(), type, size.k, &zero, on.c.get(), type, size.n,
                            cublas::compute_32f, cublas::gemm_default));
  return gpu.download(on.c, result_size(size, dtype));
}

namespace {

constexpr std::size_t workspace_limit = std::size_t{4} << 20;

/// The descriptors of one cublasLtMatmul: weight^T @ x^T, columns first.
class Matmul {
 public:
  Matmul(const Symbols& symbols, const Product& size, int type, const void* bias)
      : symbols_(symbols),
        check_(symbols, "cublasLtGetStatusString"),
        handle_(make_owned<cublas::LtHandleObject>(symbols, check_, "cublasLtCreate", "cublasLtDestroy")),
        operation_(make_owned<cublas::LtOperationObject>(symbols, check_, "cublasLtMatmulDescCreate",
                                                         "cublasLtMatmulDescDestroy", cublas::compute_32f,
                                                         cublas::real_32f)),
        weight_(layout(type, size.k, size.n)),
        x_(layout(type, size.k, size.m)),
        y_(layout(type, size.n, size.m)),
        preference_(make_owned<cublas::LtPreferenceObject>(symbols, check_, "cublasLtMatmulPreferenceCreate",
                                                           "cublasLtMatmulPreferenceDestroy")) {
    set(cublas::lt_transposed_a, cublas::operation_transposed);
    set(cublas::lt_epilogue, cublas::lt_epilogue_bias);
    set(cublas::lt_bias_pointer, bias);
    check_("cublasLtMatmulPreferenceSetAttribute",
           symbols.function<cublas::LtPreferenceSet>("cublasLtMatmulPreferenceSetAttribute")(
               preference_.get(), cublas::lt_max_workspace_bytes, &workspace_limit, sizeof workspace_limit));
  }

  void run(const Gpu& gpu, const void* weight, const void* x, void* y) const {
    const cublas::LtHeuristic chosen = first_algorithm();
    const Gpu::Memory workspace = gpu.allocate(chosen.workspace_size);
    void* default_stream = nullptr;
    check_("cublasLtMatmul",
           symbols_.function<cublas::LtMatmul>("cublasLtMatmul")(
               handle_.get(), operation_.get(), &one, weight, weight_.get(), x, x_.get(), &zero, y, y_.get(), y,
               y_.get(), &chosen.algorithm, workspace.get(), chosen.workspace_size, default_stream));
    gpu.synchronize();  // the workspace is given back when the kernel has ended
  }

 private:
  [[nodiscard]] Owned<cublas::LtLayoutObject> layout(int type, int rows, int columns) const {
    return make_owned<cublas::LtLayoutObject>(symbols_, check_, "cublasLtMatrixLayoutCreate",
                                              "cublasLtMatrixLayoutDestroy", type, static_cast<std::uint64_t>(rows),
                                              static_cast<std::uint64_t>(columns), static_cast<std::int64_t>(rows));
  }

  template <class Value>
  void set(int attribute, const Value& value) const {
    check_("cublasLtMatmulDescSetAttribute",
           symbols_.function<cublas::LtOperationSet>("cublasLtMatmulDescSetAttribute")(
               operation_.get(), attribute, static_cast<const void*>(&value), sizeof value));
  }

  [[nodiscard]] cublas::LtHeuristic first_algorithm() const {
    cublas::LtHeuristic first{};
    int found = 0;
    check_("cublasLtMatmulAlgoGetHeuristic",
           symbols_.function<cublas::LtGetHeuristic>("cublasLtMatmulAlgoGetHeuristic")(
               handle_.get(), operation_.get(), weight_.get(), x_.get(), y_.get(), y_.get(), preference_.get(), 1,
               &first, &found));
    check_("cublasLtMatmulAlgoGetHeuristic", found > 0 ? first.state : cublas::not_supported);
    return first;
  }

  const Symbols& symbols_;
  Check check_;
  Owned<cublas::LtHandleObject> handle_;
  Owned<cublas::LtOperationObject> operation_;
  Owned<cublas::LtLayoutObject> weight_, x_, y_;
  Owned<cublas::LtPreferenceObject> preference_;
};

}  // namespace

std::vector<std::byte> linear_with_bias(const Symbols& symbols, const Gpu& gpu, Bytes x, Bytes weight, Bytes bias,
                                        const Product& size, DType dtype) {
  const Operands on(gpu, x, weight, result_size(size, dtype));
  const Gpu::Memory added = gpu.upload(bias);
  const Matmul matmul(symbols, size, number_of(dtype), static_cast<const void*>(added.get()));
  matmul.run(gpu, on.b.get(), on.a.get(), on.c.get());
  return gpu.download(on.c, result_size(size, dtype));
}

}  // namespace envguard::engine::cuda
