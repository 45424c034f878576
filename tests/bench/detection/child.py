#!/usr/bin/env python3
"""Computes every case and trains every network in the Python and the environment it is started in, and keeps the tensors.

    child.py OUT [--as-is] [--flag NAME]... [--cast NETWORK]

Without --as-is the strict profile is pinned, as far as Python names it; its variables are the caller's to set.
"""

import argparse
import sys
import zlib

import torch

from case import INTEGERS, inputs_of
from cases import all_cases
from networks import NETWORKS, train

# What a program can set and nobody outside can see.
FLAGS = {
    "matmul-precision-medium": lambda: torch.set_float32_matmul_precision("medium"),
    "flush-denormal": lambda: torch.set_flush_denormal(True),
    "mkldnn-off": lambda: torch.backends.mkldnn.set_flags(_enabled=False),
    "attention-math-only": lambda: [torch.backends.cuda.enable_flash_sdp(False),
                                    torch.backends.cuda.enable_mem_efficient_sdp(False)],
    "threads-2": lambda: torch.set_num_threads(2),
}


def pin():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.backends.mkldnn.set_flags(_deterministic=True)


def result_of(case):
    """The tensor, or the error in words: an operator that another version refuses has moved too."""
    try:
        return case.function(*inputs_of(case)).detach().clone()
    except RuntimeError as error:
        return str(error).splitlines()[0]


def digest_of_inputs(cases):
    """An injection that moved the inputs themselves would show nothing about the operators."""
    digest = 0
    for case in cases:
        for tensor in inputs_of(case):
            digest = zlib.crc32(tensor.view(INTEGERS.get(tensor.dtype, tensor.dtype)).numpy().tobytes(), digest)
    return digest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--as-is", action="store_true", help="pin nothing")
    parser.add_argument("--flag", action="append", default=[], choices=FLAGS)
    parser.add_argument("--cast", choices=[network.name for network in NETWORKS], help="train this network in bfloat16")
    options = parser.parse_args()
    if not options.as_is:
        pin()
    for flag in options.flag:
        FLAGS[flag]()
    cases = all_cases()
    results = {case.name: result_of(case) for case in cases}
    losses = {}
    for network in NETWORKS:
        dtype = torch.bfloat16 if network.name == options.cast else torch.float32
        kept, losses[network.name] = train(network, dtype)
        results.update({f"train.{network.name}.{part}": tensor for part, tensor in kept.items()})
    torch.save({"results": results, "losses": losses, "inputs": digest_of_inputs(cases)}, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
