"""Elementwise functions, reductions, norms, losses, resampling and random streams."""

import torch
import torch.nn.functional as F

from case import BF16, F16, F32, F64, across, gradients, indices, positive, reals, seeded

EVERY = (F64, F32, F16, BF16)
MANY = 10007


def elementwise(dtypes, name, function, *inputs):
    return across(dtypes, name, "elementwise", function, *inputs)


def strided(function):
    """Every other element: PyTorch takes other code where memory is not contiguous, often the C library's functions."""
    return lambda x: function(x[::2])


def functions_of_one():
    wide, unit = reals(MANY, low=-4, high=4), reals(MANY, low=-0.99, high=0.99)
    yield from elementwise((F64, F32, BF16), "cos", torch.cos, wide)
    yield from elementwise((F64, F32), "tan", torch.tan, reals(MANY, low=-1.4, high=1.4))
    for name, function in (("asin", torch.asin), ("acos", torch.acos), ("atanh", torch.atanh),
                           ("erfinv", torch.erfinv)):
        yield from elementwise((F32,), name, function, unit)
    for name, function in (("sinh", torch.sinh), ("cosh", torch.cosh), ("asinh", torch.asinh), ("atan", torch.atan),
                           ("exp2", torch.exp2), ("mish", F.mish), ("softplus", F.softplus), ("elu", F.elu),
                           ("sinc", torch.sinc), ("erfc", torch.erfc), ("i0", torch.i0)):
        yield from elementwise((F32,), name, function, wide)
    yield from elementwise((F64,), "exp", torch.exp, wide)
    yield from elementwise((F16, BF16), "exp_low", torch.exp, wide)
    yield from elementwise((F64,), "tanh", torch.tanh, wide)
    yield from elementwise((F64, F32), "expm1", torch.expm1, wide)
    yield from elementwise((F64,), "erf", torch.erf, wide)
    yield from elementwise(EVERY, "sigmoid", torch.sigmoid, wide)
    yield from elementwise((F32, BF16), "silu", F.silu, wide)
    yield from elementwise((F32, BF16), "gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), wide)
    yield from elementwise((F32,), "sigmoid_gradients", gradients(torch.sigmoid), wide)


def functions_of_positive():
    x = positive(MANY, high=9)
    for name, function in (("log1p", torch.log1p), ("log2", torch.log2), ("log10", torch.log10), ("rsqrt", torch.rsqrt),
                           ("digamma", torch.digamma)):
        yield from elementwise((F32,), name, function, x)
    yield from elementwise((F64,), "log", torch.log, x)
    yield from elementwise((F64,), "lgamma", torch.lgamma, x)
    yield from elementwise((F32, F64), "pow_3_5", lambda x: x ** 3.5, x)
    yield from elementwise((F32,), "acosh", lambda x: torch.acosh(x + 1), x)


def functions_of_two():
    a, b = reals(MANY, low=-3, high=3), positive(MANY, high=5)
    yield from elementwise((F32, F64), "atan2", torch.atan2, a, b)
    yield from elementwise((F32,), "hypot", torch.hypot, a, b)
    yield from elementwise((F32,), "logaddexp", torch.logaddexp, a, b)
    yield from elementwise((F32,), "xlogy", torch.xlogy, a, b)
    yield from elementwise((F32,), "fmod", torch.fmod, a, b)
    yield from elementwise((F32, BF16), "addcdiv", lambda x, y, z: torch.addcdiv(x, y, z, value=0.3), a, reals(MANY), b)
    yield from elementwise((F32,), "lerp", lambda x, y: torch.lerp(x, y, 0.37), a, b)
    yield from elementwise((F32,), "complex_exp", lambda x: torch.view_as_real(torch.exp(torch.view_as_complex(x))),
                           reals(2003, 2))


def strided_functions():
    wide = reals(2 * 2003, low=-4, high=4)
    yield from elementwise((F32, F64), "strided_sigmoid", strided(torch.sigmoid), wide)
    yield from elementwise((F32,), "strided_exp", strided(torch.exp), wide)
    yield from elementwise((F32,), "strided_tanh", strided(torch.tanh), wide)
    yield from elementwise((F32,), "strided_silu", strided(F.silu), wide)
    yield from elementwise((F32,), "strided_erfc", strided(torch.erfc), wide)
    yield from elementwise((F32,), "strided_sin", strided(torch.sin), wide)


def tails():
    """Results below the smallest normal number, as likelihoods and attention weights have them."""
    yield from elementwise((F32,), "exp_subnormal", lambda x: torch.exp(x - 95), reals(2003, low=-4, high=4))
    yield from elementwise((F64,), "product_subnormal", lambda x, y: (x * 1e-160) * (y * 1e-155), reals(2003),
                           reals(2003))
    yield from across((F32,), "softmax_subnormal", "reduction", lambda x: torch.softmax(x * 30, 1),
                      reals(20, 100, low=-2, high=2))


def reductions():
    table = reals(65, 301)
    yield from across(EVERY, "mean_0", "reduction", lambda x: x.mean(0), table)
    yield from across((F32, F64, BF16), "logsumexp", "reduction", lambda x: x.logsumexp(1), table)
    yield from across((F32, F64, F16), "norm_2", "reduction", lambda x: torch.linalg.vector_norm(x, dim=1), table)
    yield from across((F16, BF16), "sum_all", "reduction", torch.sum, table)
    yield from across((F32,), "sum_0_2", "reduction", lambda x: x.sum((0, 2)), reals(20, 17, 23))
    yield from across((F32,), "std_columns", "reduction", lambda x: x.std(0), table)
    yield from across((F32,), "prod", "reduction", lambda x: (1 + 0.1 * x).prod(1), table)
    yield from across((F32,), "cumprod", "reduction", lambda x: (1 + 0.1 * x).cumprod(1), table)
    yield from across((F32, BF16), "cumsum_rows", "reduction", lambda x: x.cumsum(0), table)
    yield from across((F32,), "logcumsumexp", "reduction", lambda x: x.logcumsumexp(1), table)
    yield from across((F32,), "quantile", "reduction", lambda x: x.quantile(0.3, 1), table)
    yield from across((F32, F64), "cdist", "reduction", torch.cdist, reals(30, 11), reals(40, 11))
    yield from across((F32,), "corrcoef", "reduction", torch.corrcoef, reals(12, 200))
    yield from across((F64, BF16, F16), "softmax_rows", "reduction", lambda x: x.softmax(1),
                      reals(40, 301, low=-5, high=5))
    yield from across((F32,), "softmax_columns", "reduction", lambda x: x.softmax(0), reals(301, 40, low=-5, high=5))
    yield from across((F32, BF16), "log_softmax", "reduction", lambda x: x.log_softmax(1),
                      reals(40, 301, low=-5, high=5))


def norms():
    pictures, scale, shift = reals(4, 12, 10, 10), positive(12), reals(12)
    yield from across((F32, F64), "batch_norm_evaluated", "norm", F.batch_norm, pictures, shift, positive(12), scale,
                      shift)
    yield from across((F32,), "batch_norm_gradients", "norm",
                      gradients(lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True)), pictures, scale, shift)
    yield from across((F64, F16, BF16), "layer_norm_33x1000", "norm", lambda x, w, b: F.layer_norm(x, [1000], w, b),
                      reals(33, 1000), reals(1000), reals(1000))
    yield from across((F32,), "layer_norm_gradients", "norm", gradients(lambda x, w, b: F.layer_norm(x, [96], w, b)),
                      reals(20, 96), reals(96), reals(96))
    yield from across((F32, BF16), "group_norm_3", "norm", lambda x, w, b: F.group_norm(x, 3, w, b), pictures, scale,
                      shift)
    yield from across((F32,), "instance_norm", "norm", F.instance_norm, pictures)
    yield from across((F32, BF16), "rms_norm", "norm", lambda x, w: F.rms_norm(x, [300], w), reals(30, 300), reals(300))
    yield from across((F32,), "local_response_norm", "norm", lambda x: F.local_response_norm(x, 5), pictures)
    yield from across((F32,), "normalize", "norm", F.normalize, reals(50, 70))


