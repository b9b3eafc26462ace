"""From which country an address is, by databases of countries and of cities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from systems.merchants.enrichment import Enrichment, Sender
from systems.merchants.places import NOWHERE, Place, Places, country_of
from tests.systems.merchants.mmdb import write_database

NETWORKS: dict[str, dict[str, Any]] = {
    "8.8.8.0/24": {"country_code": "US"},
    "81.2.69.0/24": {
        "country": {"iso_code": "GB", "names": {"en": "United Kingdom"}},
        "subdivisions": [{"iso_code": "ENG"}],
        "city": {"names": {"en": "London"}},
    },
    "192.0.2.0/24": {"country": {"names": {"en": "Nowhere"}}},
}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places.open(write_database(tmp_path / "some.mmdb", NETWORKS))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("8.8.8.8", Place("US")),
        ("81.2.69.142", Place("GB", "ENG", "London")),
        ("192.0.2.1", NOWHERE),
        ("203.0.113.1", NOWHERE),
        ("2001:db8::1", NOWHERE),
        ("no address", NOWHERE),
        ("", NOWHERE),
    ],
)
def test_addresses_are_looked_up(places: Places, address: str, place: Place) -> None:
    assert places.of(address) == place


def test_proxy_says_what_the_database_does_not(places: Places) -> None:
    enrichment = Enrichment(places)
    assert enrichment._place(Sender("8.8.8.8", "", country="AT")) == Place("US")
    assert enrichment._place(Sender("203.0.113.1", "", country="at")) == Place("AT")


@pytest.mark.parametrize("code", ["", "XX", "T1", "A", "AUT", "é1", "1A"])
def test_no_country_is_none(code: str) -> None:
    assert country_of(code) == NOWHERE


def test_without_a_database_everything_is_nowhere() -> None:
    assert Places.open(None).of("8.8.8.8") == NOWHERE


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    other = tmp_path / "other.mmdb"
    other.write_bytes(b"x" * 5000)
    with pytest.raises(ValueError, match="no database in MaxMind's format"):
        Places.open(other)
