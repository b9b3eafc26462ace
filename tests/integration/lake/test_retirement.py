"""A stream is retired with nothing lost, taken up again where it ended, and removed with all it held."""

from __future__ import annotations

import json
from collections.abc import Iterable

import httpx
import pytest

from compose.embedded.stack import Stack
from iceberg.apply import applied_definition, applied_streams
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from services.settings import ServiceSettings
from streams.topics import Topics
from tests.definitions import SHIPPED
from tests.integration.command_line import windowpane
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import LiveStream, await_true

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

DEFINITION = SHIPPED["page_views"].read_text("utf-8").replace('topic = "page_views"', 'topic = "{topic}"')
DAY = [("start", "2026-03-02T00:00:00Z"), ("end", "2026-03-03T00:00:00Z"), ("by", "site")]


def messages(count: int) -> Iterable[bytes]:
    for number in range(count):
        yield json.dumps({"site": "shop", "path": f"/{number}", "time": "2026-03-02T10:00:00Z"}).encode()


def post(live: LiveStream) -> httpx.Response:
    url = f"{ServiceSettings().url}/v1/streams/{live.name}/messages"
    return httpx.post(url, content=next(iter(messages(1))), headers={"content-type": "application/json"}, timeout=30)


def test_a_stream_is_retired_resumed_and_removed(stack: Stack, stream_factory: StreamFactory) -> None:
    live = stream_factory(DEFINITION)
    catalog = open_catalog(LakeSettings())
    live.send(messages(100))
    await_true(lambda: post(live).status_code == 202, 60, f"{live.name} takes messages")
    live.toml.unlink()
    assert f"{live.name}: its definition file is gone" in " ".join(windowpane(stack, "status").stdout.split())

    assert windowpane(stack, "streams", "retire", live.name).returncode == 0
    await_true(lambda: not live.jobs(), 60, "its job has ended")
    assert post(live).status_code == 410
    live.view()
    assert [group["messages"] for group in live.window(*DAY)["groups"]] == [101]

    live.send(messages(10))
    assert windowpane(stack, "streams", "resume", live.name).returncode == 0
    live.await_running()
    live.await_accounted()
    assert [group["messages"] for group in live.window(*DAY)["groups"]] == [111]
    assert live.gaps() == []

    assert windowpane(stack, "streams", "retire", live.name).returncode == 0
    assert windowpane(stack, "streams", "remove", live.name, "--yes", live.name).returncode == 0
    assert live.name not in applied_streams(catalog)
    assert applied_definition(catalog, live.name) is None
    assert not catalog.namespace_exists(live.name)
    with Topics(ServiceSettings().kafka) as topics:
        assert live.definition.topic not in topics.names()
    assert live.jobs() == []
