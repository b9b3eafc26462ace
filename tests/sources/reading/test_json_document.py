from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.limits import Limits
from sources.reading import Refused, Row, Unreadable
from sources.reading.json_walk import member, path_of_cut, records
from tests.corpus import SUITE
from tests.sources.reading.files import read_all, rows_of


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ('[{"a":1},\n {"b" : 2.50}]', None, [(1, '{"a":1}'), (2, '{"b" : 2.50}')]),
        ('{"a":1}', None, [(1, '{"a":1}')]),
        ("[]", None, []),
        ('{"next":1,\n"data":[\n{"a":1},\n{"a":[{"data":2}]}]}', "data", [(3, '{"a":1}'), (4, '{"a":[{"data":2}]}')]),
        ('{"x":{"y":{"z":[{"a":1}]}},"y":[2]}', "x.y.z", [(1, '{"a":1}')]),
        ('{"data":{"a":1}}', "data", [(1, '{"a":1}')]),
        ('{"data":[]}', "data", []),
        ('\ufeff[{"é":"ü"}]', None, [(1, '{"é":"ü"}')]),
    ],
)  # fmt: skip
def test_records_are_where_it_is_stated(
    tmp_path: Path, text: str, path: str | None, expected: list[tuple[int, str]]
) -> None:
    columns, outcomes = read_all(tmp_path, text, type="json", records=path)
    assert columns == ("doc",)
    assert [(line, values[0]) for line, values in rows_of(outcomes)] == expected


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("", None, "is not JSON: Expecting value at line 1, column 1"),
        ('{"data":[]}', "rows", "the document has no rows; its keys are data; set records to where"),
        ('{"a":{"b":1}}', "a.b", "b is neither a list nor an object"),
        ('{"a":{"b":1}}', "a.b.c", "b is no object, so it has no c"),
        ("[1]", "data", "the document is no object, so it has no data"),
        ("{}", "data", "the document has no data"),
        ('{"data":[],"data":[]}', "data", "the document has data 2 times"),
        ("17", None, "the document is neither a list nor an object"),
        ('[{"a":1},\n{"a":}]', None, "is not JSON: Expecting value at line 2, column 6"),
        ('[{"a":1}', None, r"a comma or \] is missing at line 1, column 9"),
        ('{"data":[{"a":1}', "data", r"a comma or \] is missing"),
        ('[{"a":1}] []', None, "more follows after its end at line 1, column 11"),
        ('[{"a":1},]', None, "is not JSON"),
        ('{"a":1,}', "a", "is neither a list nor|a key in quotes is missing"),
        ('[{"a":NaN}]', None, "NaN is not JSON"),
        ("[" * 100_000, None, "nested too deeply"),
        ('{"a":' * 100_000, None, "nested too deeply"),
        ("[" + "9" * 5000 + "]", None, "is not JSON|not an object"),
        ('{"a":1}\n{"a":2}', None, "more follows after its end at line 2, column 1"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, text: str, path: str | None, message: str) -> None:
    if text.startswith("[9"):
        assert isinstance(read_all(tmp_path, text, type="json", records=path)[1][0], Unreadable)
        return
    with pytest.raises(Refused, match=message):
        read_all(tmp_path, text, type="json", records=path)


def test_each_record_is_accepted_or_told(tmp_path: Path) -> None:
    text = '[{"a":1},\n2,\n{"a":1e400},\n{"a":1,"a":2},\n{"b":"' + "x" * 300 + '"},\n{"a":"\\ud800"},\n{"a":2}]'
    _, outcomes = read_all(tmp_path, text, Limits(line_bytes=200), type="json")
    assert [(type(outcome), outcome.line) for outcome in outcomes] == [
        (Row, 1), (Unreadable, 2), (Unreadable, 3), (Unreadable, 4), (Unreadable, 5), (Unreadable, 6), (Row, 7),
    ]  # fmt: skip


def test_documents_must_fit_into_memory(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is larger than 1,000 bytes, and a JSON document is read in one piece"):
        read_all(tmp_path, "[" + " " * 1000 + "]", Limits(memory_bytes=16_000), type="json")


@pytest.mark.parametrize("name", [name for name in SUITE if name.startswith(("n_", "y_"))])
def test_the_suite_is_judged(tmp_path: Path, name: str) -> None:
    valid, reason, told = name.startswith("y_"), "", False
    try:
        told = any(isinstance(outcome, Unreadable) for outcome in read_all(tmp_path, SUITE[name], type="json")[1])
    except Refused as refused:
        reason = refused.reason
    assert "is neither a list nor an object" in reason or not reason if valid else told or reason


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"next": 1, "meta": {"x": [1]}, "data": [{"a": 1}, {"a"', ("data",)),
        ('{"result": {"n": 2, "rows": [{"a": 1}, ', ("result", "rows")),
        ('[{"a": 1}, {"a"', ()),
        ('{"a": {"b": "text that is cut', ()),
        ('{"a": 1}', ()),
        ('{"a" 1', ()),
        ("", ()),
    ],
)
def test_the_list_that_was_cut_is_found(text: str, path: tuple[str, ...]) -> None:
    assert path_of_cut(text) == path


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), _JSON, max_size=4), st.lists(_JSON, max_size=4), st.sampled_from([None, 1]))
def test_the_walk_finds_what_is_there(around: dict[str, object], listed: list[object], indent: int | None) -> None:
    text = json.dumps({**around, "here": listed}, indent=indent)
    assert [json.loads(text[slice(*span)]) for span in records(text, ("here",))] == listed
    span = member(text, "here")
    assert span is not None
    assert json.loads(text[slice(*span)]) == listed
    assert member(text, "nowhere") is None
