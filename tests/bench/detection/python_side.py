"""Runs child.py under an injection and says what moved, of what class, and what today's checks would have said."""

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field

import torch

import machine
from measures import class_of, same_bits, worst

sys.path.insert(0, str(machine.ORACLE))
from engine import STRICT_VARIABLES

CHILD = machine.HERE / "child.py"
AS_IS_RUNS = 3


def run(folder, injection=None, as_is=False):
    """The results of one child. Without an injection: the baseline."""
    variables = machine.plain(folder)
    arguments = []
    version = machine.LOCKED_VERSION
    if injection:
        variables.update(machine.injected(injection, folder))
        arguments += [part for flag in injection.flags for part in ("--flag", flag)]
        arguments += ["--cast", injection.cast] if injection.cast else []
        version = injection.version
    arguments += ["--as-is"] if as_is else []
    variables.update({} if as_is else STRICT_VARIABLES)
    out = folder / "results.pt"
    done = subprocess.run([machine.install(version) / "bin" / "python", "-B", CHILD, out, *arguments], env=variables,
                          cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{injection.name if injection else 'baseline'}: child.py ended with {done.returncode}\n{done.stderr}")
    return torch.load(out)


def moved_between(one, other):
    return [name for name in one["results"] if not same_bits(one["results"][name], other["results"][name])]


@dataclass
class Baseline:
    """The results without injection; `wobbling` are those that differ between runs, and are judged under no injection."""
    results: dict
    wobbling: set = field(default_factory=set)


def baseline(folder, as_is=False):
    first = run(folder, as_is=as_is)
    wobbling = set()
    for _ in range(AS_IS_RUNS - 1 if as_is else 1):
        wobbling.update(moved_between(first, run(folder, as_is=as_is)))
    return Baseline(first, wobbling)


@dataclass
class Today:
    """What people check today: on how many of the five networks the check would have seen that something changed."""
    loss: int       # the last loss printed to four decimals
    close: int      # torch.testing.assert_close of the weights, default tolerances
    weights: int    # a hash of the weights


def is_close(one, other):
    try:
        torch.testing.assert_close(other, one)
        return True
    except AssertionError:
        return False


def today(one, other):
    names = [f"train.{network}.weights" for network in one["losses"]]
    weights = [(one["results"][name], other["results"][name]) for name in names]
    losses = [(one["losses"][network][-1], other["losses"][network][-1]) for network in one["losses"]]
    return Today(sum(f"{before:.4f}" != f"{after:.4f}" for before, after in losses),
                 sum(not is_close(before, after) for before, after in weights),
                 sum(not same_bits(before, after) for before, after in weights))


@dataclass
class Felt:
    """What one injection moved in Python."""
    moved: list
    groups: dict    # how many by group
    classes: dict   # the worst class by group; None where a class means nothing
    today: Today


def group_of(name):
    return name.split(".")[0]


def felt(before, after, truths):
    one = before.results
    if one["inputs"] != after["inputs"]:
        raise RuntimeError("the injection moved the inputs themselves, so that nothing is shown about the operators")
    moved = [name for name in moved_between(one, after) if name not in before.wobbling]
    classes = {}
    for name in moved:
        found = class_of(one["results"][name], after["results"][name], truths[name])
        classes[group_of(name)] = worst([classes.get(group_of(name)), found])
    return Felt(moved, dict(Counter(map(group_of, moved))), classes, today(one, after))
