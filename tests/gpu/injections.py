#!/usr/bin/env python3
"""What envguard makes of things done to a GPU machine: profile, what is expected, what came out.

    injections.py BUILD INSTALL [--project FOLDER] [--seconds N]

Checks under each injection in a scratch repository with the lock of FOLDER, or with one made here. An expectation that is not met
exits 1, and so does an injection that the time did not suffice for; what may be silent on this hardware is printed and counts for
nothing; what this machine lacks is named.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from repository import Measured, Repository

FLIPPING_ENGINE = Path(__file__).resolve().parents[1] / "integration" / "story" / "flipping_engine.py"
TOOLKITS = ("/usr/local/cuda/lib64", "/usr/local/cuda/targets/x86_64-linux/lib", "/usr/lib/x86_64-linux-gnu")
SILENT_OR_NOT = ("match", "drift")
ANY_BUT_UNSTABLE = ("match", "drift", "version-drift", "fault")
READY = "ready"
BUSY = f"""
import torch
x = torch.randn(512, 512, device="cuda")
torch.cuda.synchronize()
print("{READY}", flush=True)
while True:
    x = (x @ x).tanh()
    torch.cuda.synchronize()
"""


@dataclass(frozen=True)
class Injection:
    """`expected`: the outcomes that it may have. `moved`: beginnings of probes that a drift must have moved, as-is ones with that
    prefix. `named`: a finding or a recorded value that the verdict must name. `how`: the way it is run."""
    name: str
    profile: str
    expected: tuple
    variables: dict = field(default_factory=dict)
    moved: tuple = ()
    named: str = ""
    how: str = "check"
    missing: str = ""     # why it cannot be done here


def by_variables():
    yield Injection("nothing", "both", ("match",))
    yield Injection("NVIDIA_TF32_OVERRIDE=0", "strict", ("drift",), {"NVIDIA_TF32_OVERRIDE": "0"}, ("blas.", "train."))
    yield Injection("NVIDIA_TF32_OVERRIDE=0, drift allowed", "as-is", ("drift",), {"NVIDIA_TF32_OVERRIDE": "0"},
                    ("as-is dnn.conv", "as-is dnn.lstm"), how="allowed")
    yield Injection("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1", "as-is", ("drift",), {"TORCH_ALLOW_TF32_CUBLAS_OVERRIDE": "1"},
                    ("as-is blas.", "as-is train."))
    yield Injection("CUDA_FORCE_PTX_JIT=1", "both", ("fault",), {"CUDA_FORCE_PTX_JIT": "1"}, named="forced-ptx-is-not-there")
    yield Injection("MKL_CBWR=COMPATIBLE", "host", ("match",), {"MKL_CBWR": "COMPATIBLE"})
    for name, value in (("CUBLAS_WORKSPACE_CONFIG", ":16:8"), ("CUBLASLT_WORKSPACE_SIZE", "0"),
                        ("TORCH_BLAS_PREFER_CUBLASLT", "1"), ("TORCH_CUDNN_USE_HEURISTIC_MODE_B", "1")):
        yield Injection(f"{name}={value}", "both", SILENT_OR_NOT, {name: value}, named=name)


def by_flags():
    # That each attention backend is the one it is asked to be shows where PyTorch computes the same (the oracle).
    yield Injection("cudnn=false", "strict", ("drift",), moved=("dnn.",), how="flag")
    yield Injection("tf32-cublas=true", "strict", ("drift",), moved=("blas.",), how="flag")


def packages_of(install):
    return next(iter(Path(install).glob("lib/python3*/site-packages")), Path(install).parent)


def others(packages, pattern, folders):
    """Libraries of the names that PyTorch's own have, and of other builds."""
    found = {}
    for own in sorted(packages.glob(f"nvidia/*/lib/{pattern}")):
        for folder in folders:
            other = Path(folder, own.name)
            if other.is_file() and other.stat().st_size != own.stat().st_size:
                found.setdefault(own.name, other)
    return found


def by_libraries(build, install):
    packages = packages_of(install)
    cublas = others(packages, "libcublas*.so.*", TOOLKITS)
    names = [name for name in cublas if name.startswith(("libcublas.", "libcublasLt."))]
    # cublasLt first: cuBLAS beside the wheel's own would be a pair that nobody built.
    preload = {"LD_PRELOAD": ":".join(str(cublas[name]) for name in sorted(names, key=lambda name: "Lt" not in name))}
    yield Injection("another cuBLAS, opened first", "both", ANY_BUT_UNSTABLE, preload, named="LD_PRELOAD",
                    missing="" if len(names) == 2 else "no other cuBLAS with its cublasLt on this machine")
    whole = others(packages, "libcudnn*.so.*", TOOLKITS)
    preload = {"LD_PRELOAD": ":".join(str(file) for name, file in sorted(whole.items()))}
    yield Injection("another cuDNN, opened first", "both", ANY_BUT_UNSTABLE, preload, named="LD_PRELOAD",
                    missing="" if any(name.startswith("libcudnn.") for name in whole) else "no other cuDNN on this machine")
    parts = others(packages, "libcudnn_*.so.*", [build / "other-cudnn", *TOOLKITS])
    path = {"LD_LIBRARY_PATH": ":".join(sorted({str(part.parent) for part in parts.values()}))}
    yield Injection("cuDNN's parts from LD_LIBRARY_PATH", "both", ANY_BUT_UNSTABLE, path, named="stray-cudnn",
                    missing="" if parts else "no part of another cuDNN on this machine or in the bundle")