def losses():
    logits, labels = reals(60, 33, low=-3, high=3), indices(33, 60)
    yield from across((F32, BF16), "cross_entropy", "loss", lambda x,
                      t: F.cross_entropy(x, t, label_smoothing=0.1, reduction="none"),
                      logits, labels)
    yield from across((F32,), "cross_entropy_gradients", "loss", gradients(F.cross_entropy), logits, labels)
    yield from across((F32, F64), "mse", "loss", F.mse_loss, logits, reals(60, 33))
    yield from across((F32, F16), "bce_with_logits", "loss", F.binary_cross_entropy_with_logits, logits,
                      positive(60, 33, high=0.99))
    yield from across((F32,), "kl_div", "loss", lambda x, y: F.kl_div(x.log_softmax(1), y.softmax(1), reduction="none"),
                      logits, logits)
    yield from across((F32,), "huber", "loss", F.huber_loss, logits, reals(60, 33))
    yield from across((F32,), "ctc", "loss", ctc, reals(30, 4, 20, low=-3, high=3), indices(19, 4, 9))
    yield from across((F32,), "gaussian_nll", "loss", F.gaussian_nll_loss, logits, reals(60, 33), positive(60, 33))
    yield from across((F32,), "triplet_margin", "loss", F.triplet_margin_loss, reals(20, 31), reals(20, 31),
                      reals(20, 31))


