#!/usr/bin/env python3
"""What envguard makes of things done to a GPU machine: profile, what is expected, what came out.

    injections.py BUILD INSTALL [--seconds N]

Locks the GPU in a scratch repository, then checks under each injection. An expectation that is not met exits 1; `either` marks
what may be silent on this hardware, which is printed and counts for nothing; what this machine lacks is named.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

SUPPORT = Path(__file__).resolve().parents[1] / "integration" / "story"
ON_THE_GPU = ("--device", "cuda:0", "--no-cache")


@dataclass(frozen=True)
class Injection:
    """`expected`: "match", "drift", "either", "fault" or "transient". `layers`: those that must be among the moved ones, as-is
    ones with their prefix. `finding`: the id of what the verdict must name."""
    name: str
    profile: str
    expected: str
    variables: dict = field(default_factory=dict)
    layers: tuple = ()
    finding: str = ""
    flag: str = ""        # of `envguard compare --flag`
    missing: str = ""     # why it cannot be done here


def variables_only():
    yield Injection("NVIDIA_TF32_OVERRIDE=0", "as-is", "drift", {"NVIDIA_TF32_OVERRIDE": "0"}, ("as-is dnn", "train"))
    yield Injection("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1", "as-is", "drift", {"TORCH_ALLOW_TF32_CUBLAS_OVERRIDE": "1"},
                    ("as-is blas", "as-is train"))
    yield Injection("CUBLAS_WORKSPACE_CONFIG=:16:8", "as-is", "either", {"CUBLAS_WORKSPACE_CONFIG": ":16:8"})
    yield Injection("CUBLASLT_WORKSPACE_SIZE=0", "both", "either", {"CUBLASLT_WORKSPACE_SIZE": "0"})
    yield Injection("TORCH_BLAS_PREFER_CUBLASLT=1", "both", "either", {"TORCH_BLAS_PREFER_CUBLASLT": "1"})
    yield Injection("TORCH_CUDNN_USE_HEURISTIC_MODE_B=1", "both", "either", {"TORCH_CUDNN_USE_HEURISTIC_MODE_B": "1"})
    yield Injection("MKL_CBWR=COMPATIBLE", "host", "match", {"MKL_CBWR": "COMPATIBLE"})
    yield Injection("CUDA_FORCE_PTX_JIT=1", "both", "fault", {"CUDA_FORCE_PTX_JIT": "1"}, finding="forced-ptx-is-not-there")


def flags():
    for flag in ("sdp-flash", "sdp-efficient", "sdp-cudnn", "sdp-math"):
        yield Injection(f"flag {flag}=false", "strict", "either", flag=f"{flag}=false")
    yield Injection("flag cudnn=false", "strict", "drift", layers=("dnn",), flag="cudnn=false")
    yield Injection("flag tf32-cublas=true", "strict", "drift", layers=("blas",), flag="tf32-cublas=true")


def other_library(name, folders, own):
    """A library of this name that is another build than PyTorch's own."""
    for folder in folders:
        for file in sorted(Path(folder).glob(f"{name}.so.*")):
            if own and file.name == own.name and file.stat().st_size != own.stat().st_size:
                return file
    return None


def libraries(install):
    folders = ["/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/local/cuda/targets/x86_64-linux/lib"]
    packages = next(iter(Path(install).glob("lib/python3*/site-packages")), Path(install).parent)
    for name, layer in (("libcublas", "blas"), ("libcudnn", "dnn")):
        own = next(iter(sorted(packages.glob(f"nvidia/*/lib/{name}.so.*"))), None)
        other = other_library(name, folders, own)
        lacking = "" if other else f"no other {name} of the same name on this machine"
        preload = {"LD_PRELOAD": str(other)} if other else {}
        yield Injection(f"another {name}", "both", "either", preload, (layer,), missing=lacking)
        if name == "libcudnn":
            path = {"LD_LIBRARY_PATH": str(other.parent)} if other else {}
            yield Injection("cuDNN's parts from LD_LIBRARY_PATH", "both", "either", path, finding="stray-cudnn", missing=lacking)


class Repository:
    def __init__(self, build, install, folder):
        self.build, self.install, self.folder = build, install, folder
        self.work = folder / "repository"
        self.work.mkdir()
        self.program = build / "bin" / "envguard"

    def environment(self, variables):
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES") if name in os.environ}
        return kept | {"HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache"), "LANG": "C.UTF-8",
                       "ENVGUARD_TORCH": str(self.install)} | variables

    def run(self, *command, variables=None):
        return subprocess.run([str(part) for part in command], cwd=self.work, env=self.environment(variables or {}), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=400, check=False)

    def must(self, *command):
        done = self.run(*command)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")

    def lock(self):
        self.must("git", "init", "-q", ".")
        self.must(self.program, "init", "--yes")
        self.must(self.program, "lock", "--device", "cuda:0", "--timeout", "240")

    def check(self, variables):
        done = self.run(self.program, "check", *ON_THE_GPU, "--format", "json", variables=variables)
        return json.loads(done.stdout) if done.stdout.startswith("{") else {"judgements": [], "findings": [],
                                                                          "exit_code": done.returncode, "said": done.stderr}

    def compare(self, flag):
        done = self.run(self.program, "compare", self.install, "--flag", flag, "--device", "cuda:0", "--format", "json")
        return json.loads(done.stdout) if done.stdout.startswith("{") else None


