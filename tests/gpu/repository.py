"""A scratch repository with a lock of this machine's GPU, and what envguard said in it, in few words."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

ON_THE_GPU = ("--device", "cuda:0", "--no-cache", "--require-gpu", "--format", "json")
LONGEST = 90  # seconds of one check: what causes a drift may be left open, that it is one may not
OUTCOMES = ("numeric-drift", "could-not-measure", "unstable", "version-drift", "transient", "match")
WORDS = {"numeric-drift": "drift", "could-not-measure": "fault"}


@dataclass(frozen=True)
class Measured:
    """The outcome in a word; moved probes, as-is ones with that prefix; what the verdict names; what else it said."""
    outcome: str
    moved: frozenset = frozenset()
    named: frozenset = frozenset()
    said: str = ""

    def layers(self):
        return {probe.split(".")[0] for probe in self.moved}


def first_words(done):
    return " ".join((done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").split())[:300]


def of_verdict(verdict):
    """A policy that lets every drift pass does not make it a match here."""
    moved, named, said = set(), {finding["id"] for finding in verdict["findings"]}, []
    outcomes = set()
    for judgement in verdict["judgements"]:
        profiles = {"": judgement, "as-is ": judgement.get("as_is") or {}}
        of_this = {prefix + probe["probe"] for prefix, profile in profiles.items() for probe in profile.get("moved", [])}
        moved |= of_this
        named |= {difference["name"] for difference in judgement["differences"]}
        said += [text for text in (judgement["what"],) if text]
        outcomes.add("numeric-drift" if of_this and judgement["outcome"] == "match" else judgement["outcome"])
    outcome = next((name for name in OUTCOMES if name in outcomes), ", ".join(sorted(outcomes)))
    return Measured(WORDS.get(outcome, outcome), frozenset(moved), frozenset(named), " ".join(said))


def of_comparison(comparison, turned):
    """What turning one flag did; a side that was not measured is no match."""
    sides = comparison["sides"]
    place = next(place for place, side in enumerate(sides) if side["turned"] == turned)
    for side in (sides[0], sides[place]):
        if side["fault"]:
            return Measured("fault", said=side["fault"])
        if side["unstable"]:
            return Measured("unstable", frozenset(side["unstable"]))
    pair = next(pair for pair in comparison["pairs"] if {pair["a"], pair["b"]} == {0, place})
    moved = frozenset(probe["probe"] for probe in pair["moved"])
    return Measured("drift" if moved else "match", moved)


class Repository:
    """In `folder`. `project` is one with policy and lock; without it a lock is made."""

    def __init__(self, build, install, folder, project=None):
        self.build, self.install, self.folder = build, install, folder
        self.work = folder / "repository"
        self.program = build / "bin" / "envguard"
        if project:
            shutil.copytree(project, self.work)
            return
        self.work.mkdir()
        for command in (["git", "init", "-q", "."], [self.program, "init", "--yes"],
                        [self.program, "lock", "--device", "cuda:0", "--timeout", "240"]):
            done = self.run(*command)
            if done.returncode != 0:
                raise SystemExit(f"{' '.join(map(str, command))}: {first_words(done)}")

    def environment(self, variables):
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES") if name in os.environ}
        path = variables.get("LD_LIBRARY_PATH")
        if path and kept.get("LD_LIBRARY_PATH"):
            variables = variables | {"LD_LIBRARY_PATH": f"{path}:{kept['LD_LIBRARY_PATH']}"}
        return kept | {"HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache"), "LANG": "C.UTF-8",
                       "ENVGUARD_TORCH": str(self.install)} | variables

    def run(self, *command, variables=None):
        return subprocess.run([str(part) for part in command], cwd=self.work, env=self.environment(variables or {}), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=400, check=False)

    def check(self, variables=None, program=None):
        done = self.run(program or self.program, "check", *ON_THE_GPU, "--timeout", LONGEST, variables=variables)
        try:
            return of_verdict(json.loads(done.stdout))
        except json.JSONDecodeError:
            return Measured("fault" if done.returncode == 6 else f"exit code {done.returncode}", said=first_words(done))

    def check_passing_any_drift(self, variables):
        """Under a policy that lets strict's drift pass, so that as-is is measured beside it."""
        policy = self.work / "envguard.toml"
        before = policy.read_text(encoding="utf-8")
        policy.write_text(re.sub(r'(?m)^fail-on = "[a-z-]*"', 'fail-on = "never"', before), encoding="utf-8")
        try:
            return self.check(variables)
        finally:
            policy.write_text(before, encoding="utf-8")

    def compare(self, flags):
        """What each of the flags does, in one comparison."""
        turned = [part for flag in flags for part in ("--flag", flag)]
        done = self.run(self.program, "compare", self.install, *turned, "--device", "cuda:0", "--timeout", 2 * LONGEST,
                        "--format", "json")
        try:
            comparison = json.loads(done.stdout)
        except json.JSONDecodeError:
            return dict.fromkeys(flags, Measured("fault", said=first_words(done)))
        return {flag: of_comparison(comparison, flag) for flag in flags}
