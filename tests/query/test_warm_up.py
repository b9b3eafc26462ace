"""Questions are made for streams that have panes, and only while readers ask nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from compose.embedded.waiting import until
from iceberg.lake_view import LakeView
from query import warm_up
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from query.warm_up import WarmUp
from tests.definitions import HEALTH
from tests.query.lake_views import at, lake_view

AWAY = QuerySettings(trino="127.0.0.1:1")
VIEW = replace(lake_view(), definition=HEALTH, began=at("1 00:00:20"))


def known(view: LakeView) -> WarmUp:
    """Of a stream of which a service is known already; Trino is away."""
    work = WarmUp(TrinoClient(AWAY), lambda: {view.stream: view}, 1)
    work._filters_of["health"] = (("service", ("checkout",)),)
    return work


def test_windows_and_series_of_one_key_are_asked() -> None:
    made = known(VIEW)._statements(VIEW)
    assert ["at" in statement.sql.split() for statement in made] == [False, False, True]
    assert ["values_at_quantiles" in statement.sql for statement in made] == [False, True, False]
    for statement in made:
        assert "checkout" in statement.values
        moments = [value for value in statement.values if isinstance(value, datetime) and value != VIEW.day_cut]
        assert at("1 00:00") <= min(moments)
        assert max(moments) <= at("5 09:09")
        assert {(moment.second, moment.microsecond) for moment in moments} == {(0, 0)}


@pytest.mark.parametrize(
    "view", [replace(VIEW, definition=None), replace(VIEW, began=None), replace(VIEW, complete_until=None)]
)
def test_nothing_is_asked_of_a_stream_without_messages(view: LakeView) -> None:
    assert known(view)._statements(view) == []


def test_a_stream_that_began_in_this_minute_is_asked_of() -> None:
    view = replace(VIEW, began=at("5 09:09:05"))
    assert len(known(view)._statements(view)) == 3


def test_readers_questions_do_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_up, "_REST_SECONDS", 0.01)
    trino, looks = TrinoClient(AWAY), list[int]()

    def views() -> dict[str, LakeView]:
        looks.append(1)
        return {}

    work = WarmUp(trino, views, 0.05)

    def asked() -> bool:
        trino.asked += 1
        return not work._background.alive

    work.start()
    until(asked, 30, every=0.001)
    assert looks == []


def test_an_engine_that_is_away_is_asked_again_until_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_up, "_REST_SECONDS", 0.01)
    monkeypatch.setattr(warm_up, "_BUSY_PERCENT", 101)
    trino = TrinoClient(AWAY)
    work = WarmUp(trino, lambda: {"health": VIEW}, 1e9)
    work.start()
    until(lambda: trino.asked > 2, 60)
    work.close()
    until(lambda: not work._background.alive, 60)
