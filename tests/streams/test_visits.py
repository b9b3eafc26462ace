"""What a definition may say of visits, and how far back a job reads for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from streams.compatibility import breaking_changes, changes
from streams.decoding_plan import decoding_plan
from streams.definition import Definition
from streams.errors import DefinitionError
from streams.panes import pane_columns
from streams.records import record_columns
from streams.stored_definition import as_stored, stored_definition
from tests.definitions import PAGE_VIEWS, VISITS, visiting


def test_reads_what_a_visit_is() -> None:
    visits = visiting().visits
    assert visits is not None
    assert (visits.gap_ms, visits.cut_ms, visits.first, visits.last) == (1_800_000, 86_400_000, ("source",), ("exit",))
    assert decoding_plan(visiting())["columns"][-1] == {"name": "_counts", "kind": "counts", "field": 5}
    assert [column.name for column in pane_columns(visiting())][:5] == [
        "messages", "visits", "bounces", "visit_seconds", "load_ms_count",
    ]  # fmt: skip
    assert "visits" not in [column.name for column in pane_columns(PAGE_VIEWS)]


@pytest.mark.parametrize(
    ("visits", "more", "said"),
    [
        (VISITS | {"gap": "0 minutes"}, {}, "minutes or hours"),
        (VISITS | {"cut": "25 hours"}, {}, "minutes or hours"),
        (VISITS | {"cut": "7 hours"}, {}, "must divide 24 hours"),
        (VISITS | {"cut": "20 minutes"}, {}, "is longer than 20 minutes"),
        (VISITS | {"counts": "site"}, {}, "is a string; needs a boolean field"),
        (VISITS | {"counts": "nothing"}, {}, "names no field"),
        (VISITS | {"first": ["visitor_id"]}, {}, "names no dimension"),
        (VISITS | {"last": ["exit", "exit"]}, {}, "is named twice"),
        (VISITS | {"last": ["exit", "source"]}, {}, "is named twice"),
        (VISITS | {"cuts": "1 hour"}, {}, "did you mean cut"),
        (VISITS, {"key": None}, "are of a key"),
        (VISITS, {"distincts": {"visits": "visitor_id"}}, "is the name of a number of visits"),
        (VISITS, {"retention": {"kafka": "25 hours"}}, "keep messages for more than 1535 minutes"),
    ],
)
def test_refuses_what_makes_no_sense(visits: dict[str, Any], more: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        visiting(visits, **more)


def test_survives_being_stored() -> None:
    assert stored_definition(as_stored(visiting()), "here") == visiting()


def test_digest_follows_visits() -> None:
    without = visiting().model_copy(update={"visits": None})
    assert len({each.digest for each in (visiting(), visiting(VISITS | {"gap": "29 minutes"}), without)}) == 3


def test_visits_may_come_but_not_go() -> None:
    without = Definition.model_validate({**visiting().model_dump(), "visits": None})
    assert breaking_changes(without, visiting()) == []
    assert [reason for _, reason in breaking_changes(visiting(), without)] == [
        "cannot be removed: stored panes hold their numbers"
    ]
    [change] = changes(visiting(), visiting(VISITS | {"gap": "1 hour"}))
    assert (change.key, change.effect.restart) == ("visits.gap", True)
    assert "until they are replayed" in (change.effect.note or "")


AHEAD = 300
"""How many seconds an event time of these streams may be ahead."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cut", "horizon", "start", "since"),
    [
        ("24 hours", None, "05T12:00:00", "04T23:55:00"),
        ("24 hours", None, "05T01:30:00", "04T23:55:00"),
        # Messages of the day before that are late by an hour and a gap may yet be of a visit.
        ("24 hours", None, "05T01:29:59", "03T23:55:00"),
        ("1 hour", None, "05T12:00:00", "05T09:55:00"),
        ("24 hours", "1 hour", "05T12:00:00", "04T22:55:00"),
    ],
)
def test_reads_back_to_a_cut(cut: str, horizon: str | None, start: str, since: str) -> None:
    copies = None if horizon is None else {"duplicates": {"id": "path", "horizon": horizon}}
    definition = visiting(VISITS | {"cut": cut}, **(copies or {}))
    assert definition.event_time.max_ahead_seconds == AHEAD
    assert definition.read_since(at(start)) == at(since)
    back = (at(start) - definition.read_since(at(start))).total_seconds() * 1000
    assert back <= definition.horizon_ms


def test_streams_that_remember_nothing_read_nothing_again() -> None:
    assert PAGE_VIEWS.read_since(at("05T12:00:00")) == at("05T12:00:00")


def test_records_say_when_their_visit_began() -> None:
    assert [each.column for each in record_columns(visiting(records=True))][-2:] == ["engaging", "visit_start"]
    assert record_columns(visiting()) == ()
