"""What is answered to events over HTTP, by a service whose Kafka is away: whatever needs none, and what is refused."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa

from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import Exclusions, SiteChange
from systems.merchants.store import SiteStore
from tests.web.pages.people import People
from tests.web.people_at_doors import a_service

SITE, OTHER, COUNTING = "shop.example.org", "blog.example.net", "counting.example"
PAGE = {"name": "pageview", "url": f"https://{SITE}/cart", "domain": SITE}
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
HEADERS = {"origin": f"https://{SITE}", "user-agent": CHROME, "content-type": "text/plain"}


@pytest.fixture(scope="module")
def people() -> Iterator[People]:
    with a_service(PROXIES="127.0.0.1", LIMIT_ADDRESS_EVENTS="20", LIMIT_SITE_EVENTS="30") as people:
        store = SiteStore(people.store.records)
        store.sites.add(EVERY_SITE, SiteChange(OTHER), by="test")
        store.sites.add(EVERY_SITE, SiteChange("slow.example"), by="test")
        store.sites.add(EVERY_SITE, SiteChange(COUNTING, respect_dnt=False), by="test")
        left_out = Exclusions(paths=("/internal/**",), addresses=("203.0.113.0/24",))
        store.sites.add(EVERY_SITE, SiteChange(SITE, exclusions=left_out), by="test")
        yield people


@pytest.fixture
def client(people: People, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client at an address of its own."""
    number = abs(hash(request.node.name))
    address = f"198.51.{number % 250}.{number // 250 % 250}"
    with httpx.Client(base_url=people.url, timeout=30, headers={"x-forwarded-for": address}) as client:
        client.headers.update(HEADERS)
        yield client


def post(client: httpx.Client, event: Any = PAGE, path: str = f"/collect/{SITE}", **headers: str) -> httpx.Response:
    return client.post(path, content=event if isinstance(event, bytes) else json.dumps(event), headers=headers)


@pytest.mark.parametrize(
    ("path", "event", "headers", "status"),
    [
        ("/collect/nope.example.org", PAGE, {}, 404),
        ("/collect/" + "x" * 5000, PAGE, {}, 404),
        ("/collect/%00", PAGE, {}, 404),
        ("/collect/..%2f..", PAGE, {}, 404),
        ("/api/event", {**PAGE, "domain": "nope.example.org"}, {}, 404),
        ("/api/event", {**PAGE, "domain": None}, {}, 422),
        (f"/collect/{SITE}", PAGE, {"origin": "https://evil.example"}, 403),
        (f"/collect/{SITE}", PAGE, {"origin": f"https://{SITE}.evil.example"}, 403),
        (f"/collect/{SITE}", PAGE, {"origin": "chrome-extension://abcdef"}, 403),
        (f"/collect/{SITE}", PAGE, {"origin": f"https://{SITE}:8443"}, 403),
        ("/api/event", PAGE, {"origin": "https://evil.example"}, 403),
        (f"/collect/{SITE}", PAGE, {"content-type": "application/x-www-form-urlencoded"}, 415),
        (f"/collect/{SITE}", PAGE, {"content-encoding": "gzip"}, 415),
        (f"/collect/{SITE}", b"x" * 32_769, {}, 413),
        (f"/collect/{SITE}", b"{", {}, 400),
        (f"/collect/{SITE}", b"", {}, 400),
        (f"/collect/{SITE}", b"\xff\xfe", {}, 400),
        (f"/collect/{SITE}", {**PAGE, "url": "javascript:alert(1)"}, {}, 422),
        (f"/collect/{SITE}", {**PAGE, "url": f"https://{SITE}/\0"}, {}, 422),
        (f"/collect/{SITE}", {**PAGE, "url": "https://evil.example/"}, {}, 422),
        (f"/collect/{SITE}", {**PAGE, "props": {str(i): i for i in range(2000)}}, {}, 422),
    ],
)
def test_wrong_is_refused(client: httpx.Client, path: str, event: Any, headers: dict[str, str], status: int) -> None:
    answer = post(client, event, path, **headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert ("errors" in problem) == (status in (400, 413, 415, 422))
    readable = status not in (403, 404) and path != "/api/event"
    assert answer.headers.get("access-control-allow-origin") == (f"https://{SITE}" if readable else None)


@pytest.mark.parametrize("signal", [{"sec-gpc": "1"}, {"dnt": "1"}])
@pytest.mark.parametrize(("path", "said"), [(f"/collect/{SITE}", (204, "")), ("/api/event", (202, "ok"))])
def test_a_site_may_count_who_wants_no_record(
    client: httpx.Client, path: str, said: tuple[int, str], signal: dict[str, str]
) -> None:
    event = {**PAGE, "url": f"https://{COUNTING}/", "domain": COUNTING}
    answer = post(client, event, path.replace(SITE, COUNTING), origin=f"https://{COUNTING}", **signal)
    assert answer.status_code != said[0], "on its way to Kafka, which is away"
    assert answer.status_code == 503
    assert "x-windowpane-dropped" not in answer.headers


@pytest.mark.parametrize("signal", [{"sec-gpc": "1"}, {"dnt": "1"}])
@pytest.mark.parametrize(("path", "said"), [(f"/collect/{SITE}", (204, "")), ("/api/event", (202, "ok"))])
def test_who_wants_no_record_leaves_none(
    client: httpx.Client, path: str, said: tuple[int, str], signal: dict[str, str]
) -> None:
    answer = post(client, path=path, **signal)
    assert (answer.status_code, answer.text) == said
    assert answer.headers["x-windowpane-dropped"] == "1"


@pytest.mark.parametrize(
    ("event", "headers"),
    [
        ({**PAGE, "url": f"https://{SITE}/internal/a/b"}, {}),
        (PAGE, {"x-forwarded-for": "203.0.113.9"}),
    ],
)
def test_what_a_site_leaves_out_is_dropped(client: httpx.Client, event: Any, headers: dict[str, str]) -> None:
    answer = post(client, event, **headers)
    assert (answer.status_code, answer.headers["x-windowpane-dropped"]) == (204, "1")


def test_a_page_that_hides_where_it_is_may_send(client: httpx.Client) -> None:
    """A beacon may come from `null` where the page's referrer policy is no-referrer or same-origin; its page tells."""
    taken = post(client, origin="null")
    assert (taken.status_code, taken.headers["access-control-allow-origin"]) == (503, "null"), "on its way to Kafka"
    wrong = post(client, {**PAGE, "url": "https://evil.example/"}, origin="null")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "url")


