"""From a browser's request to the answer of a window, on the real engines; and where the visitor's address is not."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from kafka import KafkaConsumer, TopicPartition

from compose.embedded.stack import Stack
from services.settings import ServiceSettings
from streams.settings import StoreSettings
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import SiteChange
from systems.merchants.store import SiteStore
from tests.integration.live_streams import await_true, topic_ends

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600), pytest.mark.usefixtures("web_events")]

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Mobile/15E148 Safari/604.1"
)
ADDRESS = "127.77.203.41"
"""Of this machine too, and of nothing else in any log."""
SITE = f"shop-{uuid.uuid4().hex[:8]}.example"
WINDOW = "/v1/streams/web_events/window"


@pytest.fixture(scope="module")
def site(stack: Stack) -> Iterator[str]:  # noqa: ARG001
    """A site that collects, on a stack whose stream of events is answered."""
    with closing(SiteStore.open(StoreSettings().catalog_uri.get_secret_value())) as store:
        store.sites.add(EVERY_SITE, SiteChange(SITE), by="test")
        yield SITE


@contextmanager
def visitor(stack: Stack, agent: str, address: str = ADDRESS) -> Iterator[httpx.Client]:
    """A browser at an address."""
    headers = {"user-agent": agent, "origin": f"https://{SITE}", "content-type": "text/plain"}
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=stack.url, transport=transport, headers=headers, timeout=60) as client:
        yield client


def send(client: httpx.Client, **event: Any) -> int:
    body = {"name": "pageview", "url": f"https://{SITE}/", **event}
    return client.post(f"/collect/{SITE}", content=json.dumps(body)).status_code


def groups(stack: Stack, *by: str) -> list[dict[str, Any]]:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)  # breakdowns but totals have no minutes
    span = {"start": (hour - timedelta(hours=1)).isoformat(), "end": (hour + timedelta(hours=2)).isoformat()}
    answer = httpx.get(stack.url.rstrip("/") + WINDOW, params={**span, "by": by, "site": SITE}, timeout=60)
    found: list[dict[str, Any]] = answer.json()["groups"] if answer.status_code == 200 else []
    return found


def test_events_are_answered_by_windows(stack: Stack, site: str) -> None:
    with visitor(stack, CHROME) as one, visitor(stack, FIREFOX) as other, visitor(stack, IPHONE) as third:
        sent = [send(one, id="a1", referrer="https://www.google.com/"), send(one, id="a2", url=f"https://{site}/cart")]
        sent += [send(one, id="a2", url=f"https://{site}/cart") for _ in range(3)]  # the same again
        sent += [send(other, url=f"https://{site}/?utm_source=news&utm_campaign=May"), send(third, width=390)]
        sent += [send(third, name="Purchase", revenue={"amount": "12.50", "currency": "EUR"})]
        assert sent == [204] * 8
        plausible = {"n": "pageview", "u": f"https://www.{site}/", "d": site, "r": None, "p": {"plan": "pro"}}
        answer = one.post("/api/event", content=json.dumps(plausible))
        assert (answer.status_code, answer.text) == (202, "ok")
        with visitor(stack, "curl/8.5") as bot:
            assert send(bot) == 204  # kept, and in no number
    await_true(lambda: [group["messages"] for group in groups(stack, "site")] == [6], 240, "six events")
    [total] = groups(stack, "site")
    assert total["visitors"] == {"distinct": 3}
    # The one of Chrome went on to another page, Firefox saw one alone, the phone bought something.
    assert (total["visits"], total["bounces"]) == (3, 1)
    assert (total["views"]["total"], total["revenue"]["total"]) == (5, "12.50")
    assert total["views"]["mean"] == pytest.approx(5 / 6)
    assert (total["revenue"]["count"], total["revenue"]["max"]) == (1, 12.5)
    pages = {group["path"]: group["messages"] for group in groups(stack, "path")}
    assert pages == {"/": 5, "/cart": 1}
    told = {
        (group["source"], group["medium"], group["campaign"]) for group in groups(stack, "source", "medium", "campaign")
    }
    assert told == {("Google", "search", ""), ("", "", ""), ("news", "", "May")}
    browsers = {(group["browser"], group["device"]) for group in groups(stack, "browser", "device")}
    assert browsers == {("Chrome", "desktop"), ("Firefox", "desktop"), ("Mobile Safari", "mobile")}


def content_of(path: Path) -> bytes:
    """Of a file; nothing, once it is gone, as those of expired states are."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return b""


def test_the_address_is_nowhere(stack: Stack, site: str) -> None:  # noqa: ARG001
    """In no message of Kafka, file of the lake, table of PostgreSQL or line of any log."""
    with visitor(stack, CHROME) as client:
        assert send(client, id="last") == 204
        assert client.post(f"/collect/{SITE}", content=b"{").status_code == 400
        assert client.post("/collect/nope.example", content=b"{").status_code == 404
    wanted = ADDRESS.encode()
    settings = ServiceSettings()
    ends = topic_ends("web_events")
    with closing(KafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False)) as consumer:
        consumer.assign([TopicPartition("web_events", partition) for partition in ends])
        consumer.seek_to_beginning()
        read = 0
        while read < sum(ends.values()):
            for messages in consumer.poll(timeout_ms=5_000).values():
                read = read + len(messages)
                assert [each for each in messages if wanted in (each.value or b"") + (each.key or b"")] == []
    home = settings.home.resolve()
    kept = [path for folder in ("log", "data") for path in (home / folder).rglob("*") if path.is_file()]
    assert len(kept) > 20
    # PostgreSQL's own files cannot be read while it writes them; its tables are asked below.
    read_files = [path for path in kept if "postgres" not in path.parts]
    assert [str(path) for path in read_files if wanted in content_of(path)] == []
    engine = sa.create_engine(StoreSettings().catalog_uri.get_secret_value().replace("://", "+psycopg://", 1))
    with engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names(schema="windowpane"):
            rows = connection.execute(sa.text(f'select t::text from windowpane."{table}" t')).scalars()
            assert [row for row in rows if ADDRESS in row] == []
    engine.dispose()
