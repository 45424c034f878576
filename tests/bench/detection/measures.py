"""How far two results are from each other, and what class of change that is. Nothing here knows envguard's borders: the truth is
the same computation in float64, and what a lower type would do is measured, not assumed."""

from dataclasses import dataclass

import torch

from case import BF16, F16, F32, F64, INTEGERS

CLASSES = ("rounding", "precision", "wrong", "other-stream")
TIMES = 4       # a sum in another order may be this many times further from the truth
TOO_FAR = 0.5   # relative: half of the result is something else
LOWER = {F64: F32, F32: BF16, F16: torch.float8_e4m3fn, BF16: torch.float8_e4m3fn}
COMPUTED_IN = {F64: F32, F32: BF16}  # nothing on a CPU computes in float8


def same_bits(one, other):
    if isinstance(one, str) or isinstance(other, str):
        return one == other if isinstance(one, str) and isinstance(other, str) else False
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    if not one.is_floating_point():
        return torch.equal(one, other)
    integers = INTEGERS[one.dtype]
    return torch.equal(one.contiguous().view(integers), other.contiguous().view(integers))


def relative(one, other):
    """Relative L2 over the positions where both are finite; the L2 itself where both are zero."""
    one, other = one.detach().double().flatten(), other.detach().double().flatten()
    finite = one.isfinite() & other.isfinite()
    one, other = one[finite], other[finite]
    # vector_norm squares: numbers below 1e-154 would vanish.
    scale = float(max(one.abs().max(), other.abs().max())) if one.numel() else 0.0
    if scale == 0:
        return 0.0
    one, other = one / scale, other / scale
    return float((one - other).norm() / max(one.norm(), other.norm()))


def nudged(tensor, generator):
    """Every element that is not zero moved by -1, 0 or +1 ulp of its own type."""
    if not tensor.is_floating_point():
        return tensor
    bits = tensor.contiguous().view(INTEGERS[tensor.dtype])
    steps = torch.randint(-1, 2, bits.shape, generator=generator).to(bits.dtype)
    return torch.where(tensor == 0, bits, bits + steps).view(tensor.dtype).reshape(tensor.shape)


def lowered(tensor):
    """Rounded to the next lower type and back."""
    return tensor.to(LOWER[tensor.dtype]).to(tensor.dtype) if tensor.is_floating_point() else tensor


@dataclass(frozen=True)
class Truth:
    """What is known of one result. `exact` is None where a class means nothing: a random stream, or a network under Adam."""
    exact: torch.Tensor | None
    error: float = 0.0   # of the result without injection
    band: float = 0.0    # what one ulp of the inputs, or of the result, does
    lower: float = 0.0   # what the next lower type does
    stream: bool = False


def truth_of(result, exact, nudges, lower):
    """`exact` in float64; `nudges` are the same with nudged inputs. `lower`: first in float64 with inputs of the next lower type,
    then, where PyTorch can, computed in that type too.

    A float64 result has nothing above it. It is itself the truth there, and its error is that of the same code in float32, scaled
    to float64's ulp."""
    band = max(torch.finfo(result.dtype).eps, *(relative(nudge, exact) for nudge in nudges))
    further = max(relative(other, exact) for other in lower)
    if result.dtype != F64:
        return Truth(exact, relative(result, exact), band, further)
    scale = torch.finfo(F64).eps / torch.finfo(F32).eps
    return Truth(result, relative(lower[1], lower[0]) * scale if len(lower) > 1 else 0.0, band, further)


def pattern(tensor):
    """Where it is NaN or infinite, and which."""
    return torch.nan_to_num(tensor.double(), nan=1.0, posinf=2.0, neginf=3.0) * ~tensor.isfinite()


def class_of(result, injected, truth):
    """One of CLASSES, or None where a class means nothing."""
    if truth.stream:
        return "other-stream"
    if truth.exact is None:
        return None
    if isinstance(injected, str) or injected.shape != result.shape or not torch.equal(pattern(result),
                                                                                      pattern(injected)):
        return "wrong"
    if not result.is_floating_point():
        return "other-stream"
    error = relative(injected, truth.exact)
    if error <= TIMES * max(truth.error, truth.band):
        return "rounding"
    return "precision" if error <= min(TOO_FAR, TIMES * max(truth.lower, truth.band)) else "wrong"


def worst(classes):
    """The worst of several, None counting as nothing. Another stream stands by itself and only where nothing else moved."""
    order = ("other-stream", "rounding", "precision", "wrong")
    found = [name for name in classes if name]
    return max(found, key=order.index) if found else None
