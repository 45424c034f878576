#!/usr/bin/env python3
"""The proof that the fingerprint measures the user's PyTorch: this script computes the CPU probes again with ordinary Python and
the same PyTorch, and must get the engine's bytes. Run it with the interpreter of that PyTorch.

    oracle.py --engine ENGINE --listing fixtures/recipe/definitions.txt [--device cuda:0]

On a GPU it computes what it can there: not the kernels and libraries below PyTorch.
"""

import argparse
import os
import sys
from pathlib import Path

from engine import STRICT_VARIABLES, measure, probe_names

os.environ.update(STRICT_VARIABLES)  # before torch: its libraries read them when they are loaded

import numpy as np
import torch

try:
    import xxhash
except ModuleNotFoundError:
    xxhash = None  # on a machine without registries bytes alone are compared

import inputs
import orders
import reference
from autocast import compare_casts
from training import cuda_trainings, train

FAMILIES_THAT_SUM = ("blas.", "dnn.conv", "ops.sum", "ops.var", "ops.cumsum", "ops.index_put", "ops.scatter_add")
ATTEMPTS = 8
CANNOT_MOVE = {"blas.identity_f32_256"}  # a control: exact in every order, it shows TF32 and bf16


def pin():
    """What the strict profile pins, where Python names it."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.backends.mkldnn.set_flags(_deterministic=True)
    torch.backends.cuda.matmul.allow_fp16_accumulation = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False


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


def is_as_is(name):
    """Run under PyTorch's own defaults alone."""
    return name.startswith("ops.sdpa_default_")


def compare_bytes(engine, listing):
    names = probe_names(listing)
    install = Path(torch.__file__).parent
    answers = measure(engine, install, torch.__version__, [name for name in names if not is_as_is(name)])
    answers |= measure(engine, install, torch.__version__, [name for name in names if is_as_is(name)], "as-is")
    expected = {}
    for layer in (*reference.LAYERS, train):
        expected.update(layer())
    faults = [f"{name}: not computed here" for name in names if name not in expected]
    faults += [f"{name}: computed here, no CPU probe of the recipe" for name in expected if name not in names]
    for name, tensor in expected.items():
        answer = answers.get(name)
        if not is_same(answer, tensor):
            faults.append(explain(name, answer, tensor))
    for fault in faults:
        print(fault)
    print(f"{len(names) - len(faults)} of {len(names)} byte-identical with torch {torch.__version__}")
    return not faults


def compare_cuda_units(engine):
    """The engine runs any unit that it is asked for, so what PyTorch computes of a GPU's ladder is checked here too."""
    expected = dict([*reference.cuda_alone(), *cuda_trainings()])
    answers = measure(engine, Path(torch.__file__).parent, torch.__version__, list(expected))
    faults = []
    for name, tensor in expected.items():
        answer = answers.get(name)
        if not is_same(answer, tensor):
            faults.append(explain(name, answer, tensor))
    for fault in faults:
        print(fault)
    print(f"{len(expected) - len(faults)} of {len(expected)} of a GPU's alone byte-identical on the CPU")
    return not faults


def compare_on_gpu(engine, listing, device):
    """What PyTorch computes of a GPU's ladder, on that GPU. What this script has no code for is counted and named."""
    names = probe_names(listing, "cuda")
    inputs.DEVICE = device
    torch.set_default_device(device)
    layers = [layer for layer in (*reference.LAYERS, train) if layer is not reference.arith]
    computed = dict(pair for layer in (*layers, reference.cuda_alone, cuda_trainings) for pair in layer())
    expected = {name: tensor for name, tensor in computed.items() if name in names}
    install = Path(torch.__file__).parent
    strict, as_is = [[name for name in expected if is_as_is(name) == wanted] for wanted in (False, True)]
    answers = measure(engine, install, torch.__version__, strict, device=device)
    answers |= measure(engine, install, torch.__version__, as_is, "as-is", device)
    faults = [explain(name, answers.get(name), tensor) for name, tensor in expected.items()
              if not is_same(answers.get(name), tensor)]
    for fault in faults:
        print(fault)
    print(f"not computed here: {', '.join(sorted(set(names) - set(expected)))}")
    print(f"{len(expected) - len(faults)} of {len(expected)} byte-identical on {device} with torch {torch.__version__}")
    return not faults


def is_near(one, other):
    tolerance = 2e-2 if one.dtype in (torch.bfloat16, torch.float16) else 1e-4
    return torch.allclose(one.double(), other.double(), rtol=0, atol=tolerance * float(one.double().abs().max()))


def compare_orders(listing):
    """Of a product rounded to bf16 an order moves few elements or none, so that up to ATTEMPTS orders are tried."""
    sums = {name for name in probe_names(listing) if name.startswith(FAMILIES_THAT_SUM)} - CANNOT_MOVE
    faults, moved = [], {}
    for attempt in range(ATTEMPTS):
        for part, one, other in orders.compared(attempt):
            if not is_near(one, other):
                faults.append(f"{part}: the other order computes something else")
            moved[part] = moved.get(part, False) or raw(one) != raw(other)
        if all(moved.values()):
            break
    faults += [f"{part}: summed in {ATTEMPTS} other orders its bits do not move" for part in moved if not moved[part]]
    tried = {part.split(" ")[0] for part in moved}
    faults += [f"{name}: not tried in another order" for name in sums - tried]
    faults += [f"{name}: tried, and no such probe" for name in tried - sums]
    still = {fault.split(":")[0].split(" ")[0] for fault in faults}
    for fault in faults:
        print(fault)
    print(f"{len(sums - still)} of {len(sums)} move when summed in another order")
    return not faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", required=True, type=lambda path: Path(path).resolve())
    parser.add_argument("--listing", required=True, type=Path)
    parser.add_argument("--device", default="cpu", help="cuda:0: only what that GPU computes")
    arguments = parser.parse_args()
    pin()
    if arguments.device != "cpu":
        return 0 if compare_on_gpu(arguments.engine, arguments.listing, arguments.device) else 1
    identical = compare_bytes(arguments.engine, arguments.listing)
    identical &= compare_cuda_units(arguments.engine)
    identical &= compare_casts()
    moving = compare_orders(arguments.listing)
    return 0 if identical and moving else 1


if __name__ == "__main__":
    sys.exit(main())
