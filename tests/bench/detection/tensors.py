"""The ladder's whole tensors, from the engine itself: what the sketches in a lock only estimate."""

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass

import torch

import machine
from measures import relative

sys.path.insert(0, str(machine.ORACLE))
import engine

# A distance of one element is exact, and both sides round it in their own way.
SLACK = 1e-6


@dataclass
class Whole:
    hash: str
    tensor: torch.Tensor


def dtype_of(probe, answer):
    """An answer has no dtype: the size of an element and the probe's name tell."""
    size = len(answer["bytes"]) // answer["evidence"]["elements"]
    wide = torch.int64 if probe.startswith("rng.") else torch.float64
    narrow = torch.bfloat16 if "_bf16" in probe else torch.float16
    return {8: wide, 4: torch.float32, 2: narrow}[size]


@contextmanager
def environment(variables):
    """The process's environment for as long as the engine is started from it; nothing here reads it."""
    saved = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(variables)
        yield
    finally:
        os.environ.clear()
        os.environ.update(saved)


def measure(build, variables, version):
    """Probe id to its whole tensor, where the probe gave one."""
    program = build / "libexec" / "envguard" / "envguard-engine"
    with environment(variables):
        answers = engine.measure(str(program), machine.torch_folder(version), version,
                                 engine.probe_names(machine.LISTING))
    return {probe: Whole(answer["hash"], torch.frombuffer(bytearray(answer["bytes"]), dtype=dtype_of(probe, answer)))
            for probe, answer in answers.items() if answer["status"] == "ok"}


@dataclass
class Interval:
    """An estimated interval beside the distance of the whole tensors."""
    probe: str
    here: str
    low: float
    high: float
    true: float

    @property
    def covers(self):
        return self.low * (1 - SLACK) <= self.true <= self.high * (1 + SLACK)


def interval(moved, before, after):
    """None where no distance was estimated, or the sketches resolve none."""
    if not moved.distance or not moved.distance["resolved"] or moved.distance["absolute"]:
        return None
    return Interval(moved.probe, moved.here, moved.distance["low"], moved.distance["high"],
                    relative(before.tensor, after.tensor))
