#!/usr/bin/env python3
"""The detection benchmark: what moves in ordinary PyTorch, against what envguard says of it.

    detect.py BUILD [--only NAME]... [--list] [--json FILE]

Run it with the Python of the locked PyTorch; ci/bench-detection does. Every injection is run over the cases (cases.py) and five
networks (networks.py) in Python, and through `envguard check` in a repository locked without it. Exits 1 when a claim fails.
"""

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
os.environ.update(ONE_THREAD)  # before torch: its libraries read them when they are loaded

import machine
import probe_truth
import python_side
import tensors
import truth
from claims import all_claims
from injections import all_injections
from ladder import Ladder
from record import record
from tables import COLUMNS, border_table, class_tables, main_table, named, places_table, today_lines


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    """The truth, and everything measured without an injection."""

    def __init__(self, build, folder, needs_as_is):
        self.build, self.folder = build, folder
        say("locking, and measuring without an injection")
        self.ladder = Ladder(build, folder)
        self.clean = self.ladder.check()
        if self.clean.outcome != "match":
            sys.exit(f"without an injection the check is no match: {self.clean}")
        self.strict = python_side.baseline(folder)
        if self.strict.wobbling:
            sys.exit(f"on one thread two runs differ in {', '.join(sorted(self.strict.wobbling))}")
        self.as_is = python_side.baseline(folder, as_is=True) if needs_as_is else None
        say("computing the truth in float64")
        self.truths = truth.of_all(self.strict.results["results"])
        self.probes = self.tensors()
        self.probe_truths = probe_truth.of_all(self.probes)

    def tensors(self, injection=None):
        variables = machine.plain(self.folder) | (machine.injected(injection, self.folder) if injection else {})
        return tensors.measure(self.build, variables, injection.version if injection else machine.LOCKED_VERSION)

    def run(self, injection):
        before = self.as_is if injection.as_is else self.strict
        felt = python_side.felt(before, python_side.run(self.folder, injection, injection.as_is), self.truths)
        check = self.ladder.check(injection) if injection.is_visible else self.clean
        after = self.tensors(injection) if check.moved else {}
        return record(injection, felt, check, self.probes, after, self.probe_truths)


def chosen(only):
    injections = all_injections()
    unknown = [name for name in only if name not in [injection.name for injection in injections]]
    if unknown:
        sys.exit(f"no such injection: {', '.join(unknown)}\n  next: --list names them")
    return [injection for injection in injections if not only or injection.name in only]


def as_json(records, claims):
    def plain(value):
        if isinstance(value, (set, frozenset, tuple)):
            return sorted(value) if all(isinstance(entry, str) for entry in value) else list(value)
        return str(value)

    entries = [dict(dataclasses.asdict(entry), status=entry.status) for entry in records]
    return json.dumps({"injections": entries, "claims": [dataclasses.asdict(claim) for claim in claims]}, indent=1,
                      default=plain)


def show(records, claims, as_is):
    def section(title, lines):
        print(f"\n{title}\n" if title else "", *lines, sep="\n")

    section(f"Injections\n\n{COLUMNS}", main_table(records))
    section("Where it moved", places_table(records))
    section("Misses and surpluses, each with its reason", list(named(records)) or ["none"])
    section("Classes", class_tables(records))
    section("Distances of the ladder's results by measured class, in bands", border_table(records))
    section("Who sees it", today_lines(records))
    if as_is and as_is.wobbling:
        section("Left out of the runs as-is, since they differ from run to run", sorted(as_is.wobbling))
    section("Claims", [f"{'holds' if claim.holds else 'FAILS'}  {claim.text}" for claim in claims])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=lambda text: Path(text).resolve(),
                        help="a build or install folder: bin and libexec")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this injection; may be repeated")
    parser.add_argument("--list", action="store_true", help="name the injections and end")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every record")
    options = parser.parse_args()
    injections = chosen(options.only)
    if options.list:
        print(*(injection.name for injection in injections), sep="\n")
        return 0
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="envguard-detection-") as folder:
        bench = Bench(options.build, Path(folder), any(injection.as_is for injection in injections))
        records = []
        for number, injection in enumerate(injections, 1):
            records.append(bench.run(injection))
            say(f"{number} of {len(injections)}, {time.monotonic() - started:.0f} s: {injection.name}: {records[-1].status}")
    claims = all_claims(records, whole=not options.only)
    show(records, claims, bench.as_is)
    if options.json:
        options.json.write_text(as_json(records, claims), encoding="utf-8")
    return 0 if all(claim.holds for claim in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
