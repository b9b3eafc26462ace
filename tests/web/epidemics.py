"""A service whose case reports lie in DuckDB, and whose users are of the test's own; for pages over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from access.grants import checked_grant
from access.store import AccessStore
from iceberg.begun import Begun
from iceberg.lake_view import LakeView
from query.requests import LATEST
from streams.breakdowns import breakdowns
from streams.definition import Definition
from systems.epidemic.asked import STREAM
from tests.definitions import ON_DEMAND
from tests.query.lake_views import lake_view
from tests.systems.epidemic.duck_reports import DuckReports
from tests.systems.epidemic.made_reports import Report
from tests.web.over_records import over_records

NOW = datetime(2021, 7, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Epidemics:
    """The address, what asks for whom, and what is asked in DuckDB.

    `root` administers, `ann` may ask all reports, `bob` those of Germany alone, `eve` nothing of them.
    """

    url: str
    headers: dict[str, dict[str, str]]
    duck: DuckReports


@contextmanager
def epidemics(reports: Sequence[Report], **environment: str) -> Iterator[Epidemics]:
    """Serve these reports. Panes hold nothing yet, so that all is answered of records."""
    duck = DuckReports(reports)
    with over_records(duck, **environment) as made:
        made.shows(reports_view(ON_DEMAND[STREAM]))
        _users(made.store)
        with made.served("root", "ann", "bob", "eve") as (people, keys):
            yield Epidemics(people.url, keys, duck)


def reports_view(definition: Definition) -> LakeView:
    """Of tables in which no breakdown holds anything, and records all."""
    return replace(
        lake_view(STREAM, panes=None),
        definition=definition,
        records_snapshot=7,
        records_until=NOW,
        complete_until=NOW,
        begun=tuple((each.name, Begun(LATEST, 0)) for each in breakdowns(definition)),
    )


def _users(store: AccessStore) -> None:
    store.users.add("root", by="test", administrator=True)
    for name, where in (("ann", {}), ("bob", {"region": ["DE"]})):
        store.users.add(name, by="test")
        store.grants.add(checked_grant(f"user:{name}", STREAM, ["ask"], where, []), by="test")
    store.users.add("eve", by="test")
    store.grants.add(checked_grant("user:eve", "health", ["ask"], {}, []), by="test")
