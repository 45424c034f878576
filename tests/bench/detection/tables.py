"""Plain text, aligned, fit to be pasted into a document."""

from collections import Counter

from claims import distinct
from measures import CLASSES


def aligned(rows, right=()):
    """Columns as wide as their widest cell; `right` are the numbers of the columns that end together."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.rjust(width) if column in right else cell.ljust(width) for column,
                 (cell, width) in enumerate(zip(row, widths))]
        yield "  ".join(cells).rstrip()


def counted(groups):
    return ", ".join(f"{name} {count}" for name, count in groups.items()) or "-"


def sets_of(sufficient):
    return " or ".join(" and ".join(sorted(names)) for names in sorted(sufficient, key=sorted))


def cause_cells(check):
    if not check.cause:
        return "-", "-", "-"
    return sets_of(check.cause.sufficient) or "-", check.cause.certainty, str(check.cause.processes)


COLUMNS = """Python, ladder, as-is: results that moved. measured: the worst class in Python against float64; given: by envguard.
processes: started after the drift was established. s: the whole check. loss to 4 decimals, close (assert_close of the weights, with
its defaults), hash of the weights: on how many of the five networks that check sees a change."""


def main_table(records):
    """One line an injection. What its columns are stands in `COLUMNS`."""
    rows = [("injection", "Python", "ladder", "as-is", "result", "measured", "given", "cause", "certainty",
             "processes", "s",
             "loss", "close", "hash")]
    for record in records:
        today = record.felt.today
        rows.append((
            record.injection.name, str(len(record.felt.moved)), str(len(record.check.moved)),
            str(len(record.check.as_is_moved)) if record.check.has_as_is else "-", record.status, record.measured_class or "-",
            record.given_class or "-", *cause_cells(record.check), f"{record.check.seconds:.1f}",
            *(str(count) if record.felt.moved else "-" for count in (today.loss, today.close, today.weights))))
    return aligned(rows, right=(1, 2, 3, 9, 10, 11, 12, 13))


def places_table(records):
    rows = [("injection", "moved in Python, by group", "moved in the ladder, by layer")]
    rows += [(record.injection.name, counted(record.felt.groups), counted(record.check.layers)) for record in records
             if record.felt.moved or record.check.felt]
    return aligned(rows)


def named(records):
    """Every miss and every surplus, in words."""
    for record in records:
        injection = record.injection
        if record.felt.moved and not record.check.felt:
            yield f"{injection.name}: moves {', '.join(record.felt.moved[:6])}{' …' if len(record.felt.moved) > 6 else ''}"
            yield f"  why      {injection.blind or 'NOT EXPLAINED'}"
            yield f"  a probe  {injection.probe or 'NOT NAMED'}"
        elif record.check.felt and not record.felt.moved:
            yield f"{injection.name}: moves only the ladder: {counted(record.check.layers)}"
            yield f"  why      {injection.beyond or 'NOT EXPLAINED'}"


def crossed(pairs, absent="none"):
    """Rows: measured. Columns: given, and `absent` where nothing is."""
    counts = Counter(pairs)
    columns = [name for name in (*CLASSES, None) if any(given == name for _, given in counts)]
    rows = [("measured \\ given", *(name or absent for name in columns))]
    for name in (*CLASSES, None):
        if any(measured == name for measured, _ in counts):
            rows.append((name or "no class", *(str(counts[name, given]) for given in columns)))
    return aligned(rows, right=range(1, len(columns) + 1)) if counts else ["no probe moved"]


def border_table(records):
    """How far, in bands of the lock, the results of each measured class lie: what the borders between the classes rest on."""
    probes = distinct(records, lambda record: record.probes)
    rows = [("computed in", "measured", "results", "least", "median", "most")]
    for dtype in sorted({entry.dtype for entry in probes}):
        for name in CLASSES:
            bands = sorted(entry.in_bands for entry in probes
                           if (entry.dtype, entry.measured) == (dtype, name) and entry.in_bands is not None)
            if bands:
                rows.append((dtype, name, str(len(bands)), *(f"{bands[at]:.2g}" for at in (0, len(bands) // 2, -1))))
    return aligned(rows, right=range(2, 6))


def class_tables(records):
    probes = distinct(records, lambda record: record.probes)
    yield f"Class of each moved probe of the ladder, {len(probes)} distinct results, against float64"
    yield from crossed((entry.measured, entry.given) for entry in probes)
    for dtype in sorted({entry.dtype for entry in probes}):
        yield ""
        yield f"of these in {dtype}"
        yield from crossed((entry.measured, entry.given) for entry in probes if entry.dtype == dtype)
    yield ""
    yield "Worst class by group of operators: cases outside the ladder, against the ladder's probes of the same group"
    groups = [(name, record.given_by_group().get(group)) for record in records if record.check.moved
              for group, name in record.felt.classes.items() if name]
    yield from crossed(groups, absent="none moved")


def today_lines(records):
    moving = [record for record in records if record.felt.moved]
    sights = {
        "envguard": lambda record: record.check.felt,
        "loss to 4 decimals": lambda record: record.felt.today.loss,
        "assert_close of the weights, defaults": lambda record: record.felt.today.close,
        "hash of the weights": lambda record: record.felt.today.weights,
    }
    for what, sees in sights.items():
        yield f"{what:<38} sees {sum(map(bool, map(sees, moving)))} of {len(moving)} injections that move something in Python"
