"""The story of docs/replay.md, typed on the command line: a wrong formula is put right, undone, and put right again."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compose.embedded.stack import Stack
from tests.definitions import SHIPPED
from tests.integration.command_line import printed
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import LiveStream, await_true

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

RIGHT = SHIPPED["health"].read_text("utf-8")
WRONG = RIGHT.replace('value = "1 - RAM.Free / RAM.Total"', 'value = "RAM.Free / RAM.Total"')
DAYS = ("--start", "2026-03-01T00:00:00Z", "--end", "2026-03-03T00:00:00Z")


def payloads(service: str, count: int) -> list[bytes]:
    """Over two days; three quarters of the RAM are free."""
    made = []
    for number in range(count):
        at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=number * 2880 // count)
        ram, disk = {"Total": 16.0, "Free": 12.0}, {"Total": 100.0, "Free": 50.0}
        message = {"serviceName": service, "Timestamp": at.isoformat(), "CPU": 0.5, "RAM": ram, "Disk": disk}
        made.append(json.dumps(message).encode())
    return made


def ram(stack: Stack, live: LiveStream) -> dict[str, tuple[int, float]]:
    """Service → messages and mean RAM, as the command line answers."""
    answer: dict[str, Any] = json.loads(printed(stack, "window", live.name, *DAYS, "--json"))
    return {group["service"]: (group["messages"], round(group["ram"]["mean"], 6)) for group in answer["groups"]}


def await_ram(stack: Stack, live: LiveStream, before: dict[str, tuple[int, float]], after: dict[str, Any]) -> None:
    """Readers go over from one state to the other within seconds, and never see a third."""

    def gone_over() -> bool:
        seen = ram(stack, live)
        assert seen in (before, after)
        return seen == after

    await_true(gone_over, 30, "readers see what was published")


def test_wrong_formula_is_put_right(stack: Stack, stream_factory: StreamFactory) -> None:
    live = stream_factory(WRONG.replace('topic = "health"', 'topic = "{topic}"'))
    live.send([*payloads("cart", 200), *payloads("checkout", 100)])
    live.await_accounted()
    sent = {"cart": (200, 0.75), "checkout": (100, 0.75)}
    await_true(lambda: ram(stack, live) == sent, 30, "the service shows what was sent")

    live.toml.write_text(RIGHT.replace('topic = "health"', f'topic = "{live.name}"'), "utf-8")
    assert "restart job" in printed(stack, "apply", live.name)
    live.apply()
    live.await_running()
    live.send(payloads("search", 50))
    live.await_accounted()
    wrong = {"cart": (200, 0.75), "checkout": (100, 0.75), "search": (50, 0.25)}
    right = {"cart": (200, 0.25), "checkout": (100, 0.25), "search": (50, 0.25)}
    await_true(lambda: ram(stack, live) == wrong, 30, "the service shows what was sent since")
    assert live.gaps() == []

    shown = printed(stack, "replay", live.name, "--from-offset", "0:0")
    assert "identical" not in shown
    match = re.search(rf"^\D*(\d+)\D.*{live.name}", printed(stack, "replays", "list", live.name), re.MULTILINE)
    assert match
    number = match.group(1)
    assert ram(stack, live) == wrong

    printed(stack, "replays", "publish", number, "--reason", "RAM was free, not used")
    await_ram(stack, live, wrong, right)
    printed(stack, "replays", "rollback", number, "--reason", "asked to wait")
    await_ram(stack, live, right, wrong)
    printed(stack, "replays", "publish", number, "--reason", "agreed")
    await_ram(stack, live, wrong, right)

    history = printed(stack, "replays", "history", live.name)
    assert [history.index(reason) for reason in ("agreed", "asked to wait", "RAM was free")] == sorted(
        history.index(reason) for reason in ("agreed", "asked to wait", "RAM was free")
    )
    assert "Everything is accounted for" in printed(stack, "audit", live.name)
