"""Numbers of regions are those of their parts together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from systems.epidemic.rolling import by_prefix, rolled_up

PARENTS = {"US-NY": "US", "US-CA": "US", "US-NYC": "US-NY", "US-36061": "US-NYC"}


def parent(region: str) -> str:
    return PARENTS.get(region, "")


def test_parts_add_up_to_the_whole() -> None:
    told = {"US": 1.0, "US-CA": 10.0, "US-36061": 100.0, "DE": 7.0}
    assert rolled_up(told, parent) == {
        "US": 111.0,
        "US-CA": 10.0,
        "US-NY": 100.0,
        "US-NYC": 100.0,
        "US-36061": 100.0,
        "DE": 7.0,
    }


def test_corrections_lower_the_whole() -> None:
    assert rolled_up({"US": -30.0, "US-NY": 30.0}, parent)["US"] == 0


@given(some.dictionaries(some.sampled_from([*PARENTS, "US", "DE"]), some.integers(-1000, 1000).map(float)))
def test_countries_have_all_that_is_told(told: dict[str, float]) -> None:
    found = rolled_up(told, parent)
    assert sum(found.get(country, 0) for country in ("US", "DE")) == sum(told.values())


@pytest.mark.parametrize(("code", "country"), [("US", ""), ("US-NY", "US"), ("US-36061", "US"), ("", "")])
def test_countries_are_told_by_codes(code: str, country: str) -> None:
    assert by_prefix(code) == country
