"""Good files with bytes changed, lost, doubled and put in: whatever they are then, they end in rows or in a refusal."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from sources.formats import Format
from sources.guessing import guess
from sources.limits import Limits
from sources.reading import Refused, Row, read
from tests.sources.reading.files import gzipped, zipped
from tests.sources.reading.test_xlsx import workbook

CSV = ("a,b,c\n" + "".join(f'{n},"x, ""{n}""",{n * 1.5}\n' for n in range(30))).encode()
PARQUET = pa.BufferOutputStream()
parquet.write_table(pa.table({"a": ["x", "y"] * 50, "b": [1.5, None] * 50, "c": [[1], [2]] * 50}), PARQUET)
KINDS: dict[str, tuple[bytes, dict[str, Any]]] = {
    "csv": (CSV, {"type": "csv"}),
    "utf-16": (CSV.decode().encode("utf-16"), {"type": "csv", "encoding": "utf-16"}),
    "gzip": (gzipped(CSV), {"type": "csv"}),
    "zip": (zipped({"a.csv": CSV}), {"type": "csv"}),
    "ndjson": (b'{"a":1,"b":[1,{"c":"\\u00e9"}]}\n' * 20, {"type": "ndjson"}),
    "json": (b'{"d":{"r":[' + b",".join([b'{"a":1,"b":"x"}'] * 20) + b"]}}", {"type": "json", "records": "d.r"}),
    "fhir": (b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}},{}]}', {"type": "fhir"}),
    "xml": (b'<?xml version="1.0"?><r><case id="1"><n>1</n></case><case/></r>', {"type": "xml", "records": "case"}),
    "xlsx": (workbook(["a", "b"], [1, "x"], [2.5, None], ["=1+1", "y"]), {"type": "xlsx"}),
    "parquet": (bytes(PARQUET.getvalue()), {"type": "parquet"}),
}
LIMITS = Limits(unpacked_bytes=5_000_000, rows=10_000, line_bytes=10_000, columns=100, memory_bytes=256 << 20)
TIMES = 150


def damaged(content: bytes, chance: random.Random) -> bytes:
    """With up to eight changes."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        at, kind = chance.randrange(len(changed) + 1), chance.random()
        if kind < 0.5:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif kind < 0.65:
            del changed[at : at + chance.randint(1, 40)]
        elif kind < 0.8:
            changed[at:at] = chance.randbytes(chance.randint(1, 9))
        elif kind < 0.9:
            changed[at:at] = changed[at : at + chance.randint(1, 60)]
        else:
            del changed[at:]
    return bytes(changed)


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_read_or_refused(tmp_path: Path, kind: str) -> None:
    content, form = KINDS[kind]
    chance, path, ended = random.Random(kind), tmp_path / "file", 0
    for _ in range(TIMES):
        path.write_bytes(damaged(content, chance))
        try:
            with read(path, kind, Format(**form), LIMITS) as table:
                ended += all(len(each.values) == len(table.columns) for each in table if isinstance(each, Row))
        except Refused as refused:
            ended += str(refused).startswith(f"{kind}: ") and "\n" not in str(refused)
    assert ended == TIMES


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_samples_are_guessed_or_refused(tmp_path: Path, kind: str) -> None:
    chance, path, ended = random.Random(kind), tmp_path / "file", 0
    for _ in range(TIMES // 5):
        path.write_bytes(damaged(KINDS[kind][0], chance))
        try:
            ended += guess(path, kind, None).startswith("# Guessed from")
        except Refused:
            ended += 1
    assert ended == TIMES // 5
