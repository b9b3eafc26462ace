"""Messages made to be hard to aggregate: late by days, out of order, at the edges of minutes and days, with ties."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

TOML = """
title = "Exactness"
topic = "{topic}"
partitions = 3
hours = true

[event_time]
field = "at"

[fields]
region = { type = "string", min_length = 1, max_length = 50 }
"page.path" = { type = "string" }
a = { type = "number", min = 0, max = 1 }
b = { type = "number", min = -1000, max = 1000, required = false }
total = { type = "number", above = 0 }
free = { type = "number", min = 0, max = "total" }
who = { type = "string", required = false }

[dimensions]
region = "region"
path = "page.path"

[measures.a]
value = "a"
decimals = 6
min = 0
max = 1
quantiles = true

[measures.b]
value = "b"
decimals = 1
min = -1000
max = 1000
quantiles = true
min_at = true

[measures.c]
value = "1 - free / total"
decimals = 6
min = 0
max = 1

[distincts.people]
field = "who"
"""

SCALES = {"a": 1_000_000, "b": 10, "c": 1_000_000}
"""Measure → what its values are multiplied with to be kept as integers."""

TIMED = {"b"}
"""Measures of which the time of the minimum is kept."""

FIRST_DAY = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 6
REGIONS = ["north", "south", "Ödland", "東", "it's", ""]
PATHS = ["/", "/a", "/a/b", "", "?x='1'"]
EDGES = [0, 1, 59_999, 60_000, 60_001, 43_200_000, 86_340_000, 86_399_999]


@dataclass(frozen=True)
class RawMessages:
    """Payloads as sent, in order; what the oracle must know of the accepted ones; how many must be rejected."""

    payloads: list[bytes]
    accepted: list[tuple[Any, ...]]
    rejected: int


def raw_messages(batch: int, count: int, seed: int) -> RawMessages:
    """So many messages, the same for the same seed."""
    chance = random.Random(seed)
    payloads, accepted, rejected = [], [], 0
    for _ in range(count):
        if chance.random() < 0.03:
            payloads.append(_bad(chance))
            rejected += 1
            continue
        payload, row = _good(chance)
        payloads.append(payload)
        accepted.append((batch, *row))
    return RawMessages(payloads, accepted, rejected)


def _event_ms(chance: random.Random) -> int:
    """Mostly anywhere in the days, often at an edge, and often at the very same time as others."""
    day = int(FIRST_DAY.timestamp() * 1000) + chance.randrange(DAYS) * 86_400_000
    kind = chance.random()
    if kind < 0.15:
        return day + chance.choice(EDGES)
    if kind < 0.3:
        return day + chance.randrange(24) * 3_600_000
    return day + chance.randrange(86_400_000)


def _time(chance: random.Random, at_ms: int) -> int | str:
    """The same moment as milliseconds or as text with any offset."""
    if chance.random() < 0.5:
        return at_ms
    zone = timezone(timedelta(minutes=chance.choice([0, 0, 90, -300, 840, -720])))
    moment = datetime.fromtimestamp(at_ms // 1000, UTC).replace(microsecond=at_ms % 1000 * 1000)
    return moment.astimezone(zone).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _good(chance: random.Random) -> tuple[bytes, tuple[Any, ...]]:
    at_ms = _event_ms(chance)
    region = chance.choice(REGIONS[:-1])
    path = chance.choice(PATHS)
    a = chance.choice([0, 900_000, 1_000_000]) if chance.random() < 0.3 else chance.randrange(1_000_001)
    b = None if chance.random() < 0.2 else chance.choice([chance.randrange(-10_000, 10_001), -5, -5])
    total = chance.choice([1.0, 3.0, 16.0, 64.0])
    free = round(chance.random() * total, 3)
    who = None if chance.random() < 0.1 else f"person-{min(int(chance.expovariate(1 / 1500)), 20_000)}"
    message: dict[str, Any] = {
        "region": region,
        "at": _time(chance, at_ms),
        "page": {"path": path, "extra": [1, {"a": None}]},
        "a": a / 1_000_000,
        "total": total,
        "free": free,
    }
    if b is not None or chance.random() < 0.5:
        message["b"] = None if b is None else b / 10
    if who is not None:
        message["who"] = who
    c = round((1 - free / total) * 1_000_000)
    return json.dumps(message, ensure_ascii=chance.random() < 0.5).encode(), (at_ms, region, path, a, b, c, who)


def _bad(chance: random.Random) -> bytes:
    payload, _ = _good(chance)
    message = json.loads(payload)
    ruin = chance.randrange(7)
    if ruin == 0:
        return payload[: len(payload) // 2]
    if ruin == 1:
        return b""
    message |= (
        {"a": 1.000001}, {"region": REGIONS[-1]}, {"free": message["total"] + 1}, {"at": "2999-01-01T00:00:00Z"},
        {"page": "/"},
    )[ruin - 2]  # fmt: skip
    return json.dumps(message).encode()
