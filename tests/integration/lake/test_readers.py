"""Readers on the real engines: answers in pages, and what 200 of them get while Trino is stopped."""

from __future__ import annotations

import functools
import gzip
import json
import os
import signal
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from compose.embedded.stack import Stack
from services.settings import ServiceSettings
from streams.producer import BulkProducer
from tests.integration.lake.test_web import HEALTH, NDJSON, SPAN, START, message, unique, window
from tests.integration.live_streams import await_true

TLS = ssl.create_default_context()  # made once: each client would make its own
pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        await_true(lambda: client.get(f"{HEALTH}/window", params=SPAN).status_code == 200, 60, "a first answer")
        yield client


def pages(http: httpx.Client, path: str, member: str, **params: Any) -> list[list[dict[str, Any]]]:
    """Every page of an answer; they are of one view."""
    answers: list[dict[str, Any]] = []
    while not answers or answers[-1]["next"]:
        after = {"after": answers[-1]["next"]} if answers else {}
        answer = http.post(f"{HEALTH}/{path}", json={**params, **after})
        assert answer.status_code == 200, answer.text
        answers.append(answer.json())
    assert len({page["complete_until"] for page in answers}) == 1
    return [page[member] for page in answers]


def test_pages_hold_every_group_once(http: httpx.Client) -> None:
    names = [f"{unique('paged')} {text}" for text in ("", "a", "A", "é", "z", "\U0001f600", "\uffff", "'", "~")]
    body = b"\n".join(json.dumps(message(name, START)).encode() for name in names)
    assert http.post(f"{HEALTH}/messages", content=body, headers=NDJSON).json()["accepted"] == len(names)
    asked = {**SPAN, "service": names}
    await_true(lambda: len(window(http, service=names)["groups"]) == len(names), 120, "the groups")
    paged = pages(http, "window", "groups", **asked, limit=2)
    assert [len(page) for page in paged] == [2, 2, 2, 2, 1]
    assert [group for page in paged for group in page] == window(http, service=names)["groups"]
    assert pages(http, "window", "groups", **asked, by=[], limit=1) == [window(http, service=names, by="")["groups"]]


def test_pages_hold_every_rejected_message_once(http: httpx.Client) -> None:
    mark = unique("paged").encode()
    with BulkProducer(ServiceSettings().kafka) as producer:
        producer.send("health", [mark + str(number).encode() for number in range(25)])
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    span = {"start": (now - timedelta(minutes=5)).isoformat(), "end": (now + timedelta(minutes=10)).isoformat()}

    def ours(paged: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        return [kept for page in paged for kept in page if kept["payload"].startswith(mark.decode())]

    def listed() -> bool:
        return len(ours(pages(http, "rejected", "messages", **span, limit=1000))) == 25

    await_true(listed, 120, "the rejected messages")
    paged = pages(http, "rejected", "messages", **span, limit=7)
    assert all(len(page) == 7 for page in paged[:-1])
    at_once = pages(http, "rejected", "messages", **span, limit=1000)
    assert ours(paged) == ours(at_once)
    order = [(kept["arrived"], -kept["partition"], kept["offset"]) for page in paged for kept in page]
    assert order == sorted(order, reverse=True)


def test_a_stopped_trino_keeps_nothing_else_waiting(http: httpx.Client, stack: Stack) -> None:
    """Of 200 readers each is answered within the time of a question; probes and messages do not notice."""
    pid = stack.states()["trino"].pid
    gzipped = {**NDJSON, "content-encoding": "gzip"}
    line = gzip.compress(json.dumps(message(unique("meanwhile"), START)).encode())

    def seconds(ask: Callable[[], httpx.Response], *statuses: int) -> float:
        begun = time.monotonic()
        assert ask().status_code in statuses
        return time.monotonic() - begun

    def read(number: int) -> float:
        # A client of its own: one with hundreds of connections takes seconds to find a free one.
        with httpx.Client(base_url=stack.url, timeout=90, verify=TLS) as reader:
            return seconds(lambda: reader.get(f"{HEALTH}/window", params={**SPAN, "service": f"s{number}"}), 429, 503)

    with ThreadPoolExecutor(200) as pool:
        os.kill(pid, signal.SIGSTOP)
        try:
            reading = [pool.submit(read, number) for number in range(200)]
            await_true(lambda: sum(each.done() for each in reading) >= 120, 60, "who cannot wait is refused")
            probes = [functools.partial(http.get, path) for path in ("/healthz", "/readyz", "/metrics")]
            waits = [seconds(probe, 200, 503) for probe in probes]
            waits.append(seconds(lambda: http.post(f"{HEALTH}/messages", content=line, headers=gzipped), 202))
            assert max(waits) < 2, waits
            await_true(lambda: "trino" in http.get("/readyz").json()["engines"]["trino"], 30, "readyz names Trino")
            longest = max(each.result() for each in reading)
        finally:
            os.kill(pid, signal.SIGCONT)
    assert longest < 40
    await_true(lambda: http.get(f"{HEALTH}/window", params=SPAN).status_code == 200, 60, "an answer")
    await_true(lambda: http.get("/readyz").json()["engines"]["trino"] == "ok", 60, "readyz sees Trino")
