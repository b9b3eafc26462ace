"""Partial results in Python: per service and minute the count, and per measure sum, least and packed peak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bench.peer_programs.task import unpack

Key = tuple[str, int]
"""A service, and the minute's start in milliseconds."""
Partial = list[int]
"""Messages; then sum, least and packed peak of each measure."""


def merge(into: dict[Key, Partial], partials: Iterable[tuple[Key, Sequence[int]]]) -> None:
    """Merge partial results in."""
    for key, partial in partials:
        so_far = into.get(key)
        into[key] = list(partial) if so_far is None else joined(so_far, partial)


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
