"""One message in, one answer out: the whole path on the real engines, for both shipped definitions."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.corpus import NAUGHTY_STRINGS
from tests.definitions import SHIPPED
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import LiveStream, await_true

pytestmark = pytest.mark.integration

DAY = [("start", "2026-03-02T00:00:00Z"), ("end", "2026-03-03T00:00:00Z")]
HEALTH_TEXT = SHIPPED["health"].read_text("utf-8").replace('topic = "health"', 'topic = "{topic}"')
VIEWS_TEXT = SHIPPED["page_views"].read_text("utf-8").replace('topic = "page_views"', 'topic = "{topic}"')

INJECTIONS = [
    "' or 1=1 --",
    "'; drop table panes; --",
    '"',
    "''",
    "\\",
    "?",
    "a, b",
    "🦄",
    "ﷺ",
    "{{ stream }}",
    "%",
]


@pytest.fixture(scope="module")
def health(stream_factory: StreamFactory) -> LiveStream:
    return stream_factory(HEALTH_TEXT)


@pytest.fixture(scope="module")
def page_views(stream_factory: StreamFactory) -> LiveStream:
    """With a single partition, fewer than the job's parallel tasks."""
    return stream_factory(VIEWS_TEXT.replace("partitions = 2", "partitions = 1"))


def health_message(service: str, at: datetime, cpu: float = 0.25) -> bytes:
    message = {
        "serviceName": service,
        "Timestamp": int(at.timestamp() * 1000),
        "CPU": cpu,
        "RAM": {"Total": 16.0, "Free": 4.0},
        "Disk": {"Total": 500.0, "Free": 500.0},
    }
    return json.dumps(message).encode()


def test_one_message_is_answered(health: LiveStream) -> None:
    at = datetime(2026, 3, 2, 14, 3, 11, 250_000, tzinfo=UTC)
    health.send([health_message("checkout", at)])
    view = health.await_accounted()
    when = "2026-03-02T14:03:11.250Z"
    values = {"cpu": 0.25, "ram": 0.75, "disk": 0.0}
    measured = {
        name: {"count": 1, "mean": value, "min": value, "max": value, "max_at": when} for name, value in values.items()
    }
    answer = health.window(*DAY)
    assert answer["groups"] == [{"service": "checkout", "messages": 1, **measured}]
    assert answer["answered_from"]["day"]["windows"] == 1
    source = answer["answered_from"]
    assert (source["snapshot"], source["breakdown"]) == (str(view.panes_snapshot), "service")
    assert health.window(("start", "2026-03-02T14:04:00Z"), DAY[1])["groups"] == []
    assert health.window(DAY[0], ("end", "2026-03-02T14:03:00Z"))["groups"] == []
    points = health.series(*DAY, ("step", "minute"), ("measure", "cpu"))["points"]
    assert points == [
        {"at": "2026-03-02T14:03:00Z", "groups": [{"service": "checkout", "messages": 1, "cpu": measured["cpu"]}]}
    ]


def test_each_offset_is_in_the_ledger(health: LiveStream) -> None:
    health.await_accounted()
    assert health.gaps() == []
    [[accepted, rejected]] = health.rows("select sum(accepted), sum(rejected) from {stream}.ledger")
    [[stored]] = health.rows("select sum(messages) from {stream}.panes where grain = 'minute'")
    [[kept]] = health.rows("select count(*) from {stream}.rejected")
    assert (accepted, rejected) == (stored, kept)


def test_rejected_messages_keep_their_bytes(health: LiveStream) -> None:
    before = datetime.now(UTC)
    bad = {
        b"": ("empty", None),
        b"\xff{\x00": ("not valid UTF-8", None),
        b'{"serviceName": "a"}': ("missing", "Timestamp"),
        health_message("late", datetime.now(UTC) + timedelta(hours=1)): ("too far in the future", "Timestamp"),
        health_message("busy", before, 1.5): ("too large", "CPU"),
    }
    health.send(bad)
    health.await_accounted()
    kept = health.rejected(before - timedelta(seconds=1), datetime.now(UTC) + timedelta(minutes=1))
    assert {base64.b64decode(row["payload_base64"]): (row["reason"], row["field"]) for row in kept} == bad
    [row] = health.rejected(before - timedelta(seconds=1), datetime.now(UTC) + timedelta(minutes=1), "empty")
    assert (row["reason"], row["payload"]) == ("empty", "")
    start = {"start": before.isoformat(timespec="minutes"), "end": "2100-01-01T00:00:00Z"}
    assert health.window(*start.items())["groups"] == []


