"""The numbers of sites over HTTP: what counting one by one gives, for those alone who may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from systems.merchants.goals import checked_goal
from systems.merchants.panels import BREAKDOWNS, TABS, by_visit
from tests.systems.merchants.made_events import FIRST_DAY, SITE, Event, counted, made_events, visits_of
from tests.web.dashboards import EMPTY, OTHER, Dashboards, dashboards

GOALS = (checked_goal("Signed up", "event", "signup"), checked_goal("Blog", "page", "/blog/*"))
START, END = FIRST_DAY - timedelta(hours=1), FIRST_DAY + timedelta(days=2, hours=23)
SPAN = {"start": "2026-03-02T00:00:00+01:00", "end": "2026-03-05T00:00:00+01:00"}
OURS = f"/v1/sites/{SITE}"

EVENTS = ["pageview", "signup", "purchase", "engagement"]
"""All of them: a filter that no breakdown knows."""

Asked = Mapping[str, str | list[str]]


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return made_events(11)


@pytest.fixture(scope="module")
def boards(events: list[Event]) -> Iterator[Dashboards]:
    with dashboards(events, GOALS) as boards:
        yield boards


@pytest.fixture(scope="module")
def client(boards: Dashboards) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=boards.url, headers=boards.headers["ann"], timeout=30) as client:
        yield client


def answer(client: httpx.Client, path: str, params: Asked, status: int = 200) -> Any:
    got = client.get(path, params=params)
    assert got.status_code == status, got.text
    return got.json()


def numbers(found: Any) -> dict[str, Any]:
    names = ("visitors", "visits", "views", "bounce_rate", "visit_seconds", "events")
    return {name: found[name] for name in names}


def wanted(
    events: list[Event], column: Mapping[str, str] | None = None, start: datetime = START, end: datetime = END
) -> dict[str, Any]:
    name, value = next(iter((column or {}).items()), ("", ""))
    all_of = asdict(counted(visits_of(events), start, end, kept=lambda visit: not column or visit.value(name) == value))
    visits, bounces, seconds = all_of["visits"], all_of.pop("bounces"), all_of.pop("seconds")
    rates = {"bounce_rate": bounces / visits, "visit_seconds": seconds / visits} if visits else {}
    return {**all_of, **(rates or {"bounce_rate": None, "visit_seconds": None})}


@pytest.mark.parametrize("column", [{}, {"source": "Google"}, {"entry": "/"}])
def test_stats_are_counted(client: httpx.Client, events: list[Event], column: dict[str, str]) -> None:
    found = answer(client, f"{OURS}/stats", {**SPAN, **column, "event": EVENTS})
    assert numbers(found) == pytest.approx(wanted(events, column))
    assert found["time_zone"] == "Europe/Berlin"
    earned = sum(
        event.revenue or 0
        for visit in visits_of(events)
        for event in visit.events
        if START <= event.time < END and event.currency == "EUR" and all(visit.value(k) == v for k, v in column.items())
    )
    assert found["revenue"].get("EUR", 0) == pytest.approx(earned)
    assert found["compared"] is None


def test_stats_are_compared_with_the_days_before(client: httpx.Client, events: list[Event]) -> None:
    later = {"start": "2026-03-04T00:00:00+01:00", "end": "2026-03-05T00:00:00+01:00", "page": "/**"}
    found = answer(client, f"{OURS}/stats", {**later, "compare": "previous"})["compared"]
    begun = START + timedelta(days=1)
    assert (found["start"], found["end"]) == ("2026-03-02T23:00:00Z", "2026-03-03T23:00:00Z")
    assert numbers(found) == pytest.approx(wanted(events, {}, begun, begun + timedelta(days=1)))
    year = answer(client, f"{OURS}/stats", {**later, "compare": "year"})["compared"]
    assert (year["start"], year["visitors"]) == ("2025-03-03T23:00:00Z", 0)


@pytest.mark.parametrize("by", [name for name in BREAKDOWNS if name != "goal"])
def test_breakdowns_are_counted(client: httpx.Client, events: list[Event], by: str) -> None:
    tab = TABS[by]
    found = answer(client, f"{OURS}/breakdown", {**SPAN, "by": by, "hostname": [SITE, f"www.{SITE}"]})
    assert found["next"] is None
    rows = found["rows"]
    counts = [row[tab.counts] for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert min(counts) > 0
    if not by_visit(tab) or len(tab.by) > 1:
        return
    column = {"entry": "entry", "exit": "exit"}.get(by, tab.field.column)
    for row in rows:
        assert numbers(row) == pytest.approx(wanted(events, {column: row[by]}))


def test_pages_of_a_breakdown_follow_each_other(client: httpx.Client) -> None:
    asked: Asked = {**SPAN, "by": "page", "event": "pageview"}
    whole = answer(client, f"{OURS}/breakdown", asked)["rows"]
    pieces, after = [], "0"
    while after:
        page = answer(client, f"{OURS}/breakdown", {**asked, "limit": "2", "after": after})
        pieces += page["rows"]
        after = "" if page["next"] is None else str(page["next"])
    assert pieces == whole


def test_goals_and_funnels_are_counted(client: httpx.Client, events: list[Event]) -> None:
    inside = [event for event in events if START <= event.time < END]
    everybody = len({event.visitor for event in inside})
    rows = {row["goal"]: row for row in answer(client, f"{OURS}/breakdown", {**SPAN, "by": "goal"})["rows"]}
    for goal in GOALS:
        met = [event for event in inside if goal.condition.is_of(event.name, event.path, {})]
        visitors = len({event.visitor for event in met})
        row = rows[goal.name]
        assert (row["visitors"], row["events"], row["conversion_rate"]) == (visitors, len(met), visitors / everybody)
    found = answer(client, f"{OURS}/funnels/1", SPAN)
    first, second = found["steps"]
    assert first["visitors"] >= second["visitors"] > 0
    assert second["of_before"] == second["visitors"] / first["visitors"]


def test_points_are_of_the_sites_days(client: httpx.Client, events: list[Event]) -> None:
    found = answer(client, f"{OURS}/series", {**SPAN, "step": "day", "page": "/**"})
    assert [point["at"] for point in found["points"]] == [f"2026-03-0{day}T23:00:00Z" for day in (1, 2, 3)]
    for place, point in enumerate(found["points"]):
        begun = START + timedelta(days=place)
        assert numbers(point) == pytest.approx(wanted(events, {}, begun, begun + timedelta(days=1)))


@pytest.mark.parametrize(
    ("path", "params", "status", "field"),
    [
        ("stats", {"start": SPAN["start"]}, 422, "end"),
        ("stats", {**SPAN, "end": "2026-03-05T00:00"}, 422, "end"),
        ("stats", {**SPAN, "end": "2026-03-01T00:00Z"}, 422, "end"),
        ("stats", {**SPAN, "start": "yesterday"}, 400, "start"),
        ("stats", {**SPAN, "start": "2026-03-02T00:00:30Z"}, 422, "start"),
        ("stats", {**SPAN, "colour": "red"}, 422, "colour"),
        ("stats", {**SPAN, "compare": "never"}, 422, "compare"),
        ("stats", {**SPAN, "page": "*" * 20}, 200, ""),
        ("stats", {**SPAN, "page": "*/" * 20}, 422, "page"),
        ("stats", {**SPAN, "goal": "nothing"}, 422, "goal"),
        ("stats", {**SPAN, "source": "a\0b"}, 422, "source"),
        ("stats", {**SPAN, "source": [f"s{number}" for number in range(101)]}, 422, "source"),
        ("breakdown", SPAN, 422, "by"),
        ("breakdown", {**SPAN, "by": "visitor"}, 422, "by"),
        ("breakdown", {**SPAN, "by": "page", "limit": "0"}, 422, "limit"),
        ("breakdown", {**SPAN, "by": "page", "after": "x"}, 422, "after"),
        ("series", {**SPAN, "step": "second"}, 422, "step"),
        ("series", {**SPAN, "start": "2020-03-02T00:00:00Z", "step": "minute"}, 422, "step"),
        ("funnels/9", SPAN, 404, ""),
        ("funnels/x", SPAN, 404, ""),
    ],
)
def test_what_is_wrong_is_named(client: httpx.Client, path: str, params: Asked, status: int, field: str) -> None:
    found = answer(client, f"{OURS}/{path}", params, status)
    if status in (400, 422):
        assert [error["field"] for error in found["errors"]] == [field]


@pytest.mark.parametrize("path", ["stats", "breakdown?by=page", "series?step=day", "funnels/1", "live"])
@pytest.mark.parametrize(
    ("who", "site", "status"),
    [
        ("ann", SITE, 200),
        ("ann", OTHER, 404),
        ("ann", "nothing.example", 404),
        ("bob", SITE, 404),
        ("root", SITE, 200),
        ("", SITE, 401),
    ],
)
def test_a_site_is_seen_by_its_own(boards: Dashboards, path: str, who: str, site: str, status: int) -> None:
    address, _, query = path.partition("?")
    params = {**SPAN, **dict(httpx.QueryParams(query))} if path != "live" else {}
    found = httpx.get(f"{boards.url}/v1/sites/{site}/{address}", params=params, headers=boards.headers.get(who, {}))
    assert found.status_code == status
    if status == 404:
        assert found.json()["detail"] == "There is no such site."


def test_questions_of_one_site_read_no_other(boards: Dashboards, client: httpx.Client) -> None:
    boards.duck.asked.clear()
    answer(client, f"{OURS}/stats", {**SPAN, "page": "/never-asked-before"})
    assert boards.duck.asked
    assert all('and "site" in (?)' in sql for sql in boards.duck.asked)
    none = httpx.get(
        f"{boards.url}/v1/sites/{EMPTY}/stats", params={**SPAN, "page": "/"}, headers=boards.headers["root"]
    )
    assert none.json()["visitors"] == 0
    assert datetime.now(UTC) > END
