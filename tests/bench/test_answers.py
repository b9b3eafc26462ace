"""Answers that are made up for the page of results lie where the page looks, in the order in which they came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from bench import answers
from bench.answers import _DECLARED, _FILTERS, Settings, _Answers
from streams import load_definition
from web.page.record_filters import read_filters


def test_answers_lie_in_their_days(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = list[pa.Table]()
    monkeypatch.setattr(answers, "append_rows", lambda *given: kept.append(given[-1]))
    definition = load_definition(_DECLARED)
    made = _Answers(None, definition, Settings(rows=1_000, days=10))  # type: ignore[arg-type]
    for rows in (600, 400, 20):
        made.append(rows)
    times = [at for table in kept for at in table["event_time"].to_pylist()]
    assert (len(times), made.count) == (1_020, 1_020)
    assert times[:1_000] == sorted(times[:1_000])
    now = datetime.now(UTC)
    assert abs(times[0] - (now - timedelta(days=10))) < timedelta(minutes=1)
    assert times[999] <= now <= times[1_019] + timedelta(minutes=1)
    assert pa.concat_tables([table.select(["offset"]) for table in kept])["offset"].to_pylist() == [*range(1_020)]


def test_filters_are_of_the_form() -> None:
    definition = load_definition(_DECLARED)
    filters = read_filters(definition, [("where", each) for each in _FILTERS])
    assert not filters.problems
    assert len(filters.chosen) == len(_FILTERS)