def test_quiet_streams_stay_complete(health: LiveStream) -> None:
    first = health.await_accounted().complete_until
    assert first is not None
    await_true(lambda: (health.view().complete_until or first) >= first + timedelta(seconds=20), 90, "time goes on")


def test_any_name_is_found_by_itself(health: LiveStream) -> None:
    """Names that try to leave their quotes are stored as they are, and a filter finds exactly the one it names."""
    at = datetime(2026, 3, 9, tzinfo=UTC)
    names = list(dict.fromkeys([*INJECTIONS, *(n for n in NAUGHTY_STRINGS if 0 < len(n) <= 200 and "\0" not in n)]))
    health.send(health_message(name, at) for name in names)
    health.await_accounted()
    span = [("start", "2026-03-09T00:00:00Z"), ("end", "2026-03-09T00:01:00Z")]
    groups = health.window(*span)["groups"]
    assert [group["service"] for group in groups] == sorted(names, key=str.encode)
    for name in [*INJECTIONS, *names[:: len(names) // 20]]:
        [group] = health.window(*span, ("service", name))["groups"]
        assert (group["service"], group["messages"]) == (name, 1)
    assert len(health.window(*span, *(("service", name) for name in names))["groups"]) == len(names)
    assert health.window(*span, ("service", "' or '1'='1"))["groups"] == []


def view_message(site: str, path: str, load_ms: float | None, visitor: str | None) -> bytes:
    message: dict[str, Any] = {"site": site, "path": path, "time": "2026-03-02T12:00:00.5+02:00"}
    if load_ms is not None:
        message["load_ms"] = load_ms
    return json.dumps({**message, "visitor_id": visitor}).encode()


def test_page_views_need_no_code_of_their_own(page_views: LiveStream) -> None:
    shop = [view_message("shop", "/", n / 10, f"visitor-{n % 250}") for n in range(1, 1001)]
    docs = [view_message("docs", "/", None, None), view_message("docs", "/a", 7.5, None)]
    page_views.send([*shop, *docs])
    page_views.await_accounted()
    when = "2026-03-02T10:00:00.500Z"
    by_site = page_views.window(*DAY, ("by", "site"), ("quantiles", "0.99,0.5"))["groups"]
    shops = by_site[1]["load_ms"]
    assert [by_site[0], {**by_site[1], "load_ms": None}] == [
        {
            "site": "docs",
            "messages": 2,
            "load_ms": {
                "count": 1, "mean": 7.5, "min": 7.5, "max": 7.5, "max_at": when, "quantiles": {"0.5": 7.5, "0.99": 7.5},
            },
            "visitors": {"distinct": 0},
        },
        {"site": "shop", "messages": 1000, "load_ms": None, "visitors": {"distinct": 250}},
    ]  # fmt: skip
    assert [shops[name] for name in ("count", "mean", "min", "max", "max_at")] == [1000, 50.05, 0.1, 100.0, when]
    assert shops["quantiles"]["0.5"] == pytest.approx(50, abs=1)
    assert shops["quantiles"]["0.99"] == pytest.approx(99, abs=1)
    [unmeasured] = page_views.window(*DAY, ("site", "docs"), ("path", "/"))["groups"]
    assert unmeasured["load_ms"] == {"count": 0, "mean": None, "min": None, "max": None, "max_at": None}
    [total] = page_views.window(*DAY, ("by", ""), ("path", "/"), ("path", "/a"))["groups"]
    assert (total["messages"], total["visitors"]["distinct"]) == (1002, 250)


def test_apply_makes_what_is_missing(page_views: LiveStream) -> None:
    assert page_views.apply() == []
    page_views.rows("drop view {stream}.days")
    assert page_views.apply() == [f"make views {page_views.name}.minutes, .hours and .days"]
    assert page_views.apply() == []


@pytest.mark.parametrize("view", ["minutes", "hours", "days"])
def test_sql_clients_see_plain_numbers(page_views: LiveStream, view: str) -> None:
    page_views.await_accounted()
    columns = "site, path, messages, load_ms_mean, load_ms_max, load_ms_p50, visitors"
    rows = page_views.rows(f"select {columns} from {{stream}}.{view} order by 1, 2")
    assert [row[:5] for row in rows] == [
        ["docs", "/", 1, None, None],
        ["docs", "/a", 1, 7.5, 7.5],
        ["shop", "/", 1000, 50.05, 100.0],
    ]
    assert rows[2][5] == pytest.approx(50, abs=1)
    assert [row[6] for row in rows] in ([0, 0, 250], [None, None, 250])
