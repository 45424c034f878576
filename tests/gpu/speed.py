#!/usr/bin/env python3
"""How long a check on the GPU takes, as a ratio against a peer in the same run; and how much memory of the GPU it takes.

    speed.py BUILD INSTALL

Run in a repository with a lock of this GPU. Medians of wall time, both sides in turn; exits 1 where an aim is missed.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

REPETITIONS = 5
PEER = """
import ctypes, json, os, sys, torch
x = torch.ones(256, 256, device="cuda")
torch.mm(x, x); torch.nn.functional.conv2d(torch.ones(1, 1, 8, 8, device="cuda"), torch.ones(1, 1, 3, 3, device="cuda"))
torch.linalg.cholesky(torch.eye(16, device="cuda")); torch.cuda.synchronize(); os._exit(0)
"""
MEMORY_AIM = 2048  # MiB


def seconds(command):
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
    ours, peer = medians(check, [sys.executable, "-c", PEER])
    doctor, smi = medians([program, "doctor"], ["nvidia-smi"])
    memory = memory_while([program, "fingerprint", "--device", "cuda:0"])
    rows = [("check on the GPU, cold", "import torch, a tensor, mm, conv2d, cholesky", ours, peer, 1.5),
            ("doctor with driver and GPUs", "nvidia-smi", doctor, smi, 1.0)]
    missed = 0
    for what, against, mine, theirs, aim in rows:
        missed += mine / theirs > aim
        print(f"{what:<30}{against:<48}{mine:7.3f} s{theirs:7.3f} s{mine / theirs:7.2f}  aim {aim}"
              f"{'  MISSED' if mine / theirs > aim else ''}")
    print(f"{'memory of the GPU in use':<30}{'before the fingerprint':<48}{memory} MiB, aim {MEMORY_AIM}")
    return 1 if missed or memory > MEMORY_AIM else 0


if __name__ == "__main__":
    sys.exit(main())
