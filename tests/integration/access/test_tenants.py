"""Tenants of one stream, over HTTP on the real engines: each sees what it was granted, and nothing of others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from compose.embedded.stack import Stack
from compose.embedded.waiting import until
from tests.integration.access.people import CHIEF, People, people_of
from tests.integration.over_http import Sent, assert_counted, send

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Tenants:
    """Two services, each with its tenant; a reader of both without memory; and the administrator."""

    people: People
    mine: Sent
    others: Sent
    ann: httpx.Client
    bob: httpx.Client
    reader: httpx.Client
    chief: httpx.Client

    def params(self, **more: Any) -> dict[str, Any]:
        """Of a window over all that was sent."""
        end = self.mine.start + timedelta(minutes=self.mine.minutes + 1)
        return {"start": self.mine.start.isoformat(), "end": end.isoformat(), **more}

    def window(self, http: httpx.Client, **more: Any) -> Any:
        """The groups of that window."""
        answer = http.get("/v1/streams/health/window", params=self.params(**more))
        assert answer.status_code == 200, answer.text
        return answer.json()["groups"]


@pytest.fixture(scope="module")
def tenants(stack: Stack) -> Iterator[Tenants]:
    with people_of(stack) as people:
        chief = people.client(people.key(CHIEF))
        mine, others = send(chief), send(chief)
        ann, bob, reader = (people.add(name) for name in ("ann-of-tests", "bob-of-tests", "rea-of-tests"))
        people.grant("ann-of-tests", "health", service=[mine.service])
        people.grant("bob-of-tests", "health", service=[others.service])
        people.grant("rea-of-tests", "health", "ask,detail", hide=("RAM.Free",))
        assert_counted(chief, mine, others)
        yield Tenants(people, mine, others, ann, bob, reader, chief)
        for client in (chief, ann, bob, reader):
            client.close()


def test_each_sees_its_own(tenants: Tenants) -> None:
    assert tenants.window(tenants.ann) == [tenants.mine.group]
    assert tenants.window(tenants.bob) == [tenants.others.group]
    assert len(tenants.window(tenants.chief)) >= 2


def test_totals_are_of_ones_own(tenants: Tenants) -> None:
    total = tenants.window(tenants.ann, by="")
    assert [group["messages"] for group in total] == [tenants.mine.group["messages"]]


def test_the_other_answer_is_never_a_kept_one(tenants: Tenants) -> None:
    """Whoever asks first: the same question of another has another answer, and tag."""
    asked = [
        client.get("/v1/streams/health/window", params=tenants.params(by="service"))
        for client in (tenants.chief, tenants.ann, tenants.bob, tenants.ann, tenants.chief)
    ]
    assert [{group["service"] for group in answer.json()["groups"]} for answer in asked[1:4]] == [
        {tenants.mine.service}, {tenants.others.service}, {tenants.mine.service},
    ]  # fmt: skip
    tags = [answer.headers["etag"] for answer in asked[:3]]
    assert len({*tags}) == 3
    again = tenants.bob.get(
        "/v1/streams/health/window", params=tenants.params(by="service"), headers={"If-None-Match": tags[1]}
    )
    assert again.status_code == 200


@pytest.mark.parametrize("by", [None, "", "service"])
def test_asking_for_what_is_anothers_finds_nothing(tenants: Tenants, by: str | None) -> None:
    more = {} if by is None else {"by": by}
    assert tenants.window(tenants.ann, service=tenants.others.service, **more) == []
    both = tenants.window(tenants.ann, service=[tenants.others.service, tenants.mine.service], **more)
    assert [group["messages"] for group in both] == [tenants.mine.group["messages"]]


def test_series_and_sheets_are_of_ones_own(tenants: Tenants) -> None:
    series = tenants.ann.get("/v1/streams/health/series", params=tenants.params(step="minute"))
    assert series.status_code == 200, series.text
    assert tenants.mine.service in series.text
    sheet = tenants.ann.get("/window.csv", params=tenants.params(stream="health"))
    assert sheet.status_code == 200, sheet.text
    page = tenants.ann.get("/", params=tenants.params(stream="health"))
    assert page.status_code == 200
    for answer in (series, sheet, page):
        assert tenants.others.service not in answer.text


def test_hidden_field_hides_its_measure(tenants: Tenants) -> None:
    groups = tenants.window(tenants.reader, service=tenants.mine.service)
    assert [{*group} for group in groups] == [{"service", "messages", "cpu", "disk"}]
    refused = tenants.reader.get(
        "/v1/streams/health/series", params=tenants.params(step="minute", measure="ram", by="")
    )
    assert refused.status_code == 422
    assert "known: cpu, disk" in refused.json()["errors"][0]["reason"]
    definition = tenants.reader.get("/v1/streams/health").text
    assert "RAM.Free" not in definition
    assert '"ram"' not in definition


def test_rejected_messages_are_not_of_rows(tenants: Tenants) -> None:
    params = tenants.params()
    tenants.people.grant("ann-of-tests", "health", "detail", service=[tenants.mine.service])
    until(lambda: tenants.ann.get("/v1/streams/health/rejected", params=params).status_code == 403, 10)
    allowed = tenants.chief.get("/v1/streams/health/rejected", params=params)
    assert allowed.status_code == 200
    assert tenants.bob.get("/v1/streams/health/rejected", params=params).status_code == 403


@pytest.mark.parametrize("path", ["page_views/window", "no_such/window", "page_views", "no_such"])
def test_other_streams_are_not_there(tenants: Tenants, path: str) -> None:
    answer = tenants.ann.get(f"/v1/streams/{path}", params=tenants.params())
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no stream of that name."


def test_a_removed_grant_bites_within_ten_seconds(tenants: Tenants) -> None:
    grant = tenants.people.grant("bob-of-tests", "page_views")
    path = "/v1/streams/page_views/window"
    until(lambda: tenants.bob.get(path, params=tenants.params()).status_code == 200, 10)
    tenants.people.store.grants.remove(grant.id)
    until(lambda: tenants.bob.get(path, params=tenants.params()).status_code == 404, 10)


def test_a_revoked_key_bites_also_whoever_is_asking(tenants: Tenants) -> None:
    """What is running may end; the next question may not."""
    key = tenants.people.key("bob-of-tests")
    client = tenants.people.client(key)
    made = tenants.people.store.keys.of("bob-of-tests")[0]
    statuses: list[int] = []
    ended = threading.Event()

    def keep_asking() -> None:
        while not ended.is_set():
            statuses.append(client.get("/v1/streams/health/window", params=tenants.params(by="")).status_code)

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        until(lambda: 200 in statuses, 20)
        tenants.people.store.keys.revoke(made.id)
        until(lambda: statuses[-1] == 401, 10)
    finally:
        ended.set()
        asking.join(60)
        client.close()
    assert {*statuses} == {200, 401}
    assert statuses == sorted(statuses)


def test_nobody_is_told_anything(stack: Stack, tenants: Tenants) -> None:
    with httpx.Client(base_url=stack.url) as nobody:
        for path in (
            "/v1/streams",
            "/v1/streams/health/window",
            "/v1/streams/no_such/window",
            "/metrics",
            "/v1/replays",
        ):
            answer = nobody.get(path, params=tenants.params())
            assert (path, answer.status_code) == (path, 401)
        assert "health" not in nobody.get("/readyz").text
        assert nobody.get("/", headers={"Accept": "text/html"}).headers["location"].startswith("/login")
