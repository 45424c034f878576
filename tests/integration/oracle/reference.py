"""Every probe of layers 0 to 3 in ordinary Python: math, NumPy and torch. Shapes and seeds are written here a second time, so that
a recipe that changed without a new id is found out. Each function yields (probe, how to compute it), to be called before the next
is asked for: a device refuses one probe without losing the rest."""

import contextlib
import ctypes
import functools
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from inputs import below, dominant, positive, uniform

F64, F32, F16, BF16 = torch.float64, torch.float32, torch.float16, torch.bfloat16
MANY = 65537
LIBM = ctypes.CDLL("libm.so.6")
LIBM.expf.restype, LIBM.expf.argtypes = ctypes.c_float, [ctypes.c_float]
LIBM.fma.restype, LIBM.fma.argtypes = ctypes.c_double, [ctypes.c_double] * 3


def host(function, values, dtype):
    return torch.tensor([function(value) for value in values.tolist()], dtype=dtype)


def fma_chain():
    total, kept = 0.0, []
    for x, y in zip(uniform([1025], 4, dtype=F64).tolist(), uniform([1025], 5, dtype=F64).tolist()):
        total = LIBM.fma(total, x, y)
        kept.append(total)
    return torch.tensor(kept, dtype=F64)


def arith():
    yield "arith.exp_f64", lambda: host(math.exp, uniform([1025], 1, 3, F64), F64)
    yield "arith.sin_f64", lambda: host(math.sin, uniform([1025], 2, 10, F64), F64)
    yield "arith.exp_f32", lambda: host(LIBM.expf, uniform([1025], 3, 3), F32)
    yield "arith.fma_chain_f64", fma_chain
    quotient = uniform([1025], 6, dtype=F64).numpy() / positive([1025], 7, dtype=F64).numpy()
    yield "arith.division_f64", lambda: torch.from_numpy(quotient)
    yield "arith.subnormal_f32", lambda: torch.from_numpy(uniform([1025], 8, -125).numpy() * np.float32(0.25))


def drawn(seed, draw):
    torch.manual_seed(seed)
    return draw()


def rng():
    kept, dropped = uniform([10000], 1051), uniform([10000], 1052)
    yield "rng.rand_10000", lambda: drawn(1001, lambda: torch.rand(10000))
    yield "rng.randn_15", lambda: drawn(1003, lambda: torch.randn(15))
    yield "rng.randn_10000", lambda: drawn(1004, lambda: torch.randn(10000))
    yield "rng.bernoulli_10000", lambda: drawn(1006, lambda: torch.bernoulli(kept, 0.3))
    yield "rng.dropout_10000", lambda: drawn(1007, lambda: F.dropout(dropped, 0.3, training=True))
    yield "rng.randperm_10000", lambda: drawn(1008, lambda: torch.randperm(10000))


GEMMS = {
    "blas.gemm_f32_257x1031x129": (F32, 257, 1031, 129, 2001),
    "blas.gemm_f32_256x256x256": (F32, 256, 256, 256, 2003),
    "blas.gemm_f32_32x8192x32": (F32, 32, 8192, 32, 2005),
    "blas.gemm_f32_16x16x16": (F32, 16, 16, 16, 2007),
    "blas.gemm_f64_257x1031x129": (F64, 257, 1031, 129, 2011),
    "blas.gemm_bf16_257x1031x129": (BF16, 257, 1031, 129, 2013),
    "blas.gemm_bf16_32x16384x32_v2": (BF16, 32, 16384, 32, 2520),
    "blas.gemm_f16_129x1031x65": (F16, 129, 1031, 65, 2017),
}
LINEARS = {
    "blas.linear_bf16_257x1031x129": (BF16, 257, 1031, 129, 2021),
    "blas.linear_f16_129x1031x65": (F16, 129, 1031, 65, 2024),
}


def gemm_inputs(name):
    dtype, m, k, n, seed = GEMMS[name]
    return uniform([m, k], seed, dtype=dtype), uniform([k, n], seed + 1, dtype=dtype)


def linear_inputs(name):
    dtype, m, k, n, seed = LINEARS[name]
    return tuple(uniform(shape, seed + i, dtype=dtype) for i, shape in enumerate(([m, k], [n, k], [n])))


def odd_matrix():
    return uniform([1031 * 257 + 1], 2029)[1:].view(1031, 257)


