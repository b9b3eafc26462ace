from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from sources.drift import ColumnPrint, Fingerprinting, fingerprint, from_json
from sources.drift.fingerprints import SAMPLE


def test_a_table_is_told_by_its_columns() -> None:
    rows = [(f"{n % 2}", "1.5" if n % 4 else None, f"{n % 28 + 1}/2/2020") for n in range(100)]
    assert fingerprint(["flag", "part", "day"], rows).columns == {
        "flag": ColumnPrint(0, 0.0, ("whole number",), "", ("0", "1"), 0.5),
        "part": ColumnPrint(1, 0.25, ("number",), "", ("1.5",), 1.5),
        "day": ColumnPrint(2, 0.0, ("N/N/YYYY",), "day first", None, None),
    }


def test_columns_of_dates_are_one() -> None:
    found = fingerprint(["place", "1/22/20", "1/23/20"], [("A", "1", "2"), ("B", None, "3")]).columns
    assert list(found) == ["place", "one column a date: N/N/YY"]
    assert found["one column a date: N/N/YY"] == ColumnPrint(1, 0.25, ("whole number",), "", None, 2.0)


def test_documents_have_paths() -> None:
    docs = ['{"id": "a", "name": [{"family": "X"}], "n": 1, "odd key": true}', '{"id": "b", "none": null}', "{"]
    found = fingerprint(["doc"], [(doc,) for doc in docs]).columns
    assert list(found) == ["$.id", "$.name[*].family", "$.n", '$."odd key"', "$.none"]
    assert found["$.n"] == ColumnPrint(2, 0.667, ("whole number",), "", None, 1.0)


def test_values_that_are_there_once_are_not_kept() -> None:
    found = fingerprint(["name", "kind"], [(f"person {n}", "x") for n in range(6)]).columns
    assert (found["name"].values, found["kind"].values) == (None, ("x",))


def test_only_the_first_rows_cost() -> None:
    looking = Fingerprinting(["a"])
    for _ in range(SAMPLE):
        looking.add(("1",))
    looking.add(("x",))
    assert looking.fingerprint().columns["a"].shapes == ("whole number",)


_CELLS = st.one_of(st.none(), st.text(max_size=5), st.integers().map(str), st.dates().map(str))


@given(st.lists(st.tuples(_CELLS, _CELLS), max_size=30))
def test_fingerprints_are_kept_as_json(rows: list[tuple[str | None, str | None]]) -> None:
    found = fingerprint(["a", "b"], rows)
    assert from_json(json.loads(json.dumps(found.as_json()))) == found
