from __future__ import annotations

from pathlib import Path

import pytest

from sources.limits import Limits
from sources.reading import Refused, Row, Unreadable
from tests.corpus import SUITE
from tests.sources.reading.files import gzipped, read_all, rows_of


def test_objects_are_kept_as_they_are_written(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"n": 1.10, "long": 12345678901234567890123}\r\n\n  {"b":"\xc3\xa9\\u0041"}  '
    columns, outcomes = read_all(tmp_path, gzipped(content), type="ndjson")
    assert columns == ("doc",)
    assert rows_of(outcomes) == [
        (1, ('{"n": 1.10, "long": 12345678901234567890123}',)),
        (3, ('{"b":"é\\u0041"}',)),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[1]", "not an object"),
        (b"1", "not an object"),
        (b'{"a":1', "not valid JSON"),
        (b'{"a":1} x', "not valid JSON"),
        (b'{"a":NaN}', "not valid JSON"),
        (b'{"a":1e400}', "number is infinity"),
        (b'{"a":"\\ud800"}', "lone|surrogate|end of"),
        (b'{"a":1,"a":2}', "a: duplicate key"),
        (b'{"a":"\xff"}', "not valid UTF-8|not valid JSON"),
        (b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", "nested too deeply"),
        (b'{"a":"' + b"x" * (1 << 20) + b'"}', "is 1,048,585 bytes long, more than a line may be"),
    ],
)
def test_each_line_is_accepted_or_told(tmp_path: Path, line: bytes, reason: str) -> None:
    _, [first, bad, last] = read_all(tmp_path, b'{"a":1}\n' + line + b'\n{"a":3}', type="ndjson")
    assert (first, last) == (Row(1, ('{"a":1}',)), Row(3, ('{"a":3}',)))
    assert isinstance(bad, Unreadable)
    assert bad.line == 2
    assert any(each in bad.reason for each in reason.split("|")), bad.reason


@pytest.mark.parametrize("name", SUITE)
def test_the_suite_is_judged(tmp_path: Path, name: str) -> None:
    """Each of its files as a line, in an object, where it is one line."""
    content = SUITE[name]
    if b"\n" in content:
        content = b" ".join(content.split(b"\n"))
    _, [outcome] = read_all(tmp_path, b'{"a":' + content + b"}", type="ndjson")
    if name.startswith("n_") and name != "n_string_unescaped_newline.json":
        assert isinstance(outcome, Unreadable)
    if name.startswith("y_") and name != "y_object_duplicated_key_and_value.json":
        assert isinstance(outcome, Row)


def test_long_lines_are_passed_over(tmp_path: Path) -> None:
    content = b'{"a":1}\n{"a":"' + b"x" * 1000 + b'"}\n{"a":2}\n' + b'{"a":"' + b"x" * 12 + b'"}\n' + b"y" * 21
    _, outcomes = read_all(tmp_path, content, Limits(line_bytes=20), type="ndjson")
    assert [type(outcome) for outcome in outcomes] == [Row, Unreadable, Row, Row, Unreadable]
    assert [outcome.line for outcome in outcomes] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("content", ['{"a":1}'.encode("utf-16"), '{"a":1}'.encode("utf-16-be"), b"\0\0"])
def test_utf_16_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Refused, match="is written in UTF-16; JSON is read as UTF-8: convert it"):
        read_all(tmp_path, content, type="ndjson")
