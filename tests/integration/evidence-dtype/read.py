"""read.py TARGET: reads TARGET.toml and TARGET.evidence from their description alone and checks the sample's numbers."""

import re
import struct
import sys
import tomllib

import numpy as np
import xxhash

RECORD = np.dtype([
    ("name", "V16"),
    ("norm", "<f8"), ("max", "<f8"), ("band", "<f8"),
    ("elements", "<u8"), ("nan", "<u8"), ("inf", "<u8"), ("negative_zero", "<u8"), ("subnormal", "<u8"),
    ("nonfinite_positions", "V16"),
    ("sentinels", "<f8", 16),
    ("high", "<f8", 32), ("low", "<f4", 32),
])


def fields_hash(pairs):
    """XXH3-128 over length-framed texts, as the fingerprint's id is made."""
    hasher = xxhash.xxh3_128()
    for text in (part.encode() for pair in pairs for part in pair):
        hasher.update(struct.pack("<Q", len(text)) + text)
    return hasher.hexdigest()


def toml(value):
    """The value as the lock's writer spells it; the sample holds nothing that TOML spells in a second way."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value)


def key_text(key):
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml(key)


def values(table, path=""):
    """Every value of the document with its dotted path."""
    for key, value in table.items():
        own = f"{path}{key_text(key)}"
        if isinstance(value, dict) and value:
            yield from values(value, own + ".")
        else:
            yield own, toml(value)


def seal_of(lock):
    lines = sorted(values({key: value for key, value in lock.items() if key != "seal"}))
    return xxhash.xxh3_128_hexdigest("".join(f"{path} = {value}\n" for path, value in lines).encode())


def lines_of(layers):
    return [(f"{layer}.{probe}", line) for layer, table in layers.items() for probe, line in table.items()]


def main(target):
    with open(target + ".toml", "rb") as file:
        lock = tomllib.load(file)
    with open(target + ".evidence", "rb") as file:
        data = file.read()
    lines = lines_of(lock["strict"])
    as_is = lines_of({layer: table for layer, table in lock["as-is"].items() if layer != "settings"})
    every = [("strict", *line) for line in lines] + [("as-is", *line) for line in as_is]

    assert RECORD.itemsize == 608, RECORD.itemsize
    assert lock["evidence"] == "xxh3:" + xxhash.xxh3_128_hexdigest(data)
    assert lock["schema"] == 2
    assert lock["seal"] == "xxh3:" + seal_of(lock), "the seal follows from every value"
    assert lock["id"] == fields_hash(lines), "the id follows from the lines"
    assert lock["as-is-id"] == fields_hash(as_is), "and so does that of as-is"
    magic, form, recipe, probes, flags, lock_id, rest = struct.unpack("<8sIIII16s24s", data[:64])
    assert (magic, form, recipe, probes, flags) == (b"ENVGUARD", 1, lock["recipe"]["version"], len(every), 1), "some record has a band"
    assert lock_id.hex() == lock["id"] and rest == bytes(24)

    records = np.frombuffer(data, RECORD, offset=64)
    assert len(records) == len(every)
    seed = 1.0
    for record, (profile, probe, line) in zip(records, every):
        assert record["name"].tobytes() == xxhash.xxh3_128_digest(f"{profile}.{probe}".encode()), probe
        if line in ("unsupported", "not-deterministic"):
            assert np.isnan(record["band"])
            assert record["elements"] == 0 and record["norm"] == 0 and not record["high"].any()
            continue
        assert (record["norm"], record["max"]) == (seed + 0.5, -seed)
        assert record["elements"] == 999 + seed
        assert np.isnan(record["band"]) if probe == "arith.exp_f64" else record["band"] == seed * 1e-7
        assert [int(record[k]) for k in ("nan", "inf", "negative_zero", "subnormal")] == [1, 2, 3, 4]
        assert record["nonfinite_positions"].tobytes() == xxhash.xxh3_128_digest(probe.encode())
        assert (record["sentinels"] == seed * np.arange(16)).all()
        assert (record["high"] == seed + np.arange(32) / 3).all()
        assert (record["low"] == np.arange(32, dtype=np.float32) * np.float32(1e-9)).all()
        seed += 1
    print(f"{len(records)} of {len(every)} records read by one dtype of {RECORD.itemsize} bytes; id, seal and evidence hash follow")


main(sys.argv[1])
