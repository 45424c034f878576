"""What the benchmark must show, each claim with its numbers and whether it holds. Nothing absent counts as shown."""

from dataclasses import dataclass
from statistics import median

from measures import CLASSES

RIGHT_CAUSES, COVERED, PROCESSES = 0.95, 0.93, 3


@dataclass
class Claim:
    holds: bool
    text: str


def share(part, whole):
    return f"{part} of {whole}" + (f" ({100 * part / whole:.1f}%)" if whole else "")


def named(names, words):
    return f"; {words}: {', '.join(names)}" if names else ""


def detection(records):
    def of(status, among):
        return [record for record in among if record.status == status]

    moving = [record for record in records if record.felt.moved]
    outside = [record for record in moving if record.injection.is_visible]
    bad = [record.injection.name for status in ("MISSED", "SURPLUS", "FAILED") for record in of(status, records)]
    yield Claim(not bad, f"detected {share(len(of('detected', moving)), len(moving))} injections that move something in Python, "
                         f"{share(len(of('detected', outside)), len(outside))} of those outside the program"
                + named(bad, "not explained"))
    yield Claim(True, f"{len(of('named', records))} more are named, each with its reason; "
                         f"{len(of('match', records))} that move nothing are a match")


def causes(records):
    felt = [record for record in records if record.check.felt]
    knobs = [record for record in felt if record.injection.is_knob]
    versions = [record for record in felt if record.injection.kind == "version"]
    right = [record for record in knobs if record.is_cause_confirmed and record.is_cause_right]
    other = [record.injection.name for record in knobs if record not in right]
    wrong = [record.injection.name for record in records if record.is_cause_confirmed and not record.is_cause_right]
    if knobs:
        yield Claim(len(right) >= RIGHT_CAUSES * len(knobs),
                    f"cause confirmed, and the right one, for {share(len(right), len(knobs))} detected knobs and sets"
                    + named(other, "not for"))
    yield Claim(not wrong, f"wrong causes confirmed: {len(wrong)}" + named(wrong, "for"))
    if versions:
        found = sum(record.is_cause_right for record in versions)
        yield Claim(found == len(versions), f"torch named as what suffices for {share(found, len(versions))} detected versions")
    if felt:
        spent = [record.check.cause.processes for record in felt if record.check.cause]
        numbers = f"median {median(spent):g}, most {max(spent)}" if spent else "no verdict says"
        yield Claim(bool(spent) and median(spent) <= PROCESSES, f"engine processes after the drift was established: {numbers}")


def distinct(records, of):
    """One entry for each probe and result: two injections may be one change under two names."""
    return list({(entry.probe, entry.here): entry for record in records for entry in of(record)}.values())


def coverage(records, whole):
    """Of a part of the injections the pairs are few and much alike, so that their share says little."""
    if any(record.check.moved for record in records):
        every = [entry for record in records for entry in record.intervals]
        once = distinct(records, lambda record: record.intervals)
        for what, pairs in (("distinct pairs", once), ("pairs of all injections", every)):
            covered = sum(entry.covers for entry in pairs)
            yield Claim(not whole or (bool(pairs) and covered >= COVERED * len(pairs)),
                        f"the interval holds the true distance for {share(covered, len(pairs))} {what}"
                        + ("" if whole else " (not judged: not all injections were run)"))
    strangers = [f"{record.injection.name}: {probe}" for record in records for probe in record.strangers]
    yield Claim(not strangers, f"moved probes of which the engine alone gets other bits than the verdict: {len(strangers)}"
                + named(strangers[:5], "among them"))


def classes(records):
    probes = [entry for entry in distinct(records, lambda record: record.probes) if entry.measured]
    if not probes:
        return
    absent = [entry.probe for entry in probes if entry.given not in CLASSES]
    mild = [entry.probe for entry in probes if entry.measured == "wrong" and entry.given == "rounding"]
    agree = sum(entry.measured == entry.given for entry in probes)
    yield Claim(not absent, f"moved probes that have a class and are given none: {len(absent)} of {len(probes)}")
    yield Claim(not mild, f"wrong results called rounding: {len(mild)}" + named(mild[:5], "among them"))
    yield Claim(True, f"the class given is the measured one for {share(agree, len(probes))} probes (no bound is claimed)")


def all_claims(records, whole):
    """`whole`: every injection was run."""
    return [*detection(records), *causes(records), *coverage(records, whole), *classes(records)]
