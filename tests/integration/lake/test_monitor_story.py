"""The story of docs/merchants.md, typed: a monitor was counted as visitors for a week, and no longer is."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compose.embedded.stack import Stack
from tests.definitions import SHIPPED
from tests.integration.command_line import printed
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import LiveStream, await_true

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

COUNTED = SHIPPED["web_events"].read_text("utf-8").replace('topic = "web_events"', 'topic = "{topic}"')
RULE = 'excluded = ["uptimerobot",'
MONITOR = "Mozilla/5.0 (compatible; HealthProbe/3.1; +https://probe.example)"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
DAYS = 7
PROBES, PEOPLE = {"a.example": 24, "b.example": 0, "c.example": 3}, {"a.example": 5, "b.example": 4, "c.example": 2}
"""Site → how often a day the monitor came, and how many people did, to see two pages each."""

TEXTS = [
    "referrer", "source", "medium", "campaign", "utm_term", "utm_content", "country", "region", "language", "browser",
    "browser_version", "system", "system_version", "device", "screen", "currency",
]  # fmt: skip

Numbers = dict[str, tuple[int, int, int]]
"""Site → page views, visits, bounces."""


def event(site: str, visitor: str, agent: str, at: datetime, path: str) -> bytes:
    """A page seen. A visitor is one of a single site, as the edge makes them."""
    known = {"id": f"{site}-{visitor}-{at.timestamp()}", "site": site, "visitor": visitor, "name": "pageview"}
    seen = {"engaging": True, "view": 1, "hostname": site, "path": path, "agent": agent, "imported": False}
    return json.dumps({**known, **seen, "time": at.isoformat(), **dict.fromkeys(TEXTS, "")}).encode()


def week(end: datetime) -> list[bytes]:
    made = []
    for day in range(1, DAYS + 1):
        for site in PROBES:
            midnight = end - timedelta(days=day)
            for hour in range(PROBES[site]):
                made.append(event(site, f"{site}/monitor-{day}", MONITOR, midnight + timedelta(hours=hour), "/"))
            for person in range(PEOPLE[site]):
                noon = midnight + timedelta(hours=12, minutes=person)
                for page, path in enumerate(("/", "/pricing")):
                    at = noon + timedelta(seconds=30 * page)
                    made.append(event(site, f"{site}/person-{day}-{person}", FIREFOX, at, path))
    return made


def expected(*, monitored: bool) -> Numbers:
    probes = {site: DAYS * count if monitored else 0 for site, count in PROBES.items()}
    people = {site: DAYS * count for site, count in PEOPLE.items()}
    return {site: (probes[site] + 2 * people[site], probes[site] + people[site], probes[site]) for site in PROBES}


def numbers(stack: Stack, live: LiveStream, end: datetime) -> Numbers:
    span = ("--start", (end - timedelta(days=DAYS)).isoformat(), "--end", end.isoformat())
    answer: dict[str, Any] = json.loads(printed(stack, "window", live.name, *span, "--by", "site", "--json"))
    return {
        group["site"]: (int(group["views"]["total"]), group["visits"], group["bounces"]) for group in answer["groups"]
    }


def await_numbers(stack: Stack, live: LiveStream, end: datetime, before: Numbers, after: Numbers) -> None:
    """All merchants go over together: nobody ever sees a state between the two."""

    def gone_over() -> bool:
        seen = numbers(stack, live, end)
        assert seen in (before, after)
        return seen == after

    await_true(gone_over, 60, "merchants see what was published")


def test_a_monitor_is_no_visitor_any_more(stack: Stack, stream_factory: StreamFactory) -> None:
    live = stream_factory(COUNTED)
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    sent = week(end)
    live.send(sent)
    live.await_accounted()
    wrong, right = expected(monitored=True), expected(monitored=False)
    await_true(lambda: numbers(stack, live, end) == wrong, 120, "the week is counted, the monitor with it")

    ruled = COUNTED.replace(RULE, RULE.replace("[", '["healthprobe", ')).replace("{topic}", live.name)
    assert ruled.count("healthprobe") == 1
    live.toml.write_text(ruled, "utf-8")
    assert "restart job" in printed(stack, "apply", live.name)
    live.apply()
    live.await_running()
    live.send([event("a.example", "a.example/monitor-0", MONITOR, end - timedelta(minutes=1), "/")])  # is excluded now
    live.await_accounted()
    assert numbers(stack, live, end) == wrong

    printed(stack, "replay", live.name, "--from-time", (end - timedelta(days=DAYS)).isoformat())
    listed = re.search(rf"^\D*(\d+)\D.*{live.name}", printed(stack, "replays", "list", live.name), re.MULTILINE)
    assert listed
    replay = listed.group(1)
    difference = json.loads(printed(stack, "replays", "show", replay, "--json"))["difference"]
    excluded = difference["rejected"]["is excluded"]
    assert excluded["new"] - excluded["old"] == DAYS * sum(PROBES.values())
    changed: Counter[str] = Counter()
    for group in difference["groups"]:
        old, new = (side["messages"] if side else 0 for side in (group["old"], group["new"]))
        changed[group["dimensions"]["site"]] += old - new
    assert {site: changed[site] for site in PROBES} == {site: DAYS * count for site, count in PROBES.items()}
    assert numbers(stack, live, end) == wrong

    printed(stack, "replays", "publish", replay, "--reason", "a monitor was counted")
    await_numbers(stack, live, end, wrong, right)
    printed(stack, "replays", "rollback", replay, "--reason", "one merchant asked to wait")
    await_numbers(stack, live, end, right, wrong)
    printed(stack, "replays", "publish", replay, "--reason", "agreed")
    await_numbers(stack, live, end, wrong, right)
    assert "Everything is accounted for" in printed(stack, "audit", live.name)