def test_browsers_may_ask_before(client: httpx.Client) -> None:
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    told = client.options(f"/collect/{SITE}", headers=asks)
    assert told.status_code == 204
    assert {name: value for name, value in told.headers.items() if name.startswith("access-control")} == {
        "access-control-allow-origin": f"https://{SITE}",
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "86400",
    }
    other = client.options(f"/collect/{OTHER}", headers=asks)
    assert (other.status_code, "access-control-allow-origin" in other.headers) == (403, False)
    assert client.options("/api/event", headers=asks).status_code == 204
    assert client.options("/collect/nope.example.org", headers=asks).status_code == 404


def test_other_methods_are_told_what_there_is(client: httpx.Client) -> None:
    answer = client.get(f"/collect/{SITE}")
    assert (answer.status_code, {*answer.headers["allow"].split(", ")}) == (405, {"POST", "OPTIONS"})


def test_large_bodies_are_not_waited_for(people: People) -> None:
    """413 as soon as the head says how large it is, of bodies that never come too."""
    address = urlsplit(people.url)
    assert address.hostname
    with socket.create_connection((address.hostname, address.port or 80), timeout=5) as connection:
        head = f"POST /collect/{SITE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {10 << 20}\r\n\r\n"
        connection.sendall(head.encode() + b"x" * 1000)
        answer = connection.recv(65_536).lower()
    assert answer.startswith(b"http/1.1 413")
    assert b"connection: close" in answer


def test_a_flood_of_one_address_is_refused(client: httpx.Client) -> None:
    answers = [post(client, path="/collect/nope.example.org") for _ in range(400)]
    assert [answer.status_code for answer in answers[:150]] == [404] * 150
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {int(answer.headers["retry-after"]) for answer in refused} == {1}
    assert post(client, **{"x-forwarded-for": "192.0.2.200", "dnt": "1"}).status_code == 204


def test_a_flood_of_one_site_is_refused_and_no_others(client: httpx.Client) -> None:
    slow = {**PAGE, "url": "https://slow.example/"}

    def send(number: int) -> int:
        address = {"x-forwarded-for": f"192.0.2.{number % 100}", "origin": "https://slow.example", "dnt": "1"}
        return post(client, slow, "/collect/slow.example", **address).status_code

    assert {send(number) for number in range(600)} == {204, 429}
    assert post(client, dnt="1").status_code == 204


def test_deleted_site_collects_nothing(people: People, client: httpx.Client) -> None:
    store = SiteStore(people.store.records)
    store.sites.add(EVERY_SITE, SiteChange("gone.example"), by="test")
    store.sites.delete(EVERY_SITE, "gone.example")
    assert post(client, path="/collect/gone.example").status_code == 404


def test_kafka_away_says_when_to_come_back(client: httpx.Client) -> None:
    answer = post(client)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["access-control-allow-origin"] == f"https://{SITE}"
    assert "127.0.0.1" not in answer.text


def test_address_is_written_nowhere(people: People, client: httpx.Client, capfd: pytest.CaptureFixture[str]) -> None:
    """Not into a log, whatever becomes of the event, nor into any table."""
    address = "198.18.77.123"
    for event, headers in ((PAGE, {}), (b"{", {}), (PAGE, {"dnt": "1"}), (PAGE, {"origin": "null"})):
        post(client, event, **{"x-forwarded-for": address, **headers})
    written = capfd.readouterr()
    assert address not in written.out + written.err
    with people.store.records.reading() as connection:
        tables = sa.inspect(connection).get_table_names(schema="windowpane")
        assert {"sites", "visitor_salts", "sessions"} <= {*tables}
        for table in tables:
            rows = connection.execute(sa.text(f'select t::text from windowpane."{table}" t')).scalars().all()
            assert [row for row in rows if address in row] == []
