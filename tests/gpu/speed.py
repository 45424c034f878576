#!/usr/bin/env python3
"""How long a check on the GPU takes, as a ratio against a peer in the same run; and how much memory of the GPU it takes.

    speed.py BUILD INSTALL

Run in a repository with a lock of this GPU. Medians of wall time, both sides in turn; exits 1 where an aim is missed.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import memory

REPETITIONS = 3
PEER_PROBES = ["blas.gemm_f32_16x16x16", "linalg.cholesky", "dnn.conv2d_channels_last"]
ORACLE = Path(__file__).resolve().parents[1] / "integration" / "oracle"
ON_THE_GPU = ["--device", "cuda:0"]


def torch_of(install):
    """The torch folder of an install, and its version."""
    folders = [Path(install), *Path(install).glob("lib/python3*/site-packages/torch")]
    folder = next(folder for folder in folders if (folder / "version.py").exists())
    return folder, re.search(r"__version__ = '([^']*)'", (folder / "version.py").read_text(encoding="utf-8"))[1]


def peer(engine, install):
    """A process that loads the same LibTorch and makes one CUDA tensor, one mm, one cholesky and one conv2d."""
    sys.path.insert(0, str(ORACLE))
    from engine import measure
    folder, version = torch_of(install)
    return lambda: measure(engine, folder, version, PEER_PROBES, device="cuda:0")


def seconds(command):
    started = time.perf_counter()
    if callable(command):
        command()
        return time.perf_counter() - started
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return time.perf_counter() - started


def medians(*commands):
    """The first round of all is not counted."""
    samples = [[seconds(command) for command in commands] for _ in range(REPETITIONS + 1)][1:]
    return [statistics.median(column) for column in zip(*samples)]


def row(what, against, mine, other, aim=None):
    """Prints the ratio; whether an aim was missed."""
    missed = aim is not None and mine / other > aim
    told = "" if aim is None else f"  aim {aim}{'  MISSED' if missed else ''}"
    print(f"{what:<30}{against:<48}{mine:7.3f} s{other:7.3f} s{mine / other:7.2f}{told}", flush=True)
    return missed


def memory_while(name, command):
    """Prints a row; whether more than the aim was in use, or nobody knows."""
    try:
        with memory.Watch() as watch:
            seconds(command)
        most, samples = watch.most()
    except (RuntimeError, subprocess.SubprocessError) as error:
        print(f"memory during {name}: not known: {error}", flush=True)
        return True
    print(f"memory during {name + ', over what was in use before':<53}{most} MiB of {samples} samples, aim {memory.AIM}"
          f"{'  MISSED' if most > memory.AIM else ''}", flush=True)
    return most > memory.AIM


def main():
    build, install = Path(sys.argv[1]).resolve(), sys.argv[2]
    os.environ["ENVGUARD_TORCH"] = install
    program = build / "bin" / "envguard"
    check = [program, "check", *ON_THE_GPU, "--no-cache", "--require-gpu"]
    engine = str(build / "libexec" / "envguard" / "envguard-engine")
    missed = memory_while("a fingerprint", [program, "fingerprint", *ON_THE_GPU])
    missed += memory_while("a check", check)
    missed += row("doctor with driver and GPUs", "nvidia-smi", *medians([program, "doctor"], ["nvidia-smi"]), 1.0)
    whole, strict, other = medians(check, [program, "fingerprint", *ON_THE_GPU], peer(engine, install))
    against = "same LibTorch: one tensor, mm, cholesky, conv2d"
    missed += row("check on the GPU, cold", against, whole, other, 1.5)
    row("of it strict, a fingerprint", against, strict, other)
    print(f"{missed} aims missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
