"""Matrix products, linear algebra, convolutions, recurrences, attention and transforms."""

import torch
import torch.nn.functional as F

from case import BF16, F16, F32, F64, across, gradients, indices, positive, reals

EVERY = (F64, F32, F16, BF16)


def symmetric(a, diagonal=0.0):
    """Exact but for the sum on the diagonal."""
    return a.tril() + a.tril(-1).mT + diagonal * torch.eye(a.shape[-1], dtype=a.dtype)


def as_complex(pairs):
    return torch.view_as_complex(pairs.contiguous())


def products():
    yield from across(EVERY, "matmul_300x70x500", "blas", torch.matmul, reals(300, 70), reals(70, 500))
    yield from across((F32, F64), "matmul_500x500x500", "blas", torch.matmul, reals(500, 500), reals(500, 500))
    yield from across((F32, BF16), "matmul_1x2048x33", "blas", torch.matmul, reals(1, 2048), reals(2048, 33))
    yield from across((F32,), "matmul_transposed_90x301x77", "blas", lambda a, b: a.mT @ b.mT, reals(301, 90),
                      reals(77, 301))
    yield from across((F32, F64), "baddbmm_5x40x30x20", "blas", torch.baddbmm, reals(5, 40, 20), reals(5, 40, 30),
                      reals(5, 30, 20))
    yield from across((F32,), "addmm_123x45x67", "blas", lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=1.5),
                      reals(123, 67), reals(123, 45), reals(45, 67))
    yield from across((F64,), "addmv_333x222", "blas", torch.addmv, reals(333), reals(333, 222), reals(222))
    yield from across((F32,), "einsum_bij_bkj", "blas", lambda a, b: torch.einsum("bij,bkj->bik", a, b),
                      reals(6, 50, 37), reals(6, 41, 37))
    yield from across((F32,), "bilinear_17x20x24x9", "blas", F.bilinear, reals(17, 20), reals(17, 24), reals(9, 20, 24))
    yield from across((F64,), "tensordot", "blas", lambda a, b: torch.tensordot(a, b, dims=2), reals(12, 20, 30),
                      reals(20, 30, 14))
    yield from across((F32, F16, BF16), "linear_6x35x96x50", "blas", F.linear, reals(6, 35, 96), reals(50, 96),
                      reals(50))
    yield from across((F32, F64), "matmul_complex_64", "blas", lambda a,
                      b: torch.view_as_real(as_complex(a) @ as_complex(b)),
                      reals(64, 48, 2), reals(48, 56, 2))
    yield from across((F32,), "matrix_power_40", "blas", lambda a: torch.linalg.matrix_power(a, 5),
                      reals(40, 40, low=-0.2, high=0.2))
    yield from across((F32,), "multi_dot", "blas", lambda *m: torch.linalg.multi_dot(m), reals(10, 100), reals(100, 5),
                      reals(5, 50))
    yield from across((F64,), "vdot_10000", "blas", torch.vdot, reals(10000), reals(10000))
    yield from across((F32, BF16), "linear_gradients_24x64x40", "blas", gradients(F.linear), reals(24, 64),
                      reals(40, 64), reals(40))


