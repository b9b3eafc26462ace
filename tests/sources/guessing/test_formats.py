from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from sources.formats import Format
from sources.guessing.formats import format_of
from sources.limits import Limits
from sources.reading import Refused
from tests.sources.reading.files import gzipped, zipped
from tests.sources.reading.test_xlsx import workbook

PARQUET = pa.BufferOutputStream()
parquet.write_table(pa.table({"a": [1]}), PARQUET)


def guessed(folder: Path, content: bytes) -> Format:
    path = folder / "sample"
    path.write_bytes(content)
    return format_of(path, Limits())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a;b\n1;2\n", {"type": "csv", "delimiter": ";", "encoding": "utf-8"}),
        (gzipped("name\tn\nKöln\t1\nBonn\t2\n".encode("cp1252")), {"delimiter": "\t", "encoding": "cp1252"}),
        (zipped({"readme.pdf": b"%PDF" * 99, "data.csv": b"a,b\n1,2\n"}), {"type": "csv", "member": "data.csv"}),
        (zipped({"x[1].csv": b"a,b\n1,2\n", "y.html": b"<x/>"}), {"type": "csv", "member": "x[[]1].csv"}),
        (bytes(PARQUET.getvalue()), {"type": "parquet"}),
        (workbook(["Ministry"], [], ["name", "n"], ["A", 1]), {"type": "xlsx", "skip_rows": 2, "header_row": 1}),
        (workbook([1, 2], [3, 4]), {"type": "xlsx", "header_row": 0}),
        (b'{"a":1}\n{"a":2}\n', {"type": "ndjson"}),
        (b'[{"a":1}]', {"type": "json", "records": None}),
        (b'{"a":1}', {"type": "json", "records": None}),
        (b'{"meta":{"page":[1]},"result":{"rows":[{"a":1}]},"few":[]}', {"type": "json", "records": "result.rows"}),
        (b'{"resourceType":"Bundle","entry":[]}', {"type": "fhir"}),
        (b'{\n"resourceType":"Patient"\n}', {"type": "fhir"}),
        (b'{"resourceType":"Patient"}\n{"resourceType":"Patient"}', {"type": "fhir"}),
        (b"<?xml version='1.0'?><r xmlns='u'><head/><case><n>1</n></case><case><n>2</n><n>2</n><n>3</n></case></r>",
         {"type": "xml", "records": "case"}),
        (b"<r><case>1</case></r>", {"type": "xml", "records": "case"}),
    ],
)  # fmt: skip
def test_formats_are_guessed(tmp_path: Path, content: bytes, expected: dict[str, Any]) -> None:
    form = guessed(tmp_path, content)
    assert {key: getattr(form, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"{not json", "begins as JSON does, but is none"),
        (b"<not xml", "begins as XML does, but is none"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "declares a DTD or entities"),
        (gzipped(gzipped(gzipped(b"a,b\n1,2\n"))), "packed in an archive within another packing"),
        (zipped({"../x.csv": b"a,b\n", "y.csv": b"1"}), "leads out of the archive"),
    ],
)
def test_what_cannot_be_guessed_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        guessed(tmp_path, content)
