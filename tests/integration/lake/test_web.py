"""The HTTP contract on the real engines: what is posted is answered, and nothing that is asked breaks anything."""

from __future__ import annotations

import gzip
import json
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from compose.embedded.stack import Stack
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from query.lake_watcher import LakeWatcher
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from query.warm_up import WarmUp
from services.settings import ServiceSettings
from streams.producer import BulkProducer
from tests.corpus import NAUGHTY_STRINGS, SQL_INJECTIONS
from tests.integration.live_streams import await_true

pytestmark = pytest.mark.integration

START = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=2)
END = START + timedelta(minutes=10)
HEALTH = "/v1/streams/health"
SPAN = {"start": START.isoformat(), "end": END.isoformat()}
NDJSON = {"content-type": "application/x-ndjson"}

INJECTIONS = [
    "' or 1=1 --",
    "'; drop table panes; --",
    "1 union select version() --",
    "x' and sleep(5) #",
    '" or ""="',
    "\\",
    "%27%20or%201",
    "<script>alert(1)</script>",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "../../etc/passwd",
    "\r\nSet-Cookie: a=b",
]


@pytest.fixture(scope="module")
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        await_true(lambda: client.get(f"{HEALTH}/window", params=SPAN).status_code == 200, 60, "a first answer")
        yield client


def message(service: str, at: datetime, cpu: float = 0.25, **more: Any) -> dict[str, Any]:
    return {
        "serviceName": service,
        "Timestamp": at.isoformat(),
        "CPU": cpu,
        "RAM": {"Total": 16.0, "Free": 4.0},
        "Disk": {"Total": 500.0, "Free": 400.0},
        **more,
    }


def unique(name: str) -> str:
    return f"{name}-{uuid.uuid4().hex[:8]}"


def window(http: httpx.Client, **params: Any) -> dict[str, Any]:
    answer = http.get(f"{HEALTH}/window", params={**SPAN, **params})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def await_messages(http: httpx.Client, service: str, messages: int) -> dict[str, Any]:
    """The window's group of a service, once it counts that many messages."""
    groups: list[dict[str, Any]] = []

    def counted() -> bool:
        groups[:] = window(http, service=service, quantiles="0.5,0.99")["groups"]
        return bool(groups) and groups[0]["messages"] >= messages

    await_true(counted, 120, f"{messages} messages of {service}")
    return groups[0]


@pytest.fixture(scope="module")
def posted(http: httpx.Client) -> dict[str, Any]:
    """Sixty messages of one service, ten seconds apart, CPU from 0.01 to 0.60; its group of the window."""
    service = unique("posted")
    lines = [message(service, START + timedelta(seconds=10 * n), (n + 1) / 100) for n in range(60)]
    lines.insert(30, message(service, START, 7))
    body = b"\n".join(json.dumps(line).encode() for line in lines) + b"\nnope\n"
    answer = http.post(f"{HEALTH}/messages", content=body, headers=NDJSON)
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": 60,
        "rejected": [
            {"index": 30, "field": "CPU", "reason": "too large"},
            {"index": 61, "field": None, "reason": "not valid JSON"},
        ],
    }
    return await_messages(http, service, 60)


def test_posted_messages_are_answered_exactly(posted: dict[str, Any]) -> None:
    assert posted["messages"] == 60
    cpu = posted["cpu"]
    assert (cpu["count"], cpu["mean"], cpu["min"], cpu["max"]) == (60, pytest.approx(0.305, abs=1e-9), 0.01, 0.6)
    assert datetime.fromisoformat(cpu["max_at"]) == START + timedelta(seconds=590)
    assert cpu["quantiles"]["0.5"] == pytest.approx(0.305, abs=0.011)
    assert posted["ram"]["max"] == 0.75
    assert posted["disk"]["mean"] == pytest.approx(0.2, abs=1e-9)