def contradiction(injection, measured):
    """Why this is not what was expected; empty: it is."""
    if measured.outcome not in injection.expected:
        return f"expected {' or '.join(injection.expected)}"
    unmoved = [start for start in injection.moved if not any(probe.startswith(start) for probe in measured.moved)]
    if measured.outcome == "drift" and unmoved:
        return f"expected {', '.join(unmoved)} among the moved"
    must_be_named = measured.outcome != "fault" or injection.expected == ("fault",)
    if injection.named and must_be_named and injection.named not in measured.named:
        return f"expected it to name {injection.named}"
    return ""


def flipped_bit(repository):
    """One probe of one process comes back with one bit flipped, by an engine that stands between."""
    twin = repository.folder / "flipping"
    shutil.copytree(repository.build / "bin", twin / "bin")
    engines = twin / "libexec" / "envguard"
    shutil.copytree(repository.build / "libexec" / "envguard", engines)
    (engines / "envguard-engine").rename(engines / "real-engine")
    _, _, script = FLIPPING_ENGINE.read_text(encoding="utf-8").partition("\n")
    (engines / "envguard-engine").write_text(f"#!{sys.executable}\n{script}", encoding="utf-8")
    (engines / "envguard-engine").chmod(0o755)
    (engines / "flips").write_text("blas.gemm_f32_256x256x256 1\n", encoding="ascii")
    return repository.check(program=twin / "bin" / "envguard")


def beside_another(repository):
    """Another process computes on the same GPU all the while."""
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as other:
        try:
            line = other.stdout.readline().strip()
            if line != READY:
                return Measured("not run", said=f"the other process: {(line + other.stdout.read())[-300:]}")
            measured = repository.check()
            if other.poll() is not None:
                return Measured("not run", said=f"the other process ended with {other.returncode}")
            return measured
        finally:
            other.kill()


class Table:
    def __init__(self, ends):
        self.ends = ends
        self.failures = 0
        print(f"{'injection':<44}{'profile':<9}{'expected':<16}{'measured':<15}{'moved, named':<40}{'s':>5}")

    def row(self, injection, measure, at_hand=False):
        """`at_hand`: measured with another, so that it takes no time."""
        started = time.monotonic()
        late = started > self.ends and not at_hand
        if injection.missing or late:
            measured, why = Measured("not run", said=injection.missing), "no time left" if late and not injection.missing else ""
        else:
            measured = measure()
            why = contradiction(injection, measured)
        self.failures += bool(why)
        expected = " or ".join(injection.expected) if len(injection.expected) < 3 else "named, or fault"
        more = ", ".join([*sorted(measured.layers()), *sorted(measured.named)])
        print(f"{injection.name:<44}{injection.profile:<9}{expected:<16}{measured.outcome:<15}{more:<40}"
              f"{time.monotonic() - started:5.1f}{'  FAILED: ' + why if why else ''}", flush=True)
        if measured.said and (why or injection.missing or measured.outcome == "fault"):
            print(f"    {measured.said}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("install", type=Path)
    parser.add_argument("--project", type=Path, help="a repository with policy and lock of this GPU")
    parser.add_argument("--seconds", type=int, default=400, help="begin no injection after that")
    options = parser.parse_args()
    ends = time.monotonic() + options.seconds
    build = options.build.resolve()
    with tempfile.TemporaryDirectory(prefix="envguard-injections-") as folder:
        repository = Repository(build, options.install.absolute(), Path(folder), options.project)
        table = Table(ends)
        run = {"check": lambda injection: repository.check(injection.variables),
               "allowed": lambda injection: repository.check_passing_any_drift(injection.variables)}
        for injection in by_variables():
            table.row(injection, lambda: run[injection.how](injection))
        of_flags = list(by_flags())
        flags = {}
        for injection in of_flags:
            def measured_once():
                flags.update(flags or repository.compare([each.name for each in of_flags]))
                return flags[injection.name]
            table.row(injection, measured_once, at_hand=bool(flags))
        for name, expected, do in (("a bit flipped in one result", "transient", flipped_bit),
                                   ("two processes on one GPU", "match", beside_another)):
            table.row(Injection(name, "both", (expected,)), lambda: do(repository))
        for injection in by_libraries(build, options.install):
            table.row(injection, lambda: repository.check(injection.variables))
    print(f"{table.failures} contradict what was expected")
    return 1 if table.failures else 0


if __name__ == "__main__":
    sys.exit(main())
