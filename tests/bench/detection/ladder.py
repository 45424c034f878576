"""envguard from outside: a repository locked once without injection, and `check` under each injection."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field

import machine

SECONDS = 600


@dataclass
class Moved:
    probe: str
    here: str
    distance: dict | None
    given: str | None    # the class that envguard gives
    band: float | None = None

    @property
    def in_bands(self):
        """How many bands far; nothing where there is no distance or the band is zero."""
        return self.distance["value"] / self.band if self.distance and self.band else None


@dataclass
class Cause:
    certainty: str
    sufficient: frozenset    # of frozensets of names
    processes: int
    what: str


@dataclass
class Check:
    """One verdict. Members that this envguard does not give are absent, and count for nothing."""
    outcome: str
    exit_code: int
    moved: list
    as_is_moved: list
    has_as_is: bool
    layers: dict
    cause: Cause | None
    runs: int
    seconds: float
    differences: list = field(default_factory=list)

    @property
    def felt(self):
        return bool(self.moved or self.as_is_moved)


def moved_of(entries):
    return [Moved(entry["probe"], entry["here"], entry.get("distance"), entry.get("class"), entry.get("band"))
            for entry in entries or []]


def layers_of(numerics, prefix):
    return {prefix + entry["layer"]: entry["moved"] for entry in numerics["layers"] if entry["moved"]}


def cause_of(entry):
    if not entry:
        return None
    sufficient = frozenset(frozenset(names) for names in entry.get("sufficient", []))
    return Cause(entry["certainty"], sufficient, entry.get("processes", 0), entry.get("what", ""))


def check_of(verdict, seconds):
    judgement, = verdict["judgements"]
    as_is = judgement.get("as_is")
    return Check(
        outcome=judgement["outcome"], exit_code=verdict["exit_code"], moved=moved_of(judgement["moved"]),
        as_is_moved=moved_of(as_is.get("moved")) if as_is else [], has_as_is=bool(as_is),
        layers=layers_of(judgement, "") | (layers_of(as_is, "as-is ") if as_is else {}),
        cause=cause_of(judgement.get("cause") or (as_is or {}).get("cause")), runs=judgement["runs"], seconds=seconds,
        differences=[(entry["kind"], entry["name"]) for entry in judgement["differences"]])


class Ladder:
    def __init__(self, build, folder):
        self.program = build / "bin" / "envguard"
        self.folder = folder
        self.work = folder / "repository"
        self.work.mkdir()
        self.substitutes_installs = "--against" in self.run("check", "--help").stdout
        self.must("git", "init", "-q", ".")
        self.must(self.program, "init", "--yes")
        self.must(self.program, "lock", "--device", "cpu")

    def environment(self, version=machine.LOCKED_VERSION):
        return machine.plain(self.folder) | {"ENVGUARD_TORCH": str(machine.install(version))}

    def must(self, *command):
        done = subprocess.run([str(part) for part in command], cwd=self.work, env=self.environment(),
                              stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=SECONDS, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")

    def run(self, *arguments, environment=None):
        return subprocess.run([str(self.program), *map(str, arguments)], cwd=self.work,
                              env=environment or self.environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)

    def check(self, injection=None):
        version = injection.version if injection else machine.LOCKED_VERSION
        environment = self.environment(version)
        arguments = ["check", "--device", "cpu", "--no-cache", "--format", "json"]
        if injection:
            environment |= machine.injected(injection, self.folder)
        if version != machine.LOCKED_VERSION and self.substitutes_installs:
            arguments += ["--against", machine.install()]
        started = time.monotonic()
        done = self.run(*arguments, environment=environment)
        try:
            return check_of(json.loads(done.stdout), time.monotonic() - started)
        except (json.JSONDecodeError, KeyError, ValueError) as error:
            said = f"envguard check gave no verdict: {error!r}, exit code {done.returncode}\n{done.stderr}"
            raise RuntimeError(said) from error
