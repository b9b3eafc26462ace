from __future__ import annotations

from dataclasses import astuple

import pytest

from systems.epidemic.reference import population, vulnerability
from systems.epidemic.regions import regions


def test_people_of_regions() -> None:
    assert population()["US"] == 329_466_283
    assert population()["DE"] == 83_155_031
    assert population()["US-36005"] == 1_418_207
    assert population()["US-NYC"] == 8_336_817
    assert population().keys() <= regions().keys()
    assert min(population().values()) > 0


def test_states_are_the_sum_of_counties() -> None:
    counties = sum(people for code, people in population().items() if code.startswith("US-36"))
    assert counties == population()["US-NY"]


def test_counties_are_ranked() -> None:
    bronx = vulnerability()["US-36005"]
    assert bronx.overall is not None
    assert bronx.overall > 0.9
    assert bronx.aged_65_percent == 12.1
    autauga = vulnerability()["US-01001"]
    assert (autauga.overall, autauga.socioeconomic, autauga.household) == (0.4354, 0.3631, 0.581)
    assert (autauga.minority, autauga.housing, autauga.uninsured_percent) == (0.5947, 0.3741, 7.1)
    assert vulnerability().keys() <= regions().keys()


def test_unsaid_is_none() -> None:
    rio_arriba = vulnerability()["US-35039"]
    assert rio_arriba.overall is None
    assert rio_arriba.household == 0.8758
    values = [value for each in vulnerability().values() for value in astuple(each) if value is not None]
    assert min(values) >= 0
    assert max(values) <= 100


def test_tables_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        population()["US"] = 1  # type: ignore[index]