def test_answer_tells_its_sources(http: httpx.Client, posted: dict[str, Any]) -> None:
    answer = window(http, service=posted["service"])
    assert answer["stream"] == "health"
    assert answer["answered_from"]["day"]["windows"] == 0
    assert answer["answered_from"]["minute"]["windows"] == 10
    assert answer["answered_from"]["snapshot"]
    assert datetime.fromisoformat(answer["complete_until"]) > END


def test_end_is_not_inside(http: httpx.Client, posted: dict[str, Any]) -> None:
    end = (START + timedelta(minutes=1)).isoformat()
    answer = window(http, service=posted["service"], end=end)
    assert answer["groups"][0]["messages"] == 6
    later = window(http, service=posted["service"], start=end, end=(START + timedelta(minutes=2)).isoformat())
    assert later["groups"][0]["cpu"]["min"] == 0.07


def test_total_has_no_dimension(http: httpx.Client, posted: dict[str, Any]) -> None:
    groups = window(http, service=posted["service"], by="")["groups"]
    assert [(set(group) & {"service"}, group["messages"]) for group in groups] == [(set(), 60)]


def test_empty_window_has_no_groups(http: httpx.Client) -> None:
    assert window(http, service=unique("nobody"))["groups"] == []


def test_series_adds_up(http: httpx.Client, posted: dict[str, Any]) -> None:
    asked = {**SPAN, "service": posted["service"], "step": "minute", "measure": "cpu"}
    points = http.get(f"{HEALTH}/series", params=asked).json()["points"]
    groups = [group for point in points for group in point["groups"]]
    assert len(points) == 10
    assert sum(group["messages"] for group in groups) == 60
    assert max(group["cpu"]["max"] for group in groups) == 0.6
    assert "ram" not in groups[0]
    assert datetime.fromisoformat(points[0]["at"]) == START


def test_as_known_before_it_arrived_is_empty(http: httpx.Client, posted: dict[str, Any]) -> None:
    answer = window(http, service=posted["service"], as_known_at=(START + timedelta(seconds=17)).isoformat())
    assert answer["groups"] == []
    assert datetime.fromisoformat(answer["known_until"]) == START + timedelta(seconds=10)


def test_changes_since_it_arrived_are_marked(http: httpx.Client, posted: dict[str, Any]) -> None:
    asked = {"service": posted["service"], "by": ""}
    until = window(http, **asked)["complete_until"]
    assert [group["changed_since"] for group in window(http, **asked, changed_since=until)["groups"]] == [False]
    [group] = window(http, **asked, changed_since=START.isoformat())["groups"]
    assert (group["messages"], group["changed_since"]) == (60, True)
    then = window(http, **asked, as_known_at=START.isoformat(), changed_since=until)
    assert (then["groups"], [gone["messages"] for gone in then["gone_since"]]) == ([], [60])


@pytest.mark.parametrize("step", ["minute", "hour"])
def test_too_many_points_names_a_step(http: httpx.Client, step: str) -> None:
    asked = {"start": "2020-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z", "step": step}
    answer = http.get(f"{HEALTH}/series", params=asked)
    assert answer.status_code == 422
    assert "use step=day" in answer.json()["errors"][0]["reason"]


def test_every_way_of_posting_arrives(http: httpx.Client) -> None:
    service = unique("ways")
    json_type = {"content-type": "application/json; charset=utf-8"}
    bodies = [
        (json.dumps(message(service, START)).encode(), json_type),
        (json.dumps([message(service, START), message(service, START)]).encode(), json_type),
        (gzip.compress(json.dumps(message(service, START)).encode()), {**json_type, "content-encoding": "gzip"}),
        (json.dumps(message(service, START)).encode() + b"\r\n\n", NDJSON),
    ]
    accepted = [http.post(f"{HEALTH}/messages", content=body, headers=kind).json() for body, kind in bodies]
    assert accepted == [{"accepted": n, "rejected": []} for n in (1, 2, 1, 1)]
    assert await_messages(http, service, 5)["messages"] == 5


