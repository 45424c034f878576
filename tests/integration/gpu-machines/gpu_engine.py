#!/usr/bin/python3
"""The real engine, made to answer as if the GPU that it was given had computed what this CPU did.

The file `gpus` beside it has the key of each GPU by UUID. A few probes are measured by the real PyTorch; of the others this GPU
"has no kernel". Where they are there, the file `fails` names a probe and the error that it ends with, `drifts` a probe that
computes something else, and `meanwhile` holds what the driver answers once so many more measurements were begun."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(sys.argv[0]).parent
CHANNEL = 3
MEASURED = {"blas.gemm_f32_256x256x256", "blas.identity_f32_256", "ops.sum_f32", "ops.softmax_f32"}


def answers_of(engine, plan):
    """The real engine's lines for what is measured."""
    document = json.loads(plan)
    document["plan"]["device"] = "cpu"
    document["plan"]["probes"] = [probe for probe in document["plan"]["probes"] if probe in MEASURED]
    reading, writing = os.pipe()
    saved = os.dup(CHANNEL)
    os.dup2(writing, CHANNEL)
    os.close(writing)
    with subprocess.Popen(engine, stdin=subprocess.PIPE, pass_fds=(CHANNEL,)) as process:
        os.close(CHANNEL)
        process.stdin.write(json.dumps(document).encode())
        process.stdin.close()
        with os.fdopen(reading, "rb") as lines:
            yield from (json.loads(line) for line in lines)
    os.dup2(saved, CHANNEL)


def failure(probe):
    fails = HERE / "fails"
    if not fails.exists():
        return None
    name, message = fails.read_text(encoding="utf-8").strip().split(" ", 1)
    return message if name == probe else None


def drift(line):
    """The probe that drifts has the bits of another result."""
    drifts = HERE / "drifts"
    if drifts.exists() and drifts.read_text(encoding="utf-8") == line.get("probe") and "hash" in line:
        line["hash"] = line["hash"][::-1]
    return line


def change_driver():
    meanwhile = HERE / "meanwhile"
    if not meanwhile.exists():
        return
    change = json.loads(meanwhile.read_text(encoding="utf-8"))
    change["after"] -= 1
    meanwhile.write_text(json.dumps(change), encoding="utf-8")
    if change["after"] > 0:
        return
    for library in (HERE.parent / "machine").rglob("driver.json"):
        library.write_text(json.dumps(change["driver"]), encoding="utf-8")


def as_gpu(line, gpu):
    if "opened" in line:
        line["opened"]["gpu"] = gpu
    if "probe" in line and (message := failure(line["probe"])):
        line = {"probe": line["probe"], "status": "failed", "message": message}
    return line


def main():
    engine = [str(HERE / "real-engine"), *sys.argv[1:]]
    if "--protocol" not in engine:
        os.execv(engine[0], engine)
    engine[engine.index("--parent") + 1] = str(os.getpid())
    plan = sys.stdin.buffer.read()
    wanted = json.loads(plan)["plan"]
    out = os.fdopen(os.dup(CHANNEL), "wb", buffering=0)

    if wanted["device"] == "cpu":
        sys.exit(subprocess.run(engine, input=plan, pass_fds=(CHANNEL,), check=False).returncode)
    gpus = json.loads((HERE / "gpus").read_text(encoding="utf-8"))
    gpu = gpus[os.environ["CUDA_VISIBLE_DEVICES"]]
    change_driver()
    measured, told = {}, 0
    in_a_round = not wanted.get("perturb")

    def say(line):
        out.write(json.dumps(line).encode() + b"\n")

    def say_probes():
        """What was measured and what was not, in the plan's order."""
        nonlocal told
        for probe in wanted["probes"]:
            say(measured.get(probe) or {"probe": probe, "status": "unsupported", "message": "no kernel"})
            told += 1
        measured.clear()

    for line in answers_of(engine, plan):
        line = drift(as_gpu(line, gpu))
        if "probe" in line:
            measured[line["probe"]] = line
            continue
        if "begin" in line:
            continue
        if "round" in line or "libraries" in line:
            if in_a_round:
                say_probes()
            in_a_round = "round" in line
        if "done" in line:
            line["done"]["probes"] = told
        say(line)
    os._exit(0)


if __name__ == "__main__":
    main()
