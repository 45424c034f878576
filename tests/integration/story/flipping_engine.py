#!/usr/bin/python3
"""The real engine, of whose answers the file `flips` beside it changes some, as failing memory would.

A line each: PROBE WHEN, where WHEN is a number (in this process of all that were started), "always" (the same flip in
every process), "differently" (another one in each), or "whole" (where the whole ladder runs).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(sys.argv[0]).parent
CHANNEL = 3


def process_number():
    """Counts the processes that were asked for a plan."""
    started = HERE / "started"
    with open(started, "a", encoding="ascii") as file:
        file.write("x")
    return started.stat().st_size


def flips(number, whole):
    """Probe -> what its hash is changed by."""
    found = {}
    for line in (HERE / "flips").read_text(encoding="ascii").splitlines():
        probe, when = line.split()
        if when in (str(number), "always") or (when == "whole" and whole):
            found[probe] = 1
        elif when == "differently":
            found[probe] = number
    return found


def with_flips(line, wanted):
    message = json.loads(line)
    if message.get("probe") not in wanted or "hash" not in message:
        return line
    message["hash"] = f"{int(message['hash'], 16) ^ wanted[message['probe']]:032x}"
    return json.dumps(message).encode() + b"\n"


def main():
    arguments = [str(HERE / "real-engine"), *sys.argv[1:]]
    if "--protocol" not in arguments:
        os.execv(arguments[0], arguments)
    arguments[arguments.index("--parent") + 1] = str(os.getpid())
    plan = sys.stdin.buffer.read()
    wanted = flips(process_number(), len(json.loads(plan)["plan"]["probes"]) > 90)
    answers = os.dup(CHANNEL)
    reading, writing = os.pipe()
    os.dup2(writing, CHANNEL)
    os.close(writing)
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, pass_fds=(CHANNEL,)) as engine:
        os.close(CHANNEL)
        engine.stdin.write(plan)
        engine.stdin.close()
        with os.fdopen(reading, "rb") as lines, os.fdopen(answers, "wb", buffering=0) as out:
            for line in lines:
                out.write(with_flips(line, wanted))
    os._exit(engine.returncode)


if __name__ == "__main__":
    main()
