"""What the engine answered, against the tensor that is expected."""

import numpy as np
import torch

try:
    import xxhash
except ModuleNotFoundError:
    xxhash = None  # on a machine without registries bytes alone are compared


def raw(tensor):
    tensor = tensor.cpu()
    return tensor.detach().contiguous().view(torch.uint8).numpy().tobytes() if tensor.dim() else scalar(tensor)


def scalar(tensor):
    return raw(tensor.detach().reshape(1))


def hash_of(tensor):
    def numbers(values):
        return "[" + ", ".join(str(value) for value in values) + "]"

    description = f"{str(tensor.dtype).removeprefix('torch.')} {numbers(tensor.shape)} {numbers(tensor.stride())}"
    return xxhash.xxh3_128_hexdigest(raw(tensor) + description.encode())


def is_same(answer, tensor):
    if answer is None or answer["status"] != "ok" or answer["bytes"] != raw(tensor):
        return False
    return xxhash is None or answer["hash"] == hash_of(tensor)


def explain(name, answer, expected):
    """Why the engine's tensor is not this one, in one line."""
    if answer is None:
        return f"{name}: the engine gave no line"
    if answer["status"] != "ok":
        return f"{name}: {answer['status']}: {answer.get('message')}"
    ours, theirs = raw(expected), answer["bytes"]
    if ours == theirs:
        return f"{name}: bytes are equal, the hash is not: shape {list(expected.shape)}, strides {expected.stride()}"
    if len(ours) != len(theirs):
        return f"{name}: {len(theirs)} bytes from the engine, {len(ours)} here"
    size = expected.element_size()
    differ = (np.frombuffer(ours, np.uint8) != np.frombuffer(theirs, np.uint8)).reshape(-1, size).any(1)
    here = expected.detach().cpu().flatten()
    there = torch.frombuffer(bytearray(theirs), dtype=expected.dtype, device="cpu")
    distance = (here.double() - there.double()).norm() / here.double().norm()
    return f"{name}: {differ.sum()} of {differ.size} elements differ, relative L2 {distance:.2e}"
