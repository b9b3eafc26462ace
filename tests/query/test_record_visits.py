"""Windows of records have the visits that panes have: statements in DuckDB against an oracle of whole logs."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pyarrow as pa
import pytest

from query.groups import groups_of
from query.parameters import read_series, read_window
from query.record_panes import window_of_records
from query.record_visits import whole_visits
from query.requests import WindowRequest
from query.row_rules import ALL_ROWS
from query.statements import answer_columns, series_statement, window_coverage, window_statement
from query.visible import Visible
from query.windows import Span
from streams.definition import Definition
from tests.flink_jobs.partition_logs import decided
from tests.flink_jobs.test_visits import HORIZON, PARTITIONS, RULES, SLACK, START, a_log
from tests.flink_jobs.visit_logs import NUMBERS, Sighting, Visited, visited
from tests.golden import check_golden
from tests.query.duck_trino import DuckTrino
from tests.query.lake_views import at
from tests.query.recorded import record_view, recorded
from tests.query.test_statements import GOLDEN, shown

FIELDS: dict[str, Any] = {
    **{name: {"type": "string"} for name in ("who", "site", "source", "path")},
    "counts": {"type": "boolean", "required": False},
    "seen": {"type": "number", "min": 0, "max": 10, "required": False},
}
VISITS = {"gap": "30 minutes", "cut": "6 hours", "counts": "counts", "first": ["source"], "last": ["exit"]}
DIMENSIONS = ("site", "source", "path", "exit")


def visiting(**more: Any) -> Definition:
    dimensions = {"site": "site", "source": "source", "path": "path", "exit": "path"}
    of_sites: dict[str, Any] = {"breakdowns": {"sites": ["site"]}, "key": "who", "visits": VISITS}
    return recorded(fields=FIELDS, dimensions=dimensions, **of_sites, **{"distincts": {}, "records": True, **more})


SEEN = {"seen": {"value": "seen", "decimals": 0, "min": 0, "max": 10}}
SHOP = visiting(measures=SEEN)
BUCKETED = visiting(distincts={"visitors": "who"}, records={"bucket": "site", "buckets": 16})
SPAN = [("start", "2026-03-02T10:17:00Z"), ("end", "2026-03-02T23:05:00Z")]

TOGETHER = [
    Sighting(0, number, START + late, "k", str(number), START, site="a", source="stu"[number], path="/b")
    for number, late in enumerate((0, RULES.known + 1, 2 * RULES.known + RULES.cut))
]
"""Three visits that begin together: the second after a rest of arrivals, the third in another round."""

Asked: TypeAlias = list[tuple[str, str]]
Answered: TypeAlias = dict[tuple[str, ...], dict[str, int]]


class DuckVisits(DuckTrino):
    """Records of whole logs, and what the oracle says of them."""

    def __init__(self) -> None:
        super().__init__()
        columns = '"partition" integer, "offset" bigint, arrived timestamptz, event_time timestamptz, '
        columns += "visit_start timestamptz, who varchar, site varchar, source varchar, path varchar, counts boolean"
        self._duck.execute(f"create schema shop; create table shop.accepted ({columns}, seen double)")
        logs = [a_log(partition, seed) for seed in range(6) for partition in PARTITIONS] + [TOGETHER]
        self.found = [
            each
            for number, log in enumerate(logs)
            for each in visited(decided([_of_partition(it, number) for it in log], HORIZON, SLACK), RULES)
        ]
        rows = list(zip(*map(_row, self.found), strict=True))
        self.insert("shop.accepted", pa.table([pa.array(row) for row in rows], names=[f"c{i}" for i in range(11)]))

    def understood(self, sql: str) -> str:
        whole = sql.replace("date_diff('second',", "date_sub('second',")
        return super().understood(whole.replace("timestamp '1970", "timestamptz '1970"))


def _of_partition(message: Sighting, number: int) -> Sighting:
    return dataclasses.replace(message, partition=number)


def _row(each: Visited) -> list[Any]:
    message = each.decided.message
    assert isinstance(message, Sighting)
    assert message.event_time is not None
    times = [_time(at) for at in (each.decided.arrived, message.event_time, each.first.event_time or 0)]
    told = [message.key, message.site, message.source, message.path, message.counts, 2.0]
    return [message.partition, message.offset, *times, *told]


def _time(millis: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis)


def answered(duck: DuckVisits, asked: Asked) -> Answered:
    request = read_window(Visible(SHOP), asked)
    statement = window_statement(SHOP, record_view(), request)
    assert statement is not None
    rows, _ = duck.rows(statement.sql, statement.values)
    groups = groups_of(SHOP, request.by, statement.columns, (), map(statement.with_known, rows))
    assert all(group.value("seen", "count") == group.messages for group in groups)
    return {group.key: {"messages": group.messages, **group.visits} for group in groups}


def expected(found: list[Visited], request: WindowRequest) -> Answered:
    """What panes of all dimensions would sum up to."""
    numbers: dict[tuple[str, ...], Counter[str]] = {}
    for each in found:
        if request.as_known_at is None or _time(each.decided.arrived) < request.as_known_at:
            for ((_, minute, values), name), number in each.changes.items():
                named = dict(zip(DIMENSIONS, values, strict=True))
                if request.start <= _time(minute) < request.end and all(
                    named[name] in values for name, values in request.where
                ):
                    numbers.setdefault(tuple(named[it] for it in request.by), Counter())[name] += number
    return {key: {name: it[name] for name in NUMBERS} for key, it in numbers.items() if any(it.values())}


@pytest.fixture(scope="module")
def duck() -> DuckVisits:
    return DuckVisits()


@pytest.fixture(scope="module")
def whole(duck: DuckVisits) -> Span:
    times = [minute for each in duck.found for ((_, minute, _), _) in each.changes]
    return Span(_time(min(times)), _time(max(times)) + timedelta(minutes=1))


FILTERS: list[tuple[str, Asked]] = [
    ("site,source,path,exit", []),
    ("source,exit", [("site", "a")]),
    ("exit", [("source", "s"), ("source", "t"), ("path", "/")]),
    ("path", [("exit", "/a"), ("site", "b")]),
    ("", [("source", "u"), ("exit", "/b")]),
]


@pytest.mark.parametrize(("by", "where"), FILTERS)
def test_windows_have_the_visits_of_panes(duck: DuckVisits, whole: Span, by: str, where: Asked) -> None:
    length = (whole.end - whole.start) / 8
    for number in range(-1, 8):
        start = whole.start if number < 0 else (whole.start + number * length).replace(second=0, microsecond=0)
        end = whole.end if number < 0 else (start + length).replace(second=0, microsecond=0)
        for known in ((), (("as_known_at", (start + length / 2).isoformat()),)):
            asked = [("start", start.isoformat()), ("end", end.isoformat()), ("by", by), *where, *known]
            request = read_window(Visible(SHOP), asked)
            assert answered(duck, asked) == expected(duck.found, request), asked
    everything = [("start", whole.start.isoformat()), ("end", whole.end.isoformat()), ("by", by), *where]
    assert any(each["visits"] > each["bounces"] > 0 for each in answered(duck, everything).values())


def test_the_logs_have_visits_of_one_key_that_begin_together(duck: DuckVisits) -> None:
    """The test of windows can fail where they are not told apart."""
    firsts = {(each.first.partition, each.first.offset): each.first for each in duck.found}
    begun = Counter((first.partition, first.key, first.event_time) for first in firsts.values())
    assert max(begun.values()) > 1


def test_series_have_the_visits_of_each_step(duck: DuckVisits, whole: Span) -> None:
    asked = [("start", whole.start.isoformat()), ("end", whole.end.isoformat())]
    asked += [("step", "day"), ("by", "source"), ("exit", "/")]
    request = read_series(Visible(SHOP), asked)
    statement = series_statement(SHOP, record_view(), request)
    assert statement is not None
    rows, _ = duck.rows(statement.sql, statement.values)
    names = [column.name for column in statement.columns]
    found = {(source, day.isoformat()): dict(zip(names, numbers, strict=True)) for source, day, *numbers in rows}
    days = {day for _, day in found}
    for day in days:
        start = datetime.fromisoformat(day)
        window = dataclasses.replace(request.window, start=start, end=start + timedelta(days=1))
        of_day = expected(duck.found, window)
        assert {source: {name: found[source, day][name] for name in NUMBERS} for (source,) in of_day} == {
            source: numbers for (source,), numbers in of_day.items()
        }
    assert len(days) > 2


def test_statements_render_as_golden() -> None:
    asked = [*SPAN, ("by", "source,exit"), ("site", "a"), ("as_known_at", "2026-03-03T00:00:00Z")]
    text = shown(window_statement(BUCKETED, record_view(), read_window(Visible(BUCKETED), asked)))
    check_golden(GOLDEN / "records" / "window_visits.sql", text)
    series = read_series(Visible(BUCKETED), [*SPAN, ("step", "hour"), ("by", "path")])
    check_golden(GOLDEN / "records" / "series_visits.sql", shown(series_statement(BUCKETED, record_view(), series)))


def test_whole_visits_are_needed() -> None:
    assert whole_visits(SHOP, at("2 10:17"), at("2 23:05")) == Span(at("2 06:00"), at("3 00:00"))
    assert whole_visits(SHOP, at("2 06:00"), at("2 12:00")) == Span(at("2 06:00"), at("2 12:00"))
    request = read_window(Visible(SHOP), [*SPAN, ("by", "path,exit")])
    since = dataclasses.replace(record_view(), records_since=at("2 05:55"))
    assert window_coverage(SHOP, since, request).by_records
    later = dataclasses.replace(record_view(), records_since=at("2 05:56"))
    with pytest.raises(Exception, match="no breakdown has path and exit"):
        window_coverage(SHOP, later, request)


def test_records_that_do_not_say_their_visits_have_none() -> None:
    request = read_window(Visible(SHOP), [*SPAN, ("by", "path,exit")])
    view = record_view(missing=frozenset({"visit_start"}))
    statement = window_of_records(SHOP, view, request, ALL_ROWS, answer_columns(SHOP, request, ()))
    assert statement is not None
    assert "visit" not in statement.sql
