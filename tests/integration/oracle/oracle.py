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

import torch

import on_gpu
import orders
import reference
from answers import explain, is_same, raw
from autocast import compare_casts
from profiles import is_as_is, pin
from training import CUDA_ALONE, EVERYWHERE, train

FAMILIES_THAT_SUM = ("blas.", "dnn.conv", "ops.sum", "ops.var", "ops.cumsum", "ops.index_put", "ops.scatter_add")
ATTEMPTS = 8
CANNOT_MOVE = {"blas.identity_f32_256"}  # a control: exact in every order, it shows TF32 and bf16


def compare_bytes(engine, listing):
    names = probe_names(listing)
    install = Path(torch.__file__).parent
    answers = measure(engine, install, torch.__version__, [name for name in names if not is_as_is(name)])
    answers |= measure(engine, install, torch.__version__, [name for name in names if is_as_is(name)], "as-is")
    expected = {name: compute() for layer in reference.LAYERS for name, compute in layer()} | dict(train(EVERYWHERE))
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
    expected = {name: compute() for name, compute in reference.cuda_alone()} | dict(train(CUDA_ALONE))
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
        return 0 if on_gpu.compare(arguments.engine, arguments.listing, arguments.device) else 1
    identical = compare_bytes(arguments.engine, arguments.listing)
    identical &= compare_cuda_units(arguments.engine)
    identical &= compare_casts()
    moving = compare_orders(arguments.listing)
    return 0 if identical and moving else 1


if __name__ == "__main__":
    sys.exit(main())
