"""What one injection showed: in Python, in envguard's verdict, and in the engine's whole tensors."""

from dataclasses import dataclass

from injections import Injection
from ladder import Check
from measures import class_of, worst
from python_side import Felt
from tensors import interval

# Ladder layer or probe family to the group of cases that it stands for; the first prefix that fits.
GROUPS = (
    ("arith.", "elementwise"), ("rng.", "random"), ("blas.", "blas"), ("linalg.", "linalg"), ("dnn.conv",
                                                                                              "conv"), ("dnn.lstm",
                                                                                                        "rnn"),
    ("dnn.", "norm"), ("ops.layer_norm", "norm"), ("ops.sum", "reduction"), ("ops.var", "reduction"), ("ops.cumsum",
                                                                                                       "reduction"),
    ("ops.softmax", "reduction"), ("ops.index_put", "index"), ("ops.scatter_add", "index"), ("ops.rfft",
                                                                                             "fft"), ("ops.sdpa",
                                                                                                      "attention"),
    ("ops.", "elementwise"), ("train.", "train"))


def group_of(probe):
    return next(group for prefix, group in GROUPS if probe.startswith(prefix))


@dataclass
class ProbeClass:
    """A moved probe: its class measured against float64, and the one that envguard gives."""
    probe: str
    here: str
    dtype: str
    measured: str | None
    given: str | None
    in_bands: float | None


@dataclass
class Record:
    injection: Injection
    felt: Felt
    check: Check
    probes: list       # ProbeClass
    intervals: list    # of the whole tensors beside the verdict's
    strangers: list    # moved probes of which the engine alone did not get the verdict's bits

    @property
    def status(self):
        """detected, match, named (a miss or a surplus that the record explains), or a failure in capitals."""
        if self.check.outcome not in ("match", "numeric-drift", "version-drift"):
            return "FAILED"
        if self.felt.moved and self.check.felt:
            return "detected"
        if self.felt.moved:
            return "named" if self.injection.blind and self.injection.probe else "MISSED"
        if self.check.felt:
            return "named" if self.injection.beyond else "SURPLUS"
        return "match"

    @property
    def measured_class(self):
        return worst(self.felt.classes.values())

    @property
    def given_class(self):
        return worst(moved.given for moved in self.check.moved + self.check.as_is_moved)

    def given_by_group(self):
        """envguard's worst class by group; groups of which it gives none are left out."""
        groups = {}
        for moved in self.check.moved:
            groups[group_of(moved.probe)] = worst([groups.get(group_of(moved.probe)), moved.given])
        return {group: name for group, name in groups.items() if name}

    @property
    def is_cause_confirmed(self):
        return self.check.cause is not None and self.check.cause.certainty == "confirmed"

    @property
    def is_cause_right(self):
        return self.check.cause is not None and self.check.cause.sufficient == frozenset(self.injection.sufficient)


def record(injection, felt, check, before, after, truths):
    """`before` and `after` are the engine's whole tensors by probe, without and under the injection."""
    probes, intervals, strangers = [], [], []
    for moved in check.moved:
        one, other = before.get(moved.probe), after.get(moved.probe)
        if one is None or other is None or other.hash != moved.here:
            strangers.append(moved.probe)
            continue
        dtype = str(one.tensor.dtype).removeprefix("torch.")
        probes.append(ProbeClass(moved.probe, moved.here, dtype,
                                 class_of(one.tensor, other.tensor, truths[moved.probe]), moved.given, moved.in_bands))
        found = interval(moved, one, other)
        intervals += [found] if found else []
    return Record(injection, felt, check, probes, intervals, strangers)