def blas():
    for name in GEMMS:
        yield name, lambda: torch.mm(*gemm_inputs(name))
    for name in LINEARS:
        yield name, lambda: F.linear(*linear_inputs(name))
    yield "blas.mv_f32_1031x257", lambda: uniform([1031, 257], 2027) @ uniform([257], 2028)
    yield "blas.mv_f32_1031x257_odd_offset", lambda: odd_matrix() @ uniform([257], 2030)
    yield "blas.dot_f32_65537", lambda: torch.dot(uniform([MANY], 2031), uniform([MANY], 2032))
    yield "blas.bmm_f32_8x65x257x33", lambda: torch.bmm(uniform([8, 65, 257], 2033), uniform([8, 257, 33], 2034))
    yield "blas.identity_f32_256", lambda: uniform([256, 256], 2035) @ torch.eye(256)


def parts(compute, *names):
    """Probes of one computation, made when the first is asked for."""
    computed = functools.cache(compute)
    for place, name in enumerate(names):
        yield name, lambda: computed()[place]


def qr(x):
    q, r = torch.linalg.qr(x)
    return r.abs(), q @ r


def svd(x):
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    return s, (u * s) @ vh


def eigh(x):
    values, vectors = torch.linalg.eigh(x)
    return values, (vectors * values) @ vectors.T


def linalg():
    yield "linalg.cholesky", lambda: torch.linalg.cholesky(dominant(65, 3001))
    yield from parts(lambda: qr(uniform([97, 65], 3002)), "linalg.qr.r", "linalg.qr.product")
    yield from parts(lambda: svd(uniform([97, 65], 3003)), "linalg.svd.values", "linalg.svd.product")
    yield from parts(lambda: eigh(dominant(65, 3004, 3)), "linalg.eigh.values", "linalg.eigh.product")
    yield "linalg.solve", lambda: torch.linalg.solve(uniform([65, 65], 3005), uniform([65, 7], 3006))


def conv2d_3x3(x, w):
    return F.conv2d(x, w, padding=1)


def conv2d_5x5(x, w):
    return F.conv2d(x, w, stride=2, padding=2)


def depthwise(x, w):
    return F.conv2d(x, w, padding=1, groups=16)


def transposed(x, w):
    return F.conv_transpose2d(x, w, stride=2, padding=1, output_padding=1)


# x, w, g: shapes and the first of three seeds.
BOTH_WAYS = {
    "dnn.conv2d_3x3": (conv2d_3x3, [4, 8, 17, 17], [12, 8, 3, 3], [4, 12, 17, 17], 4001),
    "dnn.conv2d_5x5_stride2": (conv2d_5x5, [4, 6, 21, 21], [10, 6, 5, 5], [4, 10, 11, 11], 4004),
    "dnn.conv2d_depthwise": (depthwise, [4, 16, 15, 15], [16, 1, 3, 3], [4, 16, 15, 15], 4007),
    "dnn.conv_transpose2d": (transposed, [4, 8, 9, 9], [8, 6, 3, 3], [4, 6, 18, 18], 4010),
}
CONVOLUTIONS = {
    "dnn.conv1d": (lambda x, w: F.conv1d(x, w, padding=2), [4, 8, 129], [12, 8, 5], F32, 4013),
    "dnn.conv3d_f32": (lambda x, w: F.conv3d(x, w, padding=1), [2, 8, 7, 9, 9], [16, 8, 3, 3, 3], F32, 4015),
    "dnn.conv3d_bf16": (lambda x, w: F.conv3d(x, w, padding=1), [2, 16, 7, 9, 9], [16, 16, 3, 3, 3], BF16, 4017),
    "dnn.conv2d_channels_last": (
        lambda x, w: F.conv2d(x.contiguous(memory_format=torch.channels_last),
                              w.contiguous(memory_format=torch.channels_last), padding=1),
        [4, 8, 17, 17], [12, 8, 3, 3], F32, 4019),
}


def both_ways_inputs(name):
    _, x, w, g, seed = BOTH_WAYS[name]
    return uniform(x, seed), uniform(w, seed + 1), uniform(g, seed + 2)


def both_ways(function, x, w, g):
    x, w = x.clone().requires_grad_(), w.clone().requires_grad_()
    y = function(x, w)
    y.backward(g)
    return y.detach(), x.grad, w.grad


