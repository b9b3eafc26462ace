"""Partial results in Python: per service and minute the count, and per measure sum, least and packed peak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import orjson

from scripts.benches.peer_programs.task import MINUTE_MS, SCALE, unpack

__all__ = ["Key", "Partial", "add_messages", "joined", "merge", "rows"]

Key = tuple[str, int]
"""A service, and the minute's start in milliseconds."""
Partial = list[int]
"""Messages; then sum, least and packed peak of each measure."""


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
        found = into.get(key)
        if found is None:
            into[key] = [
                1,
                cpu, cpu, cpu * MINUTE_MS + early,
                used, used, used * MINUTE_MS + early,
                full, full, full * MINUTE_MS + early,
            ]  # fmt: skip
            continue
        found[0] += 1
        for place, value in ((1, cpu), (4, used), (7, full)):
            found[place] += value
            if value < found[place + 1]:
                found[place + 1] = value
            if (peak := value * MINUTE_MS + early) > found[place + 2]:
                found[place + 2] = peak


def merge(into: dict[Key, Partial], partials: Iterable[tuple[Key, Sequence[int]]]) -> None:
    """Merge partial results in."""
    for key, partial in partials:
        found = into.get(key)
        into[key] = list(partial) if found is None else joined(found, partial)


def joined(one: Sequence[int], other: Sequence[int]) -> Partial:
    """Two partial results of one key as one."""
    merged = [one[0] + other[0]]
    for place in (1, 4, 7):
        merged.append(one[place] + other[place])
        merged.append(min(one[place + 1], other[place + 1]))
        merged.append(max(one[place + 2], other[place + 2]))
    return merged


def rows(partials: dict[Key, Partial]) -> Iterator[tuple[object, ...]]:
    """The rows of an answer without quantiles."""
    for (service, minute), partial in partials.items():
        row: list[object] = [service, minute, partial[0]]
        for place in (1, 4, 7):
            row += [*partial[place : place + 2], *unpack(partial[place + 2], minute)]
        yield tuple(row)
