"""A service whose records of clinical streams lie in DuckDB, for users of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from access.grants import checked_grant
from tests.query.lake_views import at, lake_view
from tests.systems.clinical.made_records import STREAMS, ClinicalRecords, Version, versions
from tests.web.over_records import over_records

SITES = ("north", "south")
DAYS = 5
ASKED = ("admissions", "lab_results")
GRANTS: dict[str, tuple[tuple[str, list[str], dict[str, list[str]], list[str]], ...]] = {
    "ann": (("admissions", ["ask"], {}, []), ("lab_results", ["ask"], {}, []), ("patients", ["detail"], {}, [])),
    "lab": (("lab_results", ["ask"], {"site": ["north"]}, ["value"]),),
    "ward": (("admissions", ["ask"], {"ward": ["cardiology"]}, ["patient", "stay_hours"]),),
    "blind": (("admissions", ["ask"], {}, ["status"]),),
    "sender": (("admissions", ["send"], {}, []),),
    "stranger": (("health", ["ask"], {}, []),),
}
"""User → stream, actions, rows and what is hidden."""


@dataclass(frozen=True)
class Clinic:
    """The address, what asks for what is everybody's, and the records."""

    url: str
    headers: dict[str, dict[str, str]]
    duck: ClinicalRecords
    found: dict[str, list[Version]]

    def client(self, name: str) -> httpx.Client:
        """Somebody's browser."""
        headers = {**self.headers[name], "accept": "text/html"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def clinic() -> Iterator[Clinic]:
    """Serve it: all records are of the first days of March 2026."""
    found = {stream: versions(SITES, stream, DAYS) for stream in ASKED}
    duck = ClinicalRecords(found)
    with over_records(duck) as made:
        for stream in ASKED:
            view = replace(lake_view(stream, panes=None), definition=STREAMS[stream], records_snapshot=7)
            made.shows(replace(view, complete_until=at("6 00:00")))
        made.shows(replace(lake_view("patients", panes=None), definition=STREAMS["patients"]))
        made.store.users.add("root", by="test", administrator=True)
        for name, grants in GRANTS.items():
            made.store.users.add(name, by="test")
            for stream, can, where, hide in grants:
                made.store.grants.add(checked_grant(f"user:{name}", stream, can, where, hide), by="test")
        with made.served("root", *GRANTS) as (people, headers):
            yield Clinic(people.url, headers, duck, found)