def forward_and_gradients(function, x, w, g):
    y, x_grad, w_grad = both_ways(function, x, w, g)
    return y, torch.cat([x_grad.flatten(), w_grad.flatten()])


def convolution_inputs(name):
    _, x, w, dtype, seed = CONVOLUTIONS[name]
    return uniform(x, seed, dtype=dtype), uniform(w, seed + 1, dtype=dtype)


def lstm(batch, inputs, hidden, seed, scale):
    layer = torch.nn.LSTM(inputs, hidden).eval()
    shapes = {"weight_ih_l0": ([4 * hidden, inputs], seed + 3), "weight_hh_l0": ([4 * hidden, hidden], seed + 4),
              "bias_ih_l0": ([4 * hidden], seed + 5), "bias_hh_l0": ([4 * hidden], seed + 6)}
    layer.load_state_dict({name: uniform(shape, each, scale) for name, (shape, each) in shapes.items()})
    # With gradients on: without them oneDNN takes its inference kernel, which rounds otherwise.
    state = uniform([1, batch, hidden], seed + 1), uniform([1, batch, hidden], seed + 2)
    y, _ = layer(uniform([11, batch, inputs], seed), state)
    return y


def dnn():
    for name, (function, *_) in BOTH_WAYS.items():
        yield from parts(lambda: forward_and_gradients(function, *both_ways_inputs(name)), name + ".forward", name + ".gradients")
    for name, (function, *_) in CONVOLUTIONS.items():
        yield name, lambda: function(*convolution_inputs(name))
    x = uniform([4, 16, 13, 13], 4021).contiguous(memory_format=torch.channels_last)
    yield "dnn.group_norm_channels_last", lambda: F.group_norm(x, 4, uniform([16], 4022), uniform([16], 4023))
    yield "dnn.batch_norm", lambda: F.batch_norm(uniform([8, 12, 9, 9], 4024), uniform([12], 4027), positive([12], 4028),
                                                 positive([12], 4025), uniform([12], 4026), training=True)
    yield "dnn.lstm", lambda: lstm(4, 24, 16, 4029, -2)


def attention(shape_seed, dtype, backend):
    q, k, v = (uniform([2, 4, 129, 64], shape_seed + i, scale, dtype) for i, scale in enumerate((1, 1, 0)))
    deterministic = torch.are_deterministic_algorithms_enabled()
    # Under that flag PyTorch has no cuDNN attention, whose backward pass is not deterministic.
    torch.use_deterministic_algorithms(deterministic and backend != SDPBackend.CUDNN_ATTENTION)
    try:
        with sdpa_kernel(backend):
            return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    finally:
        torch.use_deterministic_algorithms(deterministic)


def default_attention():
    """No backend is asked for."""
    seed = 5055
    for name, dtype in (("f16", F16), ("bf16", BF16)):
        for head in (64, 128):
            for length in (128, 129):
                q, k, v = (uniform([1, 2, length, head], seed + i, scale, dtype) for i, scale in enumerate((1, 1, 0)))
                probe = f"ops.sdpa_default_{name}_d{head}_l{length}"
                yield f"{probe}.causal", lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True)
                yield f"{probe}.full", lambda: F.scaled_dot_product_attention(q, k, v)
                seed += 3


def index_inputs():
    return uniform([257, 33], 5019), below(257, [2049], 5020), uniform([2049, 33], 5021)


def accumulated(x, index, values):
    return x.index_put([index], values, accumulate=True)


def scatter_inputs():
    return uniform([257, 33], 5022), below(257, [2049, 33], 5023), uniform([2049, 33], 5024)


