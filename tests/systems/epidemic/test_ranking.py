"""Ranks follow the weights that the reader chose, and say what is not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from systems.epidemic.ranking import GROWTH, INCIDENCE, PARTS, USUAL, VULNERABLE, ranked
from systems.epidemic.shown import Numbers

NUMBERS = {
    "A": Numbers(week=300, before=100, population=100_000),
    "B": Numbers(week=900, before=900, population=100_000),
    "C": Numbers(week=10, before=20, population=100_000),
    "D": Numbers(week=50, before=3, population=100_000),
}
VULNERABLE_ARE = {"A": 0.1, "B": 0.5, "C": 0.9, "D": 0.2}


@pytest.mark.parametrize(("part", "first"), [(GROWTH, "A"), (INCIDENCE, "B"), (VULNERABLE, "C")])
def test_one_weight_ranks_by_one_thing(part: str, first: str) -> None:
    found = ranked(NUMBERS, VULNERABLE_ARE, {part: 5})
    assert (found[0].region, found[0].score) == (first, 100)


def test_what_is_not_known_comes_after() -> None:
    found = ranked(NUMBERS, VULNERABLE_ARE, USUAL)
    assert found[-1].region == "D"
    assert found[-1].missing == (GROWTH,)
    without = ranked(NUMBERS, {}, {INCIDENCE: 1, VULNERABLE: 1})
    assert all(each.missing == (VULNERABLE,) for each in without)
    assert without[0].region == "B"


def test_places_are_between_the_least_and_the_most() -> None:
    scores = {each.region: each.score for each in ranked(NUMBERS, VULNERABLE_ARE, {INCIDENCE: 1})}
    assert scores == pytest.approx({"B": 100, "A": 200 / 3, "D": 100 / 3, "C": 0})


def test_equals_have_equal_places() -> None:
    same = {name: Numbers(week=70, before=70, population=1000) for name in "XYZ"}
    assert {each.score for each in ranked(same, {}, {INCIDENCE: 1, GROWTH: 1})} == {50}
    assert ranked({}, {}, USUAL) == []


@given(some.dictionaries(some.sampled_from(PARTS), some.integers(0, 10), min_size=1))
def test_scores_stay_within_bounds(weights: dict[str, int]) -> None:
    found = ranked(NUMBERS, VULNERABLE_ARE, weights)
    assert all(0 <= each.score <= 100 for each in found)
    assert bool(found) == any(weights.values())
