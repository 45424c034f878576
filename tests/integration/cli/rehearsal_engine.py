#!/usr/bin/python3
"""An engine that computes nothing: it answers a GPU's plan as a GPU might on which every probe has a result, and moves those that
what was done to the machine would move there. The file `gpu` beside it has the GPU's key."""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

HERE = Path(sys.argv[0]).parent
CHANNEL = 3
OPENING = 0.3  # seconds: the memory is sampled meanwhile
TF32 = ("blas.gemm_f32_2048x2048x2048_tf32", "train.cnn_sgd_tf32")
# (what is set, to what): probes that it moves under each profile.
BY_VARIABLE = {
    ("NVIDIA_TF32_OVERRIDE", "0"): {"strict": TF32, "as-is": ("dnn.conv", "dnn.lstm")},
    ("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "1"): {"as-is": ("blas.gemm_f32", "train.")},
}
BY_FLAG = {
    ("cudnn", "false"): ("dnn.",),
    ("tf32-cublas", "true"): ("blas.gemm_f32",),
}


def moved_by(plan):
    """Beginnings of the probes that come out otherwise."""
    found = []
    for (name, value), profiles in BY_VARIABLE.items():
        if os.environ.get(name) == value:
            found += profiles.get(plan["profile"], ())
    for flag in plan["flags"]:
        found += BY_FLAG.get(tuple(flag), ())
    return tuple(found)


def ulp(probe):
    """How far a moved input moves the number: integers stay."""
    return 0.0 if "integer" in probe else 2.0**-52 if "_f64" in probe else 2.0**-23


def result(probe, seed, moved):
    """One number stands for the tensor."""
    if os.environ.get("CUDA_FORCE_PTX_JIT") == "1":
        return {"probe": probe, "status": "failed", "message": "no kernel image is available for execution on the device"}
    digest = hashlib.sha256(f"{probe} {seed} {moved}".encode()).hexdigest()
    value = float(1 + ulp(probe) * (seed % 3 - 1) + 2.0**-12 * moved).hex()
    return {"probe": probe, "status": "ok", "hash": digest[:32], "evidence": {
        "norm": value, "max": value, "elements": 1, "nan": 0, "inf": 0, "negative_zero": 0, "subnormal": 0,
        "nonfinite_positions": "0" * 32, "sentinels": [value] * 16, "sketch_high": [value] + ["0x0p+0"] * 31,
        "sketch_low": ["0x0p+0"] * 32}}


def lines(document):
    plan = document["plan"]
    yield {"hello": {"protocol": 1, "build": document["build"], "recipe": plan["recipe"]}}
    yield {"opening": f"{plan['install']['library']}/libtorch.so"}
    time.sleep(OPENING)
    gpu = json.loads((HERE / "gpu").read_text(encoding="utf-8"))
    yield {"opened": {"torch": plan["install"]["version"], "abi": 1, "gpu": gpu, "built": [], "not_settable": [],
                      "flags": [flag for flag in plan["flags"] if flag[1]]}}
    moved = moved_by(plan)
    told = 0
    for seed in plan.get("perturb", [1]):
        if "perturb" in plan:
            yield {"round": {"perturb": seed}}
        for probe in plan["probes"]:
            told += 1
            yield result(probe, seed if "perturb" in plan else 1, bool(moved) and probe.startswith(moved))
    yield {"libraries": [], "versions": []}
    yield {"done": {"probes": told}}


def main():
    if "--protocol" not in sys.argv:
        os.execv(HERE / "built-engine", [str(HERE / "built-engine"), *sys.argv[1:]])
    with os.fdopen(CHANNEL, "wb") as out:
        for line in lines(json.loads(sys.stdin.buffer.read())):
            out.write(json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    main()