def ops():
    yield "ops.exp_f32", lambda: uniform([MANY], 5001, 3).exp()
    yield "ops.log_f32", lambda: positive([MANY], 5002, 3).log()
    yield "ops.tanh_f32", lambda: uniform([MANY], 5003, 2).tanh()
    yield "ops.gelu_f32", lambda: F.gelu(uniform([MANY], 5004, 2))
    yield "ops.gelu_f64", lambda: F.gelu(uniform([4097], 5005, 2, F64))
    yield "ops.erf_f32", lambda: uniform([MANY], 5006, 1).erf()
    yield "ops.sin_f32", lambda: uniform([MANY], 5007, 4).sin()
    yield "ops.pow_f32", lambda: positive([MANY], 5008, 2) ** uniform([MANY], 5009, 2)
    yield "ops.lgamma_f32", lambda: positive([MANY], 5010, 4).lgamma()
    yield "ops.sum_f32", lambda: uniform([MANY], 5011).sum()
    yield "ops.sum_rows_f32", lambda: uniform([129, 1031], 5012).sum(1)
    yield "ops.var_f64", lambda: uniform([65, 1031], 5013, dtype=F64).var(1)
    yield "ops.cumsum_f64", lambda: uniform([65, 257], 5014, dtype=F64).cumsum(1)
    yield "ops.softmax_f32", lambda: uniform([65, 1031], 5015, 3).softmax(1)
    yield "ops.layer_norm_f32", lambda: F.layer_norm(uniform([65, 257], 5016), [257], uniform([257], 5017), uniform([257], 5018))
    yield "ops.index_put_f32", lambda: accumulated(*index_inputs())
    yield "ops.scatter_add_f32", lambda: torch.scatter_add(scatter_inputs()[0], 0, *scatter_inputs()[1:])
    for seed, length in ((5025, 1000), (5026, 1024), (5027, 1021)):
        yield f"ops.rfft_f32_{length}", lambda: torch.view_as_real(torch.fft.rfft(uniform([8, length], seed)))
    yield "ops.sdpa_math_f32", lambda: attention(5031, F32, SDPBackend.MATH)
    yield "ops.sdpa_flash_f32", lambda: attention(5034, F32, SDPBackend.FLASH_ATTENTION)
    yield "ops.sdpa_flash_bf16", lambda: attention(5037, BF16, SDPBackend.FLASH_ATTENTION)
    yield from default_attention()


def square(seed):
    return uniform([2048, 2048], seed)


@contextlib.contextmanager
def tf32(cublas, cudnn):
    """On a CPU these flags do nothing."""
    matmul, library = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, library.allow_tf32
    matmul.allow_tf32, library.allow_tf32 = cublas, cudnn
    try:
        yield
    finally:
        matmul.allow_tf32, library.allow_tf32 = before


def product_in_tf32(a, b):
    with tf32(cublas=True, cudnn=False):
        return a @ b


def cuda_alone():
    """PyTorch's probes of a GPU alone that this CPU computes too: code of the engine's that runs in no CPU ladder."""
    yield "blas.gemm_f32_2048x2048x2048_tf32", lambda: product_in_tf32(square(2046), square(2047))
    deep = functools.partial(uniform, dtype=BF16)
    yield "blas.gemm_bf16_128x16384x128", lambda: deep([128, 16384], 2048) @ deep([16384, 128], 2049)
    wide = ([8, 64, 17, 17], [64, 64, 3, 3], [8, 64, 17, 17])
    yield from parts(lambda: forward_and_gradients(conv2d_3x3, *(uniform(shape, 4036 + i) for i, shape in enumerate(wide))),
                     "dnn.conv2d_3x3_c64.forward", "dnn.conv2d_3x3_c64.gradients")
    yield "dnn.lstm_h128", lambda: lstm(16, 64, 128, 4039, -3)


# Attention that has kernels on a GPU alone: type, the first of three seeds, backend.
CUDA_ATTENTION = {
    "ops.sdpa_flash_f16": (5040, F16, SDPBackend.FLASH_ATTENTION),
    "ops.sdpa_efficient_f32": (5043, F32, SDPBackend.EFFICIENT_ATTENTION),
    "ops.sdpa_efficient_f16": (5046, F16, SDPBackend.EFFICIENT_ATTENTION),
    "ops.sdpa_cudnn_f16_v2": (5049, F16, SDPBackend.CUDNN_ATTENTION),
    "ops.sdpa_cudnn_bf16_v2": (5052, BF16, SDPBackend.CUDNN_ATTENTION),
}


def only_on_cuda():
    """What this CPU has no kernel for, takes too long for, or draws otherwise."""
    yield "rng.rand_1048577", lambda: drawn(1002, lambda: torch.rand(1048577))
    yield "rng.randn_1048577", lambda: drawn(1005, lambda: torch.randn(1048577))
    yield "blas.gemm_f32_2048x2048x2048", lambda: square(2009) @ square(2010)
    for name, how in CUDA_ATTENTION.items():
        yield name, lambda: attention(*how)


LAYERS = (arith, rng, blas, linalg, dnn, ops)