def ctc(logits, targets):
    length, batch = logits.shape[:2]
    return F.ctc_loss(logits.log_softmax(2), targets + 1, torch.full((batch,), length), torch.full((batch,), 9),
                      reduction="none")


def resampling():
    pictures = reals(2, 5, 13, 17)
    for mode in ("bilinear", "bicubic"):
        yield from across((F32, F64), mode, "resample",
                          lambda x, mode=mode: F.interpolate(x, scale_factor=1.7, mode=mode,
                                                             align_corners=False), pictures)
    yield from across((BF16,), "bilinear_low", "resample", lambda x: F.interpolate(x, size=(20, 20), mode="bilinear"),
                      pictures)
    yield from across((F32,), "trilinear", "resample", lambda x: F.interpolate(x, scale_factor=1.5, mode="trilinear"),
                      reals(1, 3, 6, 7, 8))
    yield from across((F32,), "grid_sample", "resample", lambda x, g: F.grid_sample(x, g, align_corners=False),
                      pictures, reals(2, 9, 8, 2))
    yield from across((F32, BF16), "adaptive_avg_pool2d", "resample", lambda x: F.adaptive_avg_pool2d(x, (5, 6)),
                      pictures)
    yield from across((F32,), "avg_pool3d", "resample", lambda x: F.avg_pool3d(x, 3), reals(2, 3, 9, 9, 12))
    yield from across((F32,), "lp_pool2d", "resample", lambda x: F.lp_pool2d(x, 3.0, 2), positive(2, 5, 12, 16))
    yield from across((F32,), "fold", "resample", lambda x: F.fold(x, (10, 12), 3), reals(2, 45, 80))


def random_streams():
    def stream(dtypes, name, seed, draw, *inputs):
        return across(dtypes, name, "random", seeded(seed, draw), *inputs)

    yield from stream((F64, F32), "normal_33x33", 11, lambda x: torch.randn_like(x), reals(33, 33))
    yield from stream((BF16,), "uniform_low", 12, lambda x: torch.rand_like(x), reals(777))
    yield from stream((F32,), "exponential", 13, lambda x: x.clone().exponential_(), reals(3001))
    yield from stream((F32,), "log_normal", 14, lambda x: x.clone().log_normal_(), reals(3001))
    yield from stream((F32,), "cauchy", 15, lambda x: x.clone().cauchy_(), reals(3001))
    yield from stream((F32,), "multinomial", 16, lambda x: torch.multinomial(x, 40), positive(30, 200))
    yield from stream((F32,), "poisson", 17, torch.poisson, positive(2001, high=20))
    yield from stream((F32,), "gamma", 18, torch._standard_gamma, positive(1001, high=5))
    yield from stream((F32,), "dropout_gradients", 19, gradients(lambda x: F.dropout(x, 0.2)), reals(40, 50))
    yield from stream((F32,), "gumbel_softmax", 20, lambda x: F.gumbel_softmax(x, dim=1), reals(30, 40))


def cases():
    for part in (functions_of_one, functions_of_positive, functions_of_two, strided_functions, tails, reductions, norms,
                 losses,
                 resampling, random_streams):
        yield from part()
