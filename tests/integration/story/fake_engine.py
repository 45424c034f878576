#!/usr/bin/python3
"""An engine that speaks the protocol up to a point and then does what the file `mode` beside it says."""

import json
import os
import signal
import sys
import time
from pathlib import Path


def send(**line):
    os.write(3, json.dumps(line).encode() + b"\n")


def main():
    mode = Path(sys.argv[0]).with_name("mode").read_text(encoding="ascii")
    if "--devices" in sys.argv:
        os._exit(1)
    plan = json.load(sys.stdin)
    build = "0.0.1-another" if mode == "other build" else plan["build"]
    protocol = 99 if mode == "other protocol" else 1
    send(hello={"protocol": protocol, "build": build, "recipe": plan["plan"]["recipe"]})
    send(opening=plan["plan"]["install"]["library"])
    if mode == "dies while opening":
        os.kill(os.getpid(), signal.SIGSEGV)
    send(opened={"torch": "2.11.0", "abi": 0, "built": [], "flags": [], "not_settable": []})
    send(begin=plan["plan"]["probes"][0])
    if mode == "dies in a probe":
        os.kill(os.getpid(), signal.SIGBUS)
    if mode == "hangs":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    if mode == "rubbish":
        os.write(3, b"\x00\xff not json\n")
    if mode == "half a line":
        os.write(3, b'{"probe":')
    if mode == "endless line":
        os.write(3, b"x" * 1_000_000)
    if mode == "floods its output":
        for _ in range(1000):
            os.write(1, b"chatter " * 1000)
    os._exit(0)  # for "no last line" and every other


if __name__ == "__main__":
    main()
