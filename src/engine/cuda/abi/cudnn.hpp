#pragma once

#include <cstddef>

/// What the engine uses of libcudnn, declared by hand after cuDNN 9.19's cudnn_graph.h, cudnn_ops.h and cudnn_cnn.h.
namespace envguard::engine::cuda::abi::cudnn {

using Status = int;
struct HandleObject;
struct TensorObject;
struct FilterObject;
struct ConvolutionObject;

inline constexpr Status success = 0;
inline constexpr Status not_supported = 3000;  // and what lies up to the next thousand
inline constexpr Status incompatible_driver = 3005;
inline constexpr Status incompatible_runtime = 3006;
inline constexpr Status prerequisite_missing = 3008;
inline constexpr Status sublibrary_unavailable = 3009;
inline constexpr Status internal_error = 4000;
inline constexpr Status host_allocation_failed = 4003;
inline constexpr Status device_allocation_failed = 4004;

inline constexpr int data_float = 0;
inline constexpr int tensor_nchw = 0;
inline constexpr int cross_correlation = 1;
inline constexpr int fma_math = 3;
inline constexpr int implicit_precomp_gemm = 1;

using GetErrorString = const char*(Status status);
using Create = Status(HandleObject** handle);
using Destroy = Status(HandleObject* handle);
using CreateTensor = Status(TensorObject** tensor);
using DestroyTensor = Status(TensorObject* tensor);
using SetTensor4d = Status(TensorObject* tensor, int format, int type, int n, int c, int h, int w);
using CreateFilter = Status(FilterObject** filter);
using DestroyFilter = Status(FilterObject* filter);
using SetFilter4d = Status(FilterObject* filter, int type, int format, int k, int c, int h, int w);
using CreateConvolution = Status(ConvolutionObject** convolution);
using DestroyConvolution = Status(ConvolutionObject* convolution);
using SetConvolution2d = Status(ConvolutionObject* convolution, int pad_h, int pad_w, int stride_h, int stride_w,
                                int dilation_h, int dilation_w, int mode, int compute_type);
using SetMathType = Status(ConvolutionObject* convolution, int math_type);
using GetWorkspaceSize = Status(HandleObject* handle, TensorObject* x, FilterObject* w, ConvolutionObject* convolution,
                                TensorObject* y, int algorithm, std::size_t* size);
using Forward = Status(HandleObject* handle, const void* alpha, TensorObject* x_shape, const void* x,
                       FilterObject* w_shape, const void* w, ConvolutionObject* convolution, int algorithm,
                       void* workspace, std::size_t workspace_size, const void* beta, TensorObject* y_shape, void* y);

}  // namespace envguard::engine::cuda::abi::cudnn