def decompositions():
    yield from across((F32, F64), "inv_50", "linalg", lambda a: torch.linalg.inv(symmetric(a, 8.0)), reals(50, 50))
    yield from across((F32, F64), "slogdet_40", "linalg", lambda a: torch.linalg.slogdet(symmetric(a, 8.0)).logabsdet,
                      reals(40, 40))
    yield from across((F32,), "lstsq_60x20", "linalg", lambda a, b: torch.linalg.lstsq(a, b).solution, reals(60, 20),
                      reals(60, 3))
    yield from across((F64,), "pinv_30x20", "linalg", torch.linalg.pinv, reals(30, 20))
    yield from across((F32, F64), "matrix_exp_32", "linalg", torch.linalg.matrix_exp, reals(32, 32, low=-0.5, high=0.5))
    yield from across((F32,), "lu_factor_48", "linalg", lambda a: torch.linalg.lu_factor(symmetric(a, 9.0)).LU,
                      reals(48, 48))
    yield from across((F32, F64), "solve_triangular_64x16", "linalg",
                      lambda a, b: torch.linalg.solve_triangular(symmetric(a, 20.0).tril(), b, upper=False),
                      reals(64, 64), reals(64, 16))
    yield from across((F64,), "eigvalsh_50", "linalg", lambda a: torch.linalg.eigvalsh(symmetric(a)), reals(50, 50))
    yield from across((F32,), "eigvals_30", "linalg", lambda a: torch.linalg.eigvals(a).abs().sort().values,
                      reals(30, 30))
    yield from across((F64,), "svdvals_80x40", "linalg", torch.linalg.svdvals, reals(80, 40))
    yield from across((F32,), "cholesky_solve_32", "linalg", lambda a,
                      b: torch.cholesky_solve(b, symmetric(a, 30.0).tril()),
                      reals(32, 32), reals(32, 4))
    yield from across((F32,), "cholesky_batch_6x12", "linalg", lambda a: torch.linalg.cholesky(symmetric(a, 14.0)),
                      reals(6, 12, 12))


def convolutions():
    yield from across((F32, BF16, F16), "conv1d_7_dilated", "conv", lambda x, w: F.conv1d(x, w, padding=6, dilation=2),
                      reals(3, 6, 90), reals(10, 6, 7))
    yield from across((F32, F64, BF16), "conv2d_1x1", "conv", F.conv2d, reals(2, 24, 14, 14), reals(40, 24, 1, 1))
    yield from across((F32, F16, BF16), "conv2d_7x7_stride2", "conv", lambda x, w,
                      b: F.conv2d(x, w, b, stride=2, padding=3),
                      reals(2, 3, 33, 33), reals(16, 3, 7, 7), reals(16))
    yield from across((F32, F64), "conv2d_grouped_dilated", "conv", lambda x,
                      w: F.conv2d(x, w, padding=2, dilation=2, groups=4),
                      reals(2, 16, 15, 15), reals(24, 4, 3, 3))
    yield from across((F32, BF16), "conv2d_gradients_20", "conv", gradients(lambda x, w: F.conv2d(x, w, padding=1)),
                      reals(2, 20, 13, 13), reals(20, 20, 3, 3))
    yield from across((F32, F64), "conv3d_stride2", "conv", lambda x, w: F.conv3d(x, w, stride=2),
                      reals(2, 4, 9, 11, 11), reals(6, 4, 3, 3, 3))
    yield from across((F32,), "conv_transpose1d", "conv", lambda x, w: F.conv_transpose1d(x, w, stride=2),
                      reals(2, 12, 40), reals(12, 7, 4))
    yield from across((F32,), "conv_transpose3d", "conv", F.conv_transpose3d, reals(1, 6, 5, 6, 7),
                      reals(6, 5, 3, 3, 3))
    yield from across((BF16,), "conv2d_channels_last", "conv",
                      lambda x, w: F.conv2d(x.contiguous(memory_format=torch.channels_last), w, padding=1),
                      reals(2, 16, 12, 12), reals(16, 16, 3, 3))


def recurrent(kind, **options):
    """A torch.nn recurrent layer whose weights are given, in the order of its parameters."""
    def of(x, *weights):
        layer = kind(x.shape[-1], 20, **options).to(x.dtype)
        for parameter, weight in zip(layer.parameters(), weights, strict=True):
            parameter.data.copy_(weight)
        return layer(x)[0]
    return of


def gates(count, width, hidden=20, directions=1):
    small = {"low": -0.25, "high": 0.25}
    one = [reals(count * hidden, width, **small), reals(count * hidden, hidden, **small),
           reals(count * hidden, **small), reals(count * hidden, **small)]
    return one * directions


def recurrences():
    yield from across((F32, F64), "gru_13x3x18", "rnn", recurrent(torch.nn.GRU), reals(13, 3, 18), *gates(3, 18))
    yield from across((F32, BF16), "lstm_two_layers", "rnn", recurrent(torch.nn.LSTM, num_layers=2), reals(9, 5, 18),
                      *gates(4, 18), *gates(4, 20))
    yield from across((F32,), "lstm_bidirectional", "rnn", recurrent(torch.nn.LSTM, bidirectional=True),
                      reals(9, 5, 18),
                      *gates(4, 18, directions=2))
    yield from across((F32,), "lstm_gradients", "rnn", gradients(recurrent_functional), reals(7, 3, 18), *gates(4, 18))
    yield from across((F32, F64), "rnn_tanh", "rnn", recurrent(torch.nn.RNN), reals(15, 4, 18), *gates(1, 18))


