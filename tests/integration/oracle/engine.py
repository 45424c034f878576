"""Starts envguard-engine as envguard does and reads what it answers. Protocol version 1."""

import fcntl
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

STRICT_VARIABLES = {
    "OMP_NUM_THREADS": "1",
    "OMP_DYNAMIC": "FALSE",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MKL_DYNAMIC": "FALSE",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
}
STRICT_FLAGS = [
    ("deterministic-algorithms", "true"),
    ("deterministic-fill", "true"),
    ("deterministic-cudnn", "true"),
    ("deterministic-mkldnn", "true"),
    ("benchmark-cudnn", "false"),
    ("tf32-cublas", "false"),
    ("tf32-cudnn", "false"),
    ("fp16-reduction-cublas", "false"),
    ("bf16-reduction-cublas", "false"),
    ("fp16-accumulation-cublas", "false"),
    ("fp16-bf16-reduction-math-sdp", "false"),
    ("sdp-flash", "false"),
    ("sdp-efficient", "false"),
    ("sdp-cudnn", "false"),
    ("sdp-math", "true"),
]
DEADLINE_SECONDS = 300


def memory_file(name, content=b""):
    """A descriptor of 10 or more, so that moving it to 0, 3 or 4 never meets itself."""
    low = os.memfd_create(name)
    high = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(low)
    os.write(high, content)
    os.lseek(high, 0, os.SEEK_SET)
    return high


def whole(descriptor):
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def build_of(engine):
    answer = subprocess.run([engine, "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.split()[1]


def plan(engine, torch_root, version, probes, profile, device):
    install = {
        "kind": "site-packages",
        "root": str(torch_root),
        "library": str(torch_root / "lib"),
        "prefix": str(torch_root.parent),
        "rule": "oracle",
        "version": version,
    }
    return {
        "protocol": 1,
        "build": build_of(engine),
        "plan": {
            "recipe": 3,
            "profile": profile,
            "install": install,
            "preload": [],
            "device": device,
            "threads": 1 if profile == "strict" else 0,
            "flags": [[name, value if profile == "strict" else ""] for name, value in STRICT_FLAGS],
            "probes": probes,
            "keep_bytes": True,
        },
    }


def wait(pid):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    raise SystemExit(f"the engine did not end within {DEADLINE_SECONDS} s")


def measure(engine, torch_root, version, probes, profile="strict", device="cpu"):
    """The engine's probe lines by id, each with the tensor's bytes where its status is ok."""
    document = json.dumps(plan(engine, torch_root, version, probes, profile, device)).encode()
    given, lines, tensors, printed = (
        memory_file("plan", document),
        memory_file("lines"),
        memory_file("tensors"),
        memory_file("printed"),
    )
    moves = [(os.POSIX_SPAWN_DUP2, source, target) for source, target in
             ((given, 0), (printed, 1), (printed, 2), (lines, 3), (tensors, 4))]
    with tempfile.TemporaryDirectory() as folder:
        here = Path.cwd()
        os.chdir(folder)
        pid = os.posix_spawn(engine, [engine, "--protocol", "1", "--parent", str(os.getpid())],
                             dict(os.environ, **STRICT_VARIABLES), file_actions=moves)
        os.chdir(here)
        status = wait(pid)
    os.close(given)
    answers = [json.loads(line) for line in whole(lines).decode().splitlines()]
    if status != 0 or not answers or "done" not in answers[-1]:
        raise SystemExit(f"the engine ended with {status}\n{whole(printed).decode(errors='replace')}\n{answers[-2:]}")
    os.close(printed)
    memory = whole(tensors)
    results = {answer["probe"]: answer for answer in answers if "probe" in answer}
    for result in results.values():
        place = result.get("bytes")
        result["bytes"] = memory[place["offset"]:place["offset"] + place["length"]] if place else None
    return results


def probe_names(listing, device="cpu"):
    """The probes of a device's ladder, "cpu" or "cuda", as the recipe's golden file lists them."""
    names = []
    for line in Path(listing).read_text().splitlines():
        name, devices, _ = line.split()
        if device in devices.split(","):
            names.append(name)
    return names
