"""Locks as somebody forges them who knows envguard's source."""

import re
import struct

import harness

HEADER, RECORD, BAND = 64, 608, 32  # bytes; src/lockfile/evidence.cpp has the layout
FORGE = harness.BUILD / "tests" / "integration" / "story" / "forge_lock"


def forge(sandbox, lock):
    """Makes the hash of the evidence, both ids and the seal follow from what the files hold now."""
    sandbox.expect(0, FORGE, lock)


def edit(lock, change):
    lock.write_text(change(lock.read_text(encoding="utf-8")), encoding="utf-8")


def whole_gpu_lock(sandbox, lock):
    """Gives a lock of a GPU a line for every probe that recipe 1 had on GPUs, and makes it one of that recipe: the rest as it is."""
    recipe = harness.SOURCE / "fixtures" / "recipe"
    first = (recipe / "recipe-1.txt").read_text(encoding="ascii").split()
    here = [line.split() for line in (recipe / "definitions.txt").read_text(encoding="ascii").splitlines()]
    layers = {}
    for probe, devices, _ in here:
        if probe in first and "cuda" in devices:
            layer, name = probe.split(".", 1)
            layers.setdefault(layer, []).append(f'"{name}" = "{0:032x}"\n')
    strict = "".join(f"\n[strict.{layer}]\n" + "".join(lines) for layer, lines in layers.items())
    head = re.sub(r"(?m)^(seal|as-is-id) = .*\n", "", lock.read_text(encoding="utf-8").split("\n[strict.")[0])
    lock.write_text(head.replace("schema = 2", "schema = 1") + strict, encoding="utf-8")
    forge(sandbox, lock)


def bands(evidence):
    """The band of every record, None where there is none."""
    content = evidence.read_bytes()
    found = [struct.unpack_from("<d", content, at + BAND)[0] for at in range(HEADER, len(content), RECORD)]
    return [band if band == band else None for band in found]  # NaN: none was measured


def set_bands(evidence, band, records=None):
    """Gives every record that has a band another one, or those of these numbers."""
    had = bands(evidence)
    content = bytearray(evidence.read_bytes())
    count = 0
    for number in range((len(content) - HEADER) // RECORD):
        at = HEADER + number * RECORD + BAND
        if had[number] is not None and (records is None or number in records):
            struct.pack_into("<d", content, at, band)
            count += 1
    evidence.write_bytes(content)
    return count


def keep_records(evidence, numbers):
    """The evidence of these lines alone."""
    content = evidence.read_bytes()
    kept = b"".join(content[HEADER + number * RECORD:HEADER + (number + 1) * RECORD] for number in numbers)
    evidence.write_bytes(content[:16] + struct.pack("<I", len(numbers)) + content[20:HEADER] + kept)


def probe_lines(text):
    """The lines of a lock that hold a probe: (profile, id, number of the line from 0), in the file's order."""
    found, profile, layer = [], None, None
    for number, line in enumerate(text.splitlines()):
        header = re.fullmatch(r"\[(strict|as-is)\.(\w+)\]", line)
        if header:
            profile, layer = header.groups()
        elif line.startswith("["):
            layer = None
        elif layer not in (None, "settings") and " = " in line:
            found.append((profile, f'{layer}.{line.split(" = ")[0].strip(chr(34))}', number))
    return found