def test_largest_message_arrives(http: httpx.Client) -> None:
    service = unique("large")
    small = json.dumps(message(service, START, extra="")).encode()
    exact = json.dumps(message(service, START, extra="x" * (2**20 - len(small)))).encode()
    assert len(exact) == 2**20
    beyond = exact.replace(b'"extra": "', b'"extra": "x')
    answer = http.post(f"{HEALTH}/messages", content=exact + b"\n" + beyond, headers=NDJSON)
    assert answer.json() == {
        "accepted": 1,
        "rejected": [{"index": 1, "field": None, "reason": "larger than 1 MiB"}],
    }
    assert await_messages(http, service, 1)["messages"] == 1


def test_naughty_names_come_back_unchanged(http: httpx.Client) -> None:
    tag = unique("naughty")
    names = [f"{tag} {text}" for text in NAUGHTY_STRINGS if len(text) < 150]
    body = b"\n".join(json.dumps(message(name, START)).encode() for name in names)
    answer = http.post(f"{HEALTH}/messages", content=body, headers=NDJSON).json()
    refused = {rejection["index"] for rejection in answer["rejected"]}
    expected = {name for index, name in enumerate(names) if index not in refused}
    assert len(expected) > 300
    services: set[str] = set()

    def all_found() -> bool:
        groups = window(http)["groups"]
        services.update(group["service"] for group in groups if group["service"].startswith(tag))
        return services == expected

    await_true(all_found, 120, f"{len(expected)} services named {tag} …")
    page = http.get("/", params={**_page_times(), "where.service": sorted(expected)}, headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def _page_times() -> dict[str, str]:
    return {"stream": "health", "start": f"{START:%Y-%m-%dT%H:%M}", "end": f"{END:%Y-%m-%dT%H:%M}"}


def test_rejected_messages_are_kept_with_bytes(http: httpx.Client) -> None:
    payload = f"\x00{unique('broken')} \x1b".encode() + b"\xff"
    with BulkProducer(ServiceSettings().kafka) as producer:
        producer.send("health", [payload])
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    span = {"start": (now - timedelta(minutes=5)).isoformat(), "end": (now + timedelta(minutes=10)).isoformat()}
    asked = {**span, "reason": "not valid UTF-8"}
    rejected: list[dict[str, Any]] = []

    def listed() -> bool:
        messages = http.get(f"{HEALTH}/rejected", params=asked).json()["messages"]
        rejected[:] = [kept for kept in messages if kept["payload"] == payload.decode("utf-8", "replace")]
        return bool(rejected)

    await_true(listed, 120, "the rejected message")
    assert (rejected[0]["reason"], rejected[0]["field"]) == ("not valid UTF-8", None)
    page = http.get("/rejected/health", params={"range": "1h"}, headers={"accept": "text/html"})
    assert page.status_code == 200
    assert payload[:8].hex(" ") in page.text


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize(
    "name", ["service", "by", "start", "end", "as_known_at", "quantiles", "step", "measure", "reason"]
)
def test_injections_are_values_or_refused(http: httpx.Client, name: str, text: str) -> None:
    for path, extra in (("window", {}), ("series", {"step": "hour"}), ("rejected", {})):
        answer = http.get(f"{HEALTH}/{path}", params={**SPAN, **extra, name: text})
        assert answer.status_code in (200, 400, 422), answer.text
        if answer.status_code == 200:
            assert not answer.json().get("groups") or name not in ("service", "reason")
        else:
            assert answer.json()["errors"][0]["field"] == name


def test_injections_name_nobody(http: httpx.Client, posted: dict[str, Any]) -> None:
    """As many values of a dimension as there are: what is found is found by its own name alone."""
    for values, services in ((SQL_INJECTIONS, set()), ([*SQL_INJECTIONS, posted["service"]], {posted["service"]})):
        assert {group["service"] for group in window(http, service=values)["groups"]} == services
        series = http.get(f"{HEALTH}/series", params={**SPAN, "step": "hour", "service": values}).json()["points"]
        assert {group["service"] for point in series for group in point["groups"]} == services


def test_injections_are_no_reasons(http: httpx.Client) -> None:
    for text in SQL_INJECTIONS[::10]:
        answer = http.get(f"{HEALTH}/rejected", params={**SPAN, "reason": text})
        assert (answer.status_code, answer.json()["messages"]) == (200, []), text


@pytest.mark.parametrize("text", [*INJECTIONS, *NAUGHTY_STRINGS[:100]])
def test_odd_input_never_fails(http: httpx.Client, text: str) -> None:
    stream = http.get(f"/v1/streams/{quote(text, safe='')}/window", params=SPAN)
    assert stream.status_code in (404, 405)
    form = {
        "stream": "health",
        "zone": text,
        "sort": text,
        "by": text,
        "range": text,
        "where.service": text,
        text: text,
    }
    for path in ("/", "/rejected/health"):
        page = http.get(path, params=form, headers={"accept": "text/html"})
        assert page.status_code in (200, 422), page.text
        assert "<script>alert" not in page.text
    assert http.get("/", params={"stream": text or "?"}, headers={"accept": "text/html"}).status_code == 404


def test_repeated_question_is_kept(http: httpx.Client, posted: dict[str, Any]) -> None:
    asked = {**SPAN, "service": posted["service"]}

    def kept() -> bool:  # a commit between two questions makes a new lake view, so it may take another turn
        return "desc=hit" in [http.get(f"{HEALTH}/window", params=asked) for _ in range(3)][-1].headers["server-timing"]

    await_true(kept, 30, "an answer from the cache")


def test_probes_and_catalogue(http: httpx.Client) -> None:
    ready = http.get("/readyz")
    assert (ready.status_code, ready.json()["engines"]) == (200, {"lake": "ok", "trino": "ok", "kafka": "ok"})
    assert 'windowpane_lake_behind_seconds{stream="health"}' in http.get("/metrics").text
    listed = {stream["stream"]: stream for stream in http.get("/v1/streams").json()["streams"]}
    assert listed["health"]["complete_until"]
    definition = http.get("/v1/streams/page_views").json()
    assert definition["distincts"] == {"visitors": {"field": "visitor_id", "title": "Visitors"}}
    page = http.get("/streams", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "up to date" in page.text


def test_large_bodies_leave_room_for_others(http: httpx.Client) -> None:
    service = unique("bulk")
    line = json.dumps(message(service, START)).encode() + b"\n"
    answers: list[httpx.Response] = []

    def post() -> None:
        answers.append(http.post(f"{HEALTH}/messages", content=line * 60_000, headers=NDJSON))

    thread = threading.Thread(target=post)
    thread.start()
    waits = []
    while thread.is_alive():
        begun = time.monotonic()
        assert http.get("/healthz").status_code == 200
        waits.append(time.monotonic() - begun)
    thread.join()
    assert answers[0].json() == {"accepted": 60_000, "rejected": []}
    assert sorted(waits)[len(waits) // 2] < 0.25
    assert await_messages(http, service, 60_000)["messages"] == 60_000


@pytest.mark.usefixtures("posted")
def test_made_questions_are_answered() -> None:
    """Those that warm Trino up, of which nobody sees a failure."""
    trino, views = TrinoClient(QuerySettings()), LakeWatcher(lambda: open_catalog(LakeSettings()), 1)
    views.refresh()
    statements = WarmUp(trino, views.views, 1)._statements(views.view("health"))
    assert len(statements) == 3
    assert {value for statement in statements for value in statement.values if isinstance(value, str)}
    for statement in statements:
        trino.rows(statement.sql, statement.values)
