from __future__ import annotations

from collections.abc import Sequence

import pytest

from sources.drift import Change, drift, fingerprint, holding

ROWS = [(f"{n % 12 + 1}/{n % 28 + 1}/2020", f"place {n}", f"{n}") for n in range(100)]
NAMES = ("Last Update", "Province/State", "Confirmed")


def changes(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> list[Change]:
    return drift(fingerprint(NAMES, ROWS), fingerprint(names, rows))


def test_the_same_shape_is_no_change() -> None:
    assert changes(NAMES, ROWS) == []
    assert changes(NAMES, ROWS[50:]) == []


def test_renamed_columns_are_guessed() -> None:
    names = ("Last_Update", "Province_State", "Confirmed cases")
    assert changes(names, ROWS) == [
        Change("renamed", "Last Update", "Last Update", "Last_Update"),
        Change("renamed", "Province/State", "Province/State", "Province_State"),
        Change("renamed", "Confirmed", "Confirmed", "Confirmed cases"),
    ]


def test_added_and_dropped_columns_are_told() -> None:
    rows = [(day, number, "yes") for day, _, number in ROWS]
    assert changes(("Last Update", "Confirmed", "vaccine"), rows) == [
        Change("dropped", "Province/State"), Change("added", "vaccine")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        ("{month}/{day}/20", "N/N/YYYY", "N/N/YY"),
        ("{day}/{month}/2020", "month first", "day first"),
    ],
)
def test_other_dates_hold_a_file(day: str, before: str, after: str) -> None:
    rows = [(day.format(month=n % 12 + 1, day=n % 28 + 1), *row[1:]) for n, row in enumerate(ROWS)]
    found = changes(NAMES, rows)
    assert found == [Change("date shape", "Last Update", before, after, holds=True)]
    assert holding(found, {"Last Update"}) == found
    assert holding(found, {"Confirmed"}) == []


def test_dates_that_can_be_read_in_one_way_hold_no_file() -> None:
    rows = [(f"2020-{n % 12 + 1:02}-{n % 28 + 1:02}", *row[1:]) for n, row in enumerate(ROWS)]
    found = changes(NAMES, rows)
    assert found == [Change("date shape", "Last Update", "N/N/YYYY", "YYYY-MM-DD")]
    assert holding(found, {"Last Update"}) == []
    [back] = drift(fingerprint(NAMES, rows), fingerprint(NAMES, ROWS))
    assert back.holds


def test_dates_that_became_numbers_hold_a_file() -> None:
    [change] = changes(NAMES, [(f"{43_000 + n}", *row[1:]) for n, row in enumerate(ROWS)])
    assert change == Change("retyped", "Last Update", "N/N/YYYY", "whole number", holds=True)


def test_other_contents_are_told() -> None:
    rows = [(row[0], None if n % 4 else "code", f"{n * 1000}") for n, row in enumerate(ROWS)]
    assert [str(change) for change in changes(NAMES, rows)] == [
        "emptied: Province/State: 0% empty → 75% empty",
        "scale: Confirmed: 49.5 → 49500",
    ]
    small = [("x", f"{n}") for n in range(9)] * 9
    assert [str(each) for each in drift(fingerprint(["k", "n"], small), fingerprint(["k", "n"], [("y", "1")] * 9))] == [
        "values: k: x → y"
    ]


def test_numbers_with_parts_are_numbers_still() -> None:
    assert changes(NAMES, [(*row[:2], f"{row[2]}.5") for row in ROWS]) == []
    [change] = changes(NAMES, [(*row[:2], f"{row[2]},5") for row in ROWS])
    assert (change.kind, change.after) == ("retyped", "number with a comma")


def test_one_day_more_is_no_change() -> None:
    before = fingerprint(["place", "1/22/20"], [("A", "1")])
    assert drift(before, fingerprint(["place", "1/22/20", "1/23/20"], [("A", "1", "2")])) == []


def test_changes_are_kept_as_json() -> None:
    assert Change("renamed", "a", "a", "b").as_json() == {
        "kind": "renamed", "column": "a", "before": "a", "after": "b", "holds": False
    }  # fmt: skip