def recurrent_functional(x, *weights):
    """Through the operator itself, so that the gradients reach the weights."""
    state = (x.new_zeros(1, x.shape[1], 20), x.new_zeros(1, x.shape[1], 20))
    return torch.lstm(x, state, list(weights), True, 1, 0.0, True, False, False)[0]


def attention():
    heads = [reals(1, 3, 77, 40, low=-2, high=2)] * 3
    yield from across(EVERY, "sdpa_77x40", "attention", F.scaled_dot_product_attention, *heads)
    yield from across((F32, BF16), "sdpa_masked_50x32", "attention",
                      lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m),
                      reals(2, 2, 50, 32), reals(2, 2, 61, 32), reals(2, 2, 61, 32), reals(50, 61))
    yield from across((F32,), "sdpa_gradients", "attention",
                      gradients(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True)),
                      *[reals(1, 2, 40, 16)] * 3)
    yield from across((F32,), "multi_head_attention", "attention", multi_head, reals(12, 3, 32), reals(96, 32),
                      reals(96), reals(32, 32),
                      reals(32))


def multi_head(x, in_weight, in_bias, out_weight, out_bias):
    return F.multi_head_attention_forward(x, x, x, 32, 4, in_weight, in_bias, None, None, False, 0.0, out_weight,
                                          out_bias,
                                          need_weights=False)[0]


def transforms():
    real = torch.view_as_real
    yield from across((F32, F64), "fft_960", "fft", lambda x: real(torch.fft.fft(as_complex(x))), reals(5, 960, 2))
    yield from across((F32,), "fft_509", "fft", lambda x: real(torch.fft.fft(as_complex(x))), reals(5, 509, 2))
    yield from across((F32,), "rfft2_48x50", "fft", lambda x: real(torch.fft.rfft2(x)), reals(3, 48, 50))
    yield from across((F32, F64), "irfft_600", "fft", lambda x: torch.fft.irfft(as_complex(x), n=600), reals(4, 301, 2))
    yield from across((F32,), "fftn_12x14x18", "fft", lambda x: real(torch.fft.fftn(as_complex(x))),
                      reals(12, 14, 18, 2))
    yield from across((F32,), "stft_256", "fft", lambda x, w: real(torch.stft(x, 256, window=w, return_complex=True)),
                      reals(2, 3000), positive(256))


def indexed():
    yield from across((F32, F64), "embedding_bag_sum", "index", lambda w, i: F.embedding_bag(i, w, mode="sum"),
                      reals(100, 24), indices(100, 20, 13))
    yield from across((F32, BF16), "embedding_bag_mean", "index", lambda w, i: F.embedding_bag(i, w, mode="mean"),
                      reals(100, 24), indices(100, 20, 13))
    yield from across((F32, F64), "index_add_700x19", "index", lambda x, i, v: x.index_add(0, i, v),
                      reals(31, 19), indices(31, 700), reals(700, 19))
    yield from across((F32,), "scatter_reduce_mean", "index", lambda x, i, v: x.scatter_reduce(0, i, v, "mean"),
                      reals(31, 19), indices(31, 700, 19), reals(700, 19))
    yield from across((F32,), "embedding_gradients", "index", gradients(lambda w, i: F.embedding(i, w)), reals(40, 24),
                      indices(40, 600))
    yield from across((F64,), "bincount_weights", "index", lambda i, w: torch.bincount(i, w, 50), indices(50, 3000),
                      reals(3000))
    yield from across((F32,), "argsort_3000", "index", lambda x: torch.argsort(torch.tan(x), stable=True), reals(3000))


def cases():
    for part in (products, decompositions, convolutions, recurrences, attention, transforms, indexed):
        yield from part()
