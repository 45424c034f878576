"""compare.py VERSION_PAIRS: asks VERSION_PAIRS and Python's `packaging` the same 2 x 10,000 questions and compares the answers.

Pre-releases count (`prereleases=True`): what envguard asks about is installed.
"""

import random
import subprocess
import sys

import packaging
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

PAIRS = 10_000
REAL = """2.10.0 2.11.0 2.11.0+cu130 2.11.0+cpu 2.15.0+cu132 2.12.0.dev20260101+cu130 2.8.0a0+5228986c39.nv25.5 2.11.0rc2
    9.10.2.21 13.0.96 2.27.3 580.65.06 3.12.4 2.11.0+git1f0c2d7 1.13.1 0.0.0""".split()


def number(rng):
    return rng.choice(["0", "1", "2", "3", "9", "10", "01", "2026", "20260101"])


def version(rng):
    """A spelling of a version; numbers are few, so that equal and neighbouring versions are common."""
    if rng.random() < 0.1:
        return rng.choice(REAL)
    text = rng.choice(["", "", "", "", "v"]) + rng.choice(["", "", "", "0!", "1!"])
    text += ".".join(number(rng) for _ in range(rng.choice([1, 2, 2, 3, 3, 4])))
    separator = lambda: rng.choice(["", ".", "-", "_"])  # noqa: E731
    if rng.random() < 0.35:
        label = rng.choice(["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "RC", "A"])
        text += separator() + label + separator() + rng.choice(["", number(rng)])
    if rng.random() < 0.25:
        text += rng.choice(["-" + number(rng), separator() + rng.choice(["post", "rev", "r"]) + separator() + number(rng)])
    if rng.random() < 0.25:
        text += separator() + "dev" + separator() + rng.choice(["", number(rng)])
    if rng.random() < 0.3:
        parts = [rng.choice(["cu130", "cu128", "cpu", "CU130", "1", "10", "7d39", "007"]) for _ in range(rng.choice([1, 1, 2, 3]))]
        text += "+" + rng.choice([".", "-", "_"]).join(parts)
    return text


def neighbour(rng, text):
    """Another spelling of the version, or one that differs in its last parts only."""
    public, _, local = text.partition("+")
    return rng.choice([
        text.upper(),
        public.replace("-", "."),
        public,
        public + "+" + rng.choice(["cu130", "cpu", "1", "10", "cu130.1"]),
        public + (".0" if public[-1].isdigit() and public.replace(".", "").isdigit() else "") + ("+" + local if local else ""),
        public + ".dev1",
    ])


def clause(rng, near):
    operator = rng.choice(["==", "!=", "~=", "<", ">", "<=", ">=", "===", "==*", "!=*"])
    text = near if rng.random() < 0.5 else version(rng)
    if operator.endswith("*"):
        return operator[:2] + text.split("+")[0] + ".*"
    if operator in ("~=", "<", ">", "<=", ">="):
        text = text.split("+")[0]
    return rng.choice(["", " "]) + operator + rng.choice(["", " "]) + text


def order(a, b):
    try:
        a, b = Version(a), Version(b)
    except InvalidVersion:
        return "invalid"
    return "<" if a < b else ">" if a > b else "="


def contains(specifiers, text):
    try:
        return "in" if SpecifierSet(specifiers).contains(Version(text), prereleases=True) else "out"
    except (InvalidSpecifier, InvalidVersion):
        return "invalid"


def ask(program, questions):
    lines = "".join("\t".join(question) + "\n" for question in questions)
    return subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()


def compare(what, program, questions, expected):
    answers = ask(program, questions)
    agree = sum(a == b for a, b in zip(answers, expected))
    for question, ours, theirs in [t for t in zip(questions, answers, expected) if t[1] != t[2]][:10]:
        print(f"  {question}: envguard {ours}, packaging {theirs}")
    kinds = ", ".join(f"{expected.count(kind)} {kind}" for kind in sorted(set(expected)))
    print(f"{what}: {agree} of {len(questions)} agree ({kinds})")
    return agree == len(questions) == len(answers)


def main():
    rng = random.Random(20261123)
    pairs = []
    for _ in range(PAIRS):
        text = version(rng)
        pairs.append(("order", text, neighbour(rng, text) if rng.random() < 0.5 else version(rng)))
    questions = []
    for _ in range(PAIRS):
        text = version(rng)
        questions.append(("contains", ",".join(clause(rng, text) for _ in range(rng.choice([1, 1, 1, 2, 3]))), text))
    print(f"packaging {packaging.__version__}")
    ordered = compare("order", sys.argv[1], pairs, [order(a, b) for _, a, b in pairs])
    contained = compare("contains", sys.argv[1], questions, [contains(s, v) for _, s, v in questions])
    return 0 if ordered and contained else 1


sys.exit(main())
