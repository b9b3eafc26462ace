"""The salt of a day: one for all processes, gone when the day is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from access.records import Records, access_engine
from database.errors import LakeAwayError
from systems.merchants.salts import Salts


def days(engine: sa.Engine) -> list[str]:
    with engine.connect() as connection:
        return [
            str(day) for (day,) in connection.execute(sa.text("select day from windowpane.visitor_salts order by 1"))
        ]


@pytest.fixture
def records(engine: sa.Engine) -> Records:
    return Records(engine)


def at(hour: int, minute: int = 0, day: int = 1) -> Callable[[], datetime]:
    return lambda: datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_all_processes_share_one(records: Records) -> None:
    each = [Salts(records, at(12)) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda salts: salts.renew(), each))
    found = {salts.current() for salts in each}
    assert len(found) == 1
    assert None not in found
    assert [salts.is_due for salts in each] == [False] * 8


def test_yesterdays_is_gone(engine: sa.Engine, records: Records) -> None:
    salts = Salts(records, at(23, 55))
    assert (salts.current(), salts.is_due) == (None, True)
    salts.renew()
    today = salts.current()
    assert days(engine) == ["2026-03-01", "2026-03-02"]
    salts.now = at(0, 1, day=2)
    tomorrow = salts.current()
    assert tomorrow is not None
    assert tomorrow != today
    assert salts.is_due
    salts.renew()
    assert days(engine) == ["2026-03-02"]
    assert [*salts._known.values()] == [tomorrow]
    assert not salts.is_due


def test_past_is_forgotten_while_postgres_is_away() -> None:
    salts = Salts(Records(access_engine("postgresql://nobody@127.0.0.1:1/none")), at(12, day=2))
    salts._known = {datetime(2026, 3, 1, tzinfo=UTC).date(): b"x"}
    with pytest.raises(LakeAwayError):
        salts.renew()
    assert salts._known == {}
    assert salts.current() is None
