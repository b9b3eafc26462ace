"""Bars of what was answered: every number lies in one of few, whose ends are round."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from query.form_questions import OTHER, Answered, Kind
from streams.definition import FieldRule
from streams.form import Question
from web.pages.forms.spreads import MOST_BARS, crossed, spread

NUMBER = FieldRule(type="number")
WHOLE = FieldRule(type="integer", min=-(10**6), max=10**6)
ASKED = Question(field="x", label="x", choices={"b": "Bee", "a": "Ay"})
CHOICE = FieldRule(type="string")


def facts(counts: Mapping[int, int] | Mapping[float, int]) -> tuple[float, ...]:
    return (0.0, 0.0, 0.0, 0.0, min(counts), max(counts))


@given(st.dictionaries(st.integers(-(10**6), 10**6), st.integers(1, 9), min_size=1, max_size=40))
def test_whole_numbers_lie_in_few_bars(counts: dict[int, int]) -> None:
    found = spread(ASKED, WHOLE, Answered(Kind.WHOLE, sum(counts.values()), counts, facts(counts))).bars
    assert 1 <= len(found) <= MOST_BARS + 1
    assert sum(bar.count for bar in found) == sum(counts.values())
    assert max(bar.long for bar in found) == 1


@given(st.dictionaries(st.floats(-1e12, 1e12), st.integers(1, 9), min_size=1, max_size=40))
def test_numbers_lie_in_few_bars(counts: dict[float, int]) -> None:
    found = spread(ASKED, NUMBER, Answered(Kind.NUMBER, sum(counts.values()), counts, facts(counts))).bars
    assert 1 <= len(found) <= MOST_BARS + 1
    assert sum(bar.count for bar in found) == sum(counts.values())


def test_choices_stand_in_their_order_with_what_is_none_of_them_last() -> None:
    found = spread(ASKED, CHOICE, Answered(Kind.CHOICE, 5, {"a": 3, OTHER: 2})).bars
    assert [(bar.label, bar.count, bar.value) for bar in found] == [
        ("Bee", 0, "b"),
        ("Ay", 3, "a"),
        ("Something else", 2, None),
    ]


def test_a_table_has_all_choices_and_found_numbers() -> None:
    plain = Question(field="y", label="y")
    table = crossed((ASKED, CHOICE), (plain, WHOLE), {("a", "10"): 2, ("a", "9"): 1, (OTHER, "9"): 4})
    assert table.head == ("9", "10")
    assert table.rows == (("Bee", (0, 0), 0), ("Ay", (1, 2), 3), ("Something else", (4, 0), 4))
    assert table.sums == (5, 2)
