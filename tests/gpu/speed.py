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

REPETITIONS = 5
PEER_PROBES = ["blas.gemm_f32_16x16x16", "linalg.cholesky", "dnn.conv2d_channels_last"]
ORACLE = Path(__file__).resolve().parents[1] / "integration" / "oracle"
MEMORY_AIM = 2048  # MiB


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
    if callable(command):
        started = time.perf_counter()
        command()
        return time.perf_counter() - started
    started = time.perf_counter()
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return time.perf_counter() - started


def medians(*commands):
    """The first round of all is not counted."""
    samples = [[seconds(command) for command in commands] for _ in range(REPETITIONS + 1)][1:]
    return [statistics.median(column) for column in zip(*samples)]


def memory_while(command):
    """The most memory of GPU 0 in use while the command runs, less what was in use before, in MiB."""
    query = ["nvidia-smi", "-i", "0", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    before = int(subprocess.run(query, capture_output=True, text=True, check=True).stdout)
    with subprocess.Popen([*query, "-lms", "50"], stdout=subprocess.PIPE, text=True) as watch:
        seconds(command)
        watch.terminate()
        seen = [int(line) for line in watch.stdout.read().split()]
    return max(seen, default=before) - before


def main():
    build, install = Path(sys.argv[1]).resolve(), sys.argv[2]
    os.environ["ENVGUARD_TORCH"] = install
    program = build / "bin" / "envguard"
    check = [program, "check", "--device", "cuda:0", "--no-cache"]
    ours, theirs = medians(check, peer(str(build / "libexec" / "envguard" / "envguard-engine"), install))
    doctor, smi = medians([program, "doctor"], ["nvidia-smi"])
    memory = memory_while([program, "fingerprint", "--device", "cuda:0"])
    rows = [("check on the GPU, cold", "same LibTorch: one tensor, mm, cholesky, conv2d", ours, theirs, 1.5),
            ("doctor with driver and GPUs", "nvidia-smi", doctor, smi, 1.0)]
    missed = 0
    for what, against, mine, other, aim in rows:
        missed += mine / other > aim
        print(f"{what:<30}{against:<48}{mine:7.3f} s{other:7.3f} s{mine / other:7.2f}  aim {aim}"
              f"{'  MISSED' if mine / other > aim else ''}")
    print(f"{'memory of the GPU in use':<30}{'before the fingerprint':<48}{memory} MiB, aim {MEMORY_AIM}")
    return 1 if missed or memory > MEMORY_AIM else 0


if __name__ == "__main__":
    sys.exit(main())
