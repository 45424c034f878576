"""What a case of the benchmark is: one operator, one shape, one dtype, and inputs that no injection can move."""

import zlib
from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch

F64, F32, F16, BF16 = torch.float64, torch.float32, torch.float16, torch.bfloat16
DTYPE_NAMES = {F64: "f64", F32: "f32", F16: "f16", BF16: "bf16"}
INTEGERS = {F64: torch.int64, F32: torch.int32, F16: torch.int16,
            BF16: torch.int16}  # of the same size, to see the bits


@dataclass(frozen=True)
class Reals:
    """Uniform between low and high, rounded once to the case's dtype."""
    shape: tuple
    low: float = -1.0
    high: float = 1.0


@dataclass(frozen=True)
class Indices:
    """Uniform integers below a limit."""
    shape: tuple
    limit: int


@dataclass(frozen=True)
class Case:
    name: str
    group: str
    dtype: torch.dtype
    function: Callable
    inputs: tuple

    @property
    def is_random_stream(self):
        return self.group == "random"


def reals(*shape, low=-1.0, high=1.0):
    return Reals(shape, low, high)


def positive(*shape, high=1.0):
    return Reals(shape, 0.01, high)


def indices(limit, *shape):
    return Indices(shape, limit)


def across(dtypes, name, group, function, *inputs):
    """The same case once for each dtype."""
    return [Case(f"{group}.{name}_{DTYPE_NAMES[dtype]}", group, dtype, function, inputs) for dtype in dtypes]


def draw(name, position, wanted, dtype):
    """An input, from NumPy's PCG64 in integer arithmetic and one exact scaling: no libm, no torch generator."""
    generator = np.random.default_rng([zlib.crc32(name.encode()), position])
    if isinstance(wanted, Indices):
        return torch.from_numpy(generator.integers(0, wanted.limit, wanted.shape))
    values = wanted.low + (wanted.high - wanted.low) * generator.random(wanted.shape)
    return torch.from_numpy(values).to(dtype)


def inputs_of(case):
    """Named after the case without its dtype, so that its dtypes share their inputs up to rounding."""
    name = case.name.rpartition("_")[0]
    return [draw(name, position, wanted, case.dtype) for position, wanted in enumerate(case.inputs)]


def gradients(function):
    """The gradients of sum(y^2) with respect to every real input, flattened into one tensor."""
    def of(*tensors):
        leaves = [tensor.clone().requires_grad_() if tensor.is_floating_point() else tensor for tensor in tensors]
        function(*leaves).square().sum().backward()
        return torch.cat([leaf.grad.flatten() for leaf in leaves if leaf.is_floating_point()])
    return of


def seeded(seed, function):
    """A draw from torch's default generator."""
    def of(*tensors):
        torch.manual_seed(seed)
        return function(*tensors)
    return of
