"""Messages counted into partial results, decoded by orjson."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from bench.peer_programs.partials import Key, Partial
from bench.peer_programs.task import MINUTE_MS, SCALE


def add_messages(into: dict[Key, Partial], payloads: Iterable[bytes]) -> None:
    """Count messages in."""
    loads, last = orjson.loads, MINUTE_MS - 1
    for payload in payloads:
        message = loads(payload)
        ram, disk = message["RAM"], message["Disk"]
        at = message["Timestamp"]
        within = at % MINUTE_MS
        cpu = round(message["CPU"] * SCALE)
        used = round((1 - ram["Free"] / ram["Total"]) * SCALE)
        full = round((1 - disk["Free"] / disk["Total"]) * SCALE)
        early = last - within
        key = (message["serviceName"], at - within)
        partial = into.get(key)
        if partial is None:
            into[key] = [
                1,
                cpu, cpu, cpu * MINUTE_MS + early,
                used, used, used * MINUTE_MS + early,
                full, full, full * MINUTE_MS + early,
            ]  # fmt: skip
            continue
        partial[0] += 1
        for place, value in ((1, cpu), (4, used), (7, full)):
            partial[place] += value
            if value < partial[place + 1]:
                partial[place + 1] = value
            if (peak := value * MINUTE_MS + early) > partial[place + 2]:
                partial[place + 2] = peak
