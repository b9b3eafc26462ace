from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from sources.formats import Format
from sources.limits import Limits
from sources.reading import Refused, Row, Unreadable, read
from tests.sources.reading.files import gzipped, read_all, rows_of


def written(columns: dict[str, Any], **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(columns), sink, **options)
    return bytes(sink.getvalue())


def test_values_become_text(tmp_path: Path) -> None:
    content = written(
        {
            "text": ["a", None], "whole": [12345678901234567, -1], "part": [0.1, 1.5], "flag": [True, False],
            "day": [date(2020, 1, 2), None], "at": [datetime(2020, 1, 2, 3, tzinfo=UTC), None],
            "exact": [Decimal("1.10"), None], "list": [[1, 2], None], "parts": [{"x": "y"}, None],
            "bytes": [b"z", None], "of few": pa.array(["p", "q"]).dictionary_encode(),
        }
    )  # fmt: skip
    columns, outcomes = read_all(tmp_path, gzipped(content), type="parquet")
    assert columns == ("text", "whole", "part", "flag", "day", "at", "exact", "list", "parts", "bytes", "of few")
    assert rows_of(outcomes) == [
        (1, ("a", "12345678901234567", "0.1", "true", "2020-01-02", "2020-01-02T03:00:00.000000Z", "1.10", "[1,2]",
             '{"x":"y"}', "z", "p")),
        (2, (None, "-1", "1.5", "false", None, None, None, None, None, None, "q")),
    ]  # fmt: skip


def test_rows_that_are_no_text_are_told(tmp_path: Path) -> None:
    content = written({"a": [b"x", b"\xff", b"y\0", b"z"], "b": ["1", "2", "3", "4" * 200]})
    _, outcomes = read_all(tmp_path, content, Limits(line_bytes=100), type="parquet")
    assert [(type(each), each.line) for each in outcomes] == [
        (Row, 1),
        (Unreadable, 2),
        (Unreadable, 3),
        (Unreadable, 4),
    ]
    told = [each.reason for each in outcomes if isinstance(each, Unreadable)]
    assert told == ["holds bytes that are no text", "holds a NUL", "is longer than a line may be"]


def test_a_long_text_takes_memory_once(tmp_path: Path) -> None:
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 6000, pa.int32()), ["x" * (1 << 19)])
    content = written({"a": once}, store_schema=False)
    assert len(content) < 1 << 20
    path = tmp_path / "file"
    path.write_bytes(content)
    before = pa.total_allocated_bytes()
    with read(path, "file", Format(type="parquet"), Limits()) as table:
        next(iter(table))
        assert pa.total_allocated_bytes() - before < 16 << 20
        with pytest.raises(Refused, match="is larger than 1,073,741,824 bytes when unpacked"):
            list(table)


def test_files_of_many_rows_are_read_in_parts(tmp_path: Path) -> None:
    content = written({"n": list(range(5000))}, row_group_size=700)
    assert rows_of(read_all(tmp_path, content, type="parquet")[1]) == [(n + 1, (str(n),)) for n in range(5000)]


@pytest.mark.parametrize(
    ("content", "limits", "message"),
    [
        (b"a,b\n1,2\n", Limits(), "is no Parquet file; its source states that it is"),
        (b"PAR1" + b"x" * 90 + b"PAR1", Limits(), "is damaged Parquet"),
        (written({"a": [1]})[:-20], Limits(), "is damaged Parquet"),
        (written({"a": ["x" * 1000] * 100_000}), Limits(unpacked_bytes=100_000), "is larger than 100,000 bytes"),
        (written({"a": [1, 2, 3]}), Limits(rows=2), "has more than 2 rows"),
        (written({str(n): [1] for n in range(20)}), Limits(columns=10), "has 20 columns; at most 10 are read"),
    ],
)  # fmt: skip
def test_files_are_refused(tmp_path: Path, content: bytes, limits: Limits, message: str) -> None:
    with pytest.raises(Refused, match=message):
        read_all(tmp_path, content, limits, type="parquet")
