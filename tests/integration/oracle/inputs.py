"""The recipe's inputs, made again from their description: splitmix64 in counter mode, in NumPy and integers only."""

import numpy as np
import torch

GAMMA = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1
DEVICE = "cpu"    # where the inputs are put


def words(seed, count):
    """u[i] = mix64(seed + (i + 1) * gamma), modulo 2^64."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed & MASK) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GAMMA)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def rounded(values, dtype):
    """float64 values as a tensor of `dtype` in torch's own allocator; each is rounded once, to nearest even."""
    return rounded_on_host(values, dtype).to(DEVICE)


def rounded_on_host(values, dtype):
    if dtype == torch.float64:
        return torch.from_numpy(values.copy()).clone()
    single = values.astype(np.float32)
    if dtype == torch.float32:
        return torch.from_numpy(single).clone()
    if dtype == torch.float16:
        return torch.from_numpy(single.astype(np.float16)).clone()
    bits = single.view(np.uint32)
    upper = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) >> np.uint32(16)
    return torch.from_numpy(upper.astype(np.uint16).view(np.int16)).clone().view(torch.bfloat16)


def signed(u, dtype, scale):
    if dtype == torch.float64:
        return ((u >> np.uint64(11)).astype(np.int64) - 2**52) * 2.0**-52 * 2.0**scale
    return ((u >> np.uint64(40)).astype(np.int64) - 2**23) * 2.0**-23 * 2.0**scale


def uniform(shape, seed, scale=0, dtype=torch.float32):
    return rounded(signed(words(seed, int(np.prod(shape))), dtype, scale), dtype).reshape(shape)


def positive(shape, seed, scale=0, dtype=torch.float32):
    u = words(seed, int(np.prod(shape)))
    if dtype == torch.float64:
        values = ((u >> np.uint64(11)).astype(np.int64) + 1) * 2.0**-53 * 2.0**scale
    else:
        values = ((u >> np.uint64(40)).astype(np.int64) + 1) * 2.0**-24 * 2.0**scale
    return rounded(values, dtype).reshape(shape)


def below(limit, shape, seed):
    u = words(seed, int(np.prod(shape)))
    values = ((u >> np.uint64(32)) * np.uint64(limit)) >> np.uint64(32)
    return torch.from_numpy(values.astype(np.int64)).clone().reshape(shape).to(DEVICE)


def dominant(size, seed, scale=0):
    """Symmetric: the lower triangle's words count for both halves; `size` is added to the diagonal."""
    values = signed(words(seed, size * size), torch.float32, scale).reshape(size, size)
    lower = np.tril(values)
    return rounded(lower + np.tril(values, -1).T + np.eye(size) * size, torch.float32)
