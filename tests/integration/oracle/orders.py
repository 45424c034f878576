"""The same sums in another order: the summed dimension is permuted, or summed in two parts. What comes out is the same up to
rounding. A probe whose bits do not move can never show a change of kernel, so it would count for nothing."""

import torch
import torch.nn.functional as F

import reference as probes
from inputs import uniform


def permutation(size, attempt):
    return torch.randperm(size, generator=torch.Generator().manual_seed(size + attempt))


def products(attempt):
    for name in probes.GEMMS:
        a, b = probes.gemm_inputs(name)
        p = permutation(a.shape[1], attempt)
        yield name, a @ b, a[:, p] @ b[p]
    for name in probes.LINEARS:
        x, weight, bias = probes.linear_inputs(name)
        p = permutation(x.shape[1], attempt)
        yield name, F.linear(x, weight, bias), F.linear(x[:, p], weight[:, p], bias)
    p = permutation(257, attempt)
    a, x = uniform([1031, 257], 2027), uniform([257], 2028)
    yield "blas.mv_f32_1031x257", a @ x, a[:, p] @ x[p]
    a, x = probes.odd_matrix(), uniform([257], 2030)
    yield "blas.mv_f32_1031x257_odd_offset", a @ x, a[:, p] @ x[p]
    a, b = uniform([8, 65, 257], 2033), uniform([8, 257, 33], 2034)
    yield "blas.bmm_f32_8x65x257x33", a @ b, a[:, :, p] @ b[:, p]
    x, y = uniform([probes.MANY], 2031), uniform([probes.MANY], 2032)
    p = permutation(probes.MANY, attempt)
    yield "blas.dot_f32_65537", x @ y, x[p] @ y[p]


def turned(tensor):
    """Back to front in both spatial dimensions: every filter tap is met in the opposite order."""
    return tensor.flip(2, 3)


def convolutions(attempt):
    """Forward sums over input channels and taps, x.grad over output channels and taps, w.grad over the batch and places."""
    for name, (function, *_) in probes.BOTH_WAYS.items():
        x, w, g = probes.both_ways_inputs(name)
        y, x_grad, w_grad = probes.both_ways(function, x, w, g)
        if name == "dnn.conv_transpose2d":  # an output padding is on one side only, so channels are permuted instead
            inner, outer, batch = permutation(x.shape[1], attempt), permutation(g.shape[1], attempt), permutation(x.shape[0], attempt)
            other_y = probes.both_ways(function, x[:, inner], w[inner], g)[0]
            other_x = probes.both_ways(function, x, w[:, outer], g[:, outer])[1]
            other_w = probes.both_ways(function, x[batch], w, g[batch])[2]
        else:
            batch = permutation(x.shape[0], attempt)
            other_y, other_x, _ = map(turned, probes.both_ways(function, turned(x), turned(w), turned(g)))
            other_w = probes.both_ways(function, x[batch], w, g[batch])[2]
        yield name + ".forward", y, other_y
        yield name + ".gradients (x)", x_grad, other_x
        yield name + ".gradients (w)", w_grad, other_w
    for name, (function, *_) in probes.CONVOLUTIONS.items():
        x, w = probes.convolution_inputs(name)
        p = permutation(x.shape[1], attempt)
        yield name, function(x, w), function(x[:, p], w[:, p])


def reductions(attempt):
    x = uniform([probes.MANY], 5011)
    yield "ops.sum_f32", x.sum(), x[permutation(probes.MANY, attempt)].sum()
    x = uniform([129, 1031], 5012)
    yield "ops.sum_rows_f32", x.sum(1), x[:, permutation(1031, attempt)].sum(1)
    x = uniform([65, 1031], 5013, dtype=torch.float64)
    yield "ops.var_f64", x.var(1), x[:, permutation(1031, attempt)].var(1)
    x = uniform([65, 257], 5014, dtype=torch.float64)
    halves = torch.cat([x[:, :128].cumsum(1), x[:, :128].sum(1, keepdim=True) + x[:, 128:].cumsum(1)], 1)
    yield "ops.cumsum_f64", x.cumsum(1), halves


def accumulations(attempt):
    p = permutation(2049, attempt)
    x, index, values = probes.index_inputs()
    yield ("ops.index_put_f32", x.index_put([index], values, accumulate=True),
           x.index_put([index[p]], values[p], accumulate=True))
    x, index, values = probes.scatter_inputs()
    yield "ops.scatter_add_f32", x.scatter_add(0, index, values), x.scatter_add(0, index[p], values[p])


def compared(attempt):
    """(probe, its result, the same in another order) for every BLAS, convolution and reduction probe; gradients part by part."""
    for group in (products, convolutions, reductions, accumulations):
        yield from group(attempt)