def moved_layers(verdict):
    layers = set()
    for judgement in verdict["judgements"]:
        layers |= {entry["layer"] for entry in judgement["layers"] if entry["moved"]}
        as_is = judgement.get("as_is") or {}
        layers |= {"as-is " + entry["layer"] for entry in as_is.get("layers", []) if entry["moved"]}
    return layers


def outcome_of(verdict):
    outcomes = {judgement["outcome"] for judgement in verdict["judgements"]}
    for name, word in (("numeric-drift", "drift"), ("could-not-measure", "fault"), ("transient", "transient"), ("match", "match")):
        if name in outcomes:
            return word
    return ", ".join(sorted(outcomes)) or f"exit code {verdict['exit_code']}"


def measured(repository, injection):
    """The outcome, the moved layers and the ids of the findings."""
    if injection.flag:
        comparison = repository.compare(injection.flag)
        if comparison is None:
            return "fault", set(), set()
        moved = {entry["probe"].split(".")[0] for pair in comparison["pairs"] for entry in pair["moved"]}
        return "drift" if moved else "match", moved, set()
    verdict = repository.check(injection.variables)
    return outcome_of(verdict), moved_layers(verdict), {finding["id"] for finding in verdict["findings"]}


def contradiction(injection, outcome, layers, findings):
    """Why this is not what was expected; empty: it is."""
    if injection.expected != "either" and outcome != injection.expected:
        return f"expected {injection.expected}"
    if outcome == "drift" and not set(injection.layers) <= layers:
        return f"expected {', '.join(sorted(set(injection.layers) - layers))} among the moved"
    if injection.finding and injection.finding not in findings:
        return f"expected the finding {injection.finding}"
    return ""


def flipped_bit(repository):
    """One probe of one process comes back with one bit flipped, by an engine that stands between."""
    twin = repository.folder / "flipping"
    shutil.copytree(repository.build / "bin", twin / "bin")
    engines = twin / "libexec" / "envguard"
    shutil.copytree(repository.build / "libexec" / "envguard", engines)
    (engines / "envguard-engine").rename(engines / "real-engine")
    shutil.copy(SUPPORT / "flipping_engine.py", engines / "envguard-engine")
    (engines / "flips").write_text("blas.gemm_f32_256x256x256 1\n", encoding="ascii")
    done = repository.run(twin / "bin" / "envguard", "check", *ON_THE_GPU, "--format", "json")
    return outcome_of(json.loads(done.stdout))


def beside_another(repository):
    """Another process computes on the same GPU all the while."""
    busy = "import torch\nx = torch.randn(512, 512, device='cuda')\nwhile True: x = (x @ x).tanh()\n"
    with subprocess.Popen([sys.executable, "-c", busy], stderr=subprocess.DEVNULL) as other:
        try:
            time.sleep(5)
            return outcome_of(repository.check({}))
        finally:
            other.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("install", type=Path)
    parser.add_argument("--seconds", type=int, default=400, help="begin no injection after that")
    options = parser.parse_args()
    ends = time.monotonic() + options.seconds
    failures = 0
    print(f"{'injection':<40}{'profile':<9}{'expected':<11}{'measured':<11}{'moved, named':<50}{'s':>5}")

    def row(name, profile, expected, outcome, more, why, seconds):
        print(f"{name:<40}{profile:<9}{expected:<11}{outcome:<11}{more:<50}{seconds:5.1f}{'  FAILED: ' + why if why else ''}",
              flush=True)

    with tempfile.TemporaryDirectory(prefix="envguard-injections-") as folder:
        repository = Repository(options.build.resolve(), options.install.absolute(), Path(folder))
        repository.lock()
        for injection in [Injection("nothing", "both", "match"), *variables_only(), *flags(), *libraries(options.install)]:
            if injection.missing or time.monotonic() > ends:
                row(injection.name, injection.profile, injection.expected, "not run", injection.missing or "no time left", "", 0)
                continue
            started = time.monotonic()
            outcome, layers, findings = measured(repository, injection)
            why = contradiction(injection, outcome, layers, findings)
            failures += bool(why)
            row(injection.name, injection.profile, injection.expected, outcome, ", ".join(sorted(layers) + sorted(findings)), why,
                time.monotonic() - started)
        for name, expected, run in (("a bit flipped in one result", "transient", flipped_bit),
                                    ("two processes on one GPU", "match", beside_another)):
            started = time.monotonic()
            outcome = run(repository)
            why = "" if outcome == expected else f"expected {expected}"
            failures += bool(why)
            row(name, "both", expected, outcome, "", why, time.monotonic() - started)
    print(f"{failures} contradict what was expected")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
