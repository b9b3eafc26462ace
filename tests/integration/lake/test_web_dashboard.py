"""A site's dashboard on the real engines: its numbers are those of counting, of breakdowns and of records alike."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from playwright.sync_api import expect

from compose.embedded.stack import Stack
from systems.merchants.panels import TABS, by_visit
from tests.browser import launched
from tests.integration.live_streams import await_true
from tests.systems.merchants.made_events import (
    FIRST,
    FIRST_DAY,
    Event,
    Visit,
    counted,
    in_visits,
    made_events,
    visits_of,
)

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900), pytest.mark.usefixtures("web_events")]

SITE = f"shop-{uuid.uuid4().hex[:8]}.example.org"
START, END = FIRST_DAY - timedelta(hours=1), FIRST_DAY + timedelta(days=3, hours=23)
SPAN = {"start": "2026-03-02T00:00:00+01:00", "end": "2026-03-06T00:00:00+01:00"}
OURS = f"/v1/sites/{SITE}"
NDJSON = {"content-type": "application/x-ndjson"}
GOALS = [
    {"name": "Signed up", "kind": "event", "value": "signup"},
    {"name": "Blog", "kind": "page", "value": "/blog/*"},
    {"name": "Plan a", "kind": "event", "value": "signup", "properties": {"plan": "a"}},
]
FUNNELS = [
    {"name": "One visit", "steps": [{"kind": "page", "value": "/**"}, {"kind": "event", "value": "signup"}]},
    {"name": "Days", "days": 2, "steps": [{"kind": "page", "value": "/**"}, {"kind": "event", "value": "signup"}]},
]
HLL_ERROR = 0.03

Filters = Mapping[str, str]


def message(event: Event) -> dict[str, Any]:
    """As the edge sends it."""
    unknown = {"referrer": "", "utm_term": "", "utm_content": "", "browser_version": "", "system_version": ""}
    more = {name: value for name, value in (("revenue", event.revenue), ("props", event.props)) if value is not None}
    return {
        **unknown,
        **dict(zip(FIRST, event.first, strict=True)),
        "screen": {"wide": "wide", "narrow": "small"}[event.value("screen")],
        "id": f"{SITE}-{event.offset}",
        "site": SITE,
        "time": event.time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "visitor": f"{SITE[:13]}-{event.visitor}",  # of a site, as those of the edge
        "name": event.name,
        "engaging": event.engaging,
        "view": event.view,
        "hostname": event.hostname,
        "path": event.path,
        "currency": event.currency,
        "agent": "Mozilla/5.0",
        "imported": False,
        **more,
    }


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """Those of a visitor arrive in their order, for each has a partition of its own."""
    return in_visits(replace(event, site=SITE) for event in made_events(77, visitors=150))


@pytest.fixture(scope="module")
def client(stack: Stack, events: list[Event]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        assert client.post("/v1/sites", json={"name": SITE, "time_zone": "Europe/Berlin", "currency": "EUR"}).is_success
        for goal in GOALS:
            assert client.post(f"{OURS}/goals", json=goal).is_success
        for funnel in FUNNELS:
            assert client.post(f"{OURS}/funnels", json=funnel).is_success
        body = b"\n".join(orjson.dumps(message(event)) for event in events)
        sent = client.post("/v1/streams/web_events/messages", content=body, headers=NDJSON)
        assert sent.json() == {"accepted": len(events), "rejected": []}, sent.text

        def all_there() -> bool:
            found = client.get(f"{OURS}/stats", params=SPAN)
            seen = client.get(f"{OURS}/stats", params={**SPAN, "page": "/**"})
            return {found.json().get("events"), seen.json().get("events")} == {len(inside(events))}

        await_true(all_there, 180, "all events are in the answers")
        yield client


def inside(events: list[Event]) -> list[Event]:
    return [event for event in events if START <= event.time < END]


def wanted(events: list[Event], filters: Filters, start: datetime = START, end: datetime = END) -> dict[str, Any]:
    def kept(visit: Visit) -> bool:
        return all(visit.value(name) == value for name, value in filters.items() if name not in ("page", "event"))

    def met(event: Event) -> bool:
        columns = {"page": event.path, "event": event.name}
        return all(columns[name] == value for name, value in filters.items() if name in columns)

    found = asdict(counted(visits_of(events), start, end, met, kept))
    visits, bounces, seconds = found["visits"], found.pop("bounces"), found.pop("seconds")
    return {
        **found,
        "bounce_rate": bounces / visits if visits else None,
        "visit_seconds": seconds / visits if visits else None,
    }


def check(found: Mapping[str, Any], told: Mapping[str, Any], *, exact: bool) -> None:
    names = [name for name in told if exact or name != "visitors"]
    assert {name: found[name] for name in names} == pytest.approx({name: told[name] for name in names})
    assert found["visitors"] == pytest.approx(told["visitors"], rel=HLL_ERROR, abs=1)


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"source": "Google"},
        {"country": "DE"},
        {"source": "Google", "country": "DE"},
        {"page": "/pricing"},
        {"entry": "/", "browser": "Firefox"},
        {"exit": "/cart"},
        {"event": "signup", "device": "mobile"},
    ],
)
def test_stats_are_counted(client: httpx.Client, events: list[Event], filters: Filters) -> None:
    found = client.get(f"{OURS}/stats", params={**SPAN, **filters}).json()
    check(found, wanted(events, filters), exact=len(filters) > 1)


@pytest.mark.parametrize("filters", [{}, {"language": "de", "system": "Linux"}])
@pytest.mark.parametrize("by", [*TABS])
def test_breakdowns_are_counted(client: httpx.Client, events: list[Event], by: str, filters: Filters) -> None:
    answer = client.get(f"{OURS}/breakdown", params={**SPAN, **filters, "by": by})
    assert answer.status_code == 200, answer.text
    rows, tab = answer.json()["rows"], TABS[by]
    counts = [row[tab.counts] for row in rows]
    assert counts == sorted(counts, reverse=True)
    column = {"entry": "entry", "exit": "exit"}.get(by, tab.field.column)
    if by in ("screen", "region"):  # sent under other names; by country too
        return
    if by_visit(tab):
        values = {filters.get(column) or visit.value(column) for visit in visits_of(events)}
        told = {value: wanted(events, {**filters, column: value}) for value in values}
        names = ("visits",) if by in ("entry", "exit") else ("visits", "views", "bounce_rate", "visit_seconds")
    else:
        values = {event.value(column) for event in events}
        told = {value: wanted(events, {**filters, by: value}) for value in values}
        names = ("views",)
    kept = {value: each for value, each in told.items() if each[tab.counts]}
    assert {row[by] for row in rows} == {*kept}
    for row in rows:
        each = kept[row[by]]
        assert {name: row[name] for name in names} == pytest.approx({name: each[name] for name in names}), row
        if tab.counts == "visitors":
            assert row["visitors"] == pytest.approx(each["visitors"], rel=HLL_ERROR, abs=1)


@pytest.mark.parametrize("step", ["hour", "day"])
@pytest.mark.parametrize("filters", [{}, {"page": "/pricing"}])
def test_points_are_counted(client: httpx.Client, events: list[Event], step: str, filters: Filters) -> None:
    found = client.get(f"{OURS}/series", params={**SPAN, **filters, "step": step}).json()["points"]
    length = timedelta(hours=1) if step == "hour" else timedelta(days=1)
    assert len(found) == (END - START) / length
    views, begun = 0, 0
    for place, point in enumerate(found):
        told = wanted(events, filters, START + place * length, START + (place + 1) * length)
        assert point["views"] == told["views"]
        assert point["visitors"] == pytest.approx(told["visitors"], abs=1)
        views, begun = views + point["views"], begun + point["visits"]
    whole = wanted(events, filters)
    assert (views, begun) == (whole["views"], whole["visits"])


def test_goals_are_counted(client: httpx.Client, events: list[Event]) -> None:
    rows = {row["goal"]: row for row in client.get(f"{OURS}/breakdown", params={**SPAN, "by": "goal"}).json()["rows"]}
    met = {
        "Signed up": [event for event in inside(events) if event.name == "signup"],
        "Blog": [event for event in inside(events) if event.view and event.path.startswith("/blog/")],
        "Plan a": [event for event in inside(events) if event.props == '{"plan":"a"}'],
    }
    assert {name: (row["visitors"], row["events"]) for name, row in rows.items()} == {
        name: (len({event.visitor for event in each}), len(each)) for name, each in met.items()
    }


def test_funnels_are_counted(client: httpx.Client, events: list[Event]) -> None:
    for funnel in client.get(f"{OURS}/funnels").json()["funnels"]:
        steps = client.get(f"{OURS}/funnels/{funnel['id']}", params=SPAN).json()["steps"]
        ways: dict[object, list[Event]] = {}
        for event in sorted(events, key=lambda event: (event.time, event.offset)):
            ways.setdefault(event.visitor if funnel["days"] else (event.visitor, event.visit_start), []).append(event)
        first, second = set(), set()
        for way in ways.values():
            for place, event in enumerate(way):
                if event.view and START <= event.time < END:
                    first.add(event.visitor)
                    until = event.time + timedelta(days=funnel["days"] or 9)
                    if any(each.name == "signup" and each.time <= until for each in way[place + 1 :]):
                        second.add(event.visitor)
        assert [step["visitors"] for step in steps] == [len(first), len(second)]


def test_the_page_is_drawn(stack: Stack, client: httpx.Client) -> None:
    begun = time.perf_counter()
    assert client.get(f"/sites/{SITE}?range=custom&from=2026-03-02&to=2026-03-05").status_code == 200
    assert time.perf_counter() - begun < 30
    with launched() as browser:
        page = browser.new_page()
        expect.set_options(timeout=60_000)
        page.goto(f"{stack.url}sites/{SITE}?range=custom&from=2026-03-02&to=2026-03-05")
        expect(page.locator("#plot canvas")).to_be_visible()
        expect(page.locator("#goals tbody tr")).to_have_count(len(GOALS))
        page.click("#sources tbody tr:first-child a")
        expect(page.locator(".chips li")).to_have_count(1)
        expect(page.locator(".failed")).to_have_count(0)
