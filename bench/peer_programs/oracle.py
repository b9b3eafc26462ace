"""The reference: every message decoded by Python's own JSON reader, and aggregated by sorting with numpy.

It shares no aggregate with any peer. With quantiles it gives the values between which an estimate must lie (`_low`,
`_high`: those whose ranks differ by 2% of the messages, and what lies between them and the next different value, since
of some values each is shared by many messages) and exact distinct counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.peer_programs.messages import batches, in_processes
from bench.peer_programs.task import MEASURES, MINUTE_MS, QUANTILES, Task, columns

RANKS = 0.02
"""How far the rank of a quantile's estimate may be off, as a part of the messages."""

Numbers = npt.NDArray[np.int64]


def decoded(task: Task, partitions: Sequence[int]) -> str:
    """A file with the keys, times and values of some partitions' messages."""
    services: dict[str, int] = {}
    hosts: dict[str, int] = {}
    blocks = [block(payloads, services, hosts) for payloads in batches(task, partitions)]
    file = Path(task.scratch) / f"oracle-{partitions[0]}.npz"
    np.savez(file, rows=np.concatenate(blocks, axis=1), services=np.array(list(services)), hosts=np.array(list(hosts)))
    return str(file)


def block(payloads: Sequence[bytes], services: dict[str, int], hosts: dict[str, int]) -> Numbers:
    """Service, time, the values of the measures, and host of messages, by column; new names are numbered."""
    messages = [json.loads(payload) for payload in payloads]
    names = [services.setdefault(message["serviceName"], len(services)) for message in messages]
    seen = [hosts.setdefault(message.get("host", ""), len(hosts)) for message in messages]
    at = [message["Timestamp"] for message in messages]
    cpu = np.array([message["CPU"] for message in messages], dtype=np.float64)
    shares = [cpu, *(used(messages, field) for field in ("RAM", "Disk"))]
    values = [np.rint(share * 1e6).astype(np.int64) for share in shares]
    return np.stack([np.array(names), np.array(at), *values, np.array(seen)]).astype(np.int64)


def used(messages: list[dict[str, dict[str, float]]], field: str) -> npt.NDArray[np.float64]:
    """The share of a field that is not free."""
    free = np.array([message[field]["Free"] for message in messages], dtype=np.float64)
    total = np.array([message[field]["Total"] for message in messages], dtype=np.float64)
    return np.asarray(1.0 - free / total)


def oracle_rows(services: Sequence[str], rows: Numbers, quantiles: bool) -> Iterator[tuple[object, ...]]:
    """One row per service and minute, from rows as `block` makes them."""
    order = np.lexsort((rows[1], rows[0]))
    rows = rows[:, order]
    minutes = rows[1] // MINUTE_MS
    changes = np.flatnonzero((np.diff(rows[0]) != 0) | (np.diff(minutes) != 0)) + 1
    for group in np.split(rows, changes, axis=1):
        times = group[1]
        row: list[object] = [services[int(group[0, 0])], int(times[0] // MINUTE_MS * MINUTE_MS), group.shape[1]]
        for values in group[2 : 2 + len(MEASURES)]:
            first = int(np.argmax(values))  # times rise, and of equal values the first counts
            row += [int(values.sum()), int(values.min()), int(values[first]), int(times[first])]
            row += bounds(np.sort(values)) if quantiles else []
        yield (*row, len(np.unique(group[-1]))) if quantiles else tuple(row)


def oracle_columns(quantiles: bool) -> list[str]:
    """The columns of the reference: those of an answer, but two for each quantile."""
    estimated = {f"{measure}_{name}" for measure in MEASURES for name in QUANTILES}
    return [
        end
        for name in columns(quantiles)
        for end in ((f"{name}_low", f"{name}_high") if name in estimated else (name,))
    ]


def bounds(ordered: Numbers) -> list[int]:
    """For each quantile the least and the most that an estimate may be."""
    limits: list[int] = []
    for part in QUANTILES.values():
        low = max(int(np.floor((part - RANKS) * len(ordered))) - 1, 0)
        high = min(int(np.ceil((part + RANKS) * len(ordered))) + 1, len(ordered) - 1)
        before = int(np.searchsorted(ordered, ordered[low], "left"))
        after = int(np.searchsorted(ordered, ordered[high], "right"))
        limits.append(int(ordered[before - 1]) + 1 if before else int(ordered[0]))
        limits.append(int(ordered[after]) - 1 if after < len(ordered) else int(ordered[-1]))
    return limits


def joined(files: Sequence[str]) -> tuple[list[str], Numbers]:
    """What all processes decoded; services and hosts numbered anew."""
    services: dict[str, int] = {}
    hosts: dict[str, int] = {}
    blocks = []
    for file in files:
        held = np.load(file)
        rows = held["rows"]
        rows[0] = np.array([services.setdefault(str(name), len(services)) for name in held["services"]])[rows[0]]
        rows[-1] = np.array([hosts.setdefault(str(name), len(hosts)) for name in held["hosts"]])[rows[-1]]
        blocks.append(rows)
    return list(services), np.concatenate(blocks, axis=1)


if __name__ == "__main__":
    task = Task.read()
    rows = oracle_rows(*joined(in_processes(task, decoded)), task.quantiles)
    task.write(rows, oracle_columns(task.quantiles))
