"""What a program is told, and the form in which it answers. Standard library only.

A value of a measure is a whole number of millionths, computed as the stream's definition says: IEEE doubles in this
order, `round_half_even((1 - Free / Total) * 1e6)`. A peak is a value and when it was seen, packed into one whole number
whose greatest is the greatest value at its earliest time, whatever the engine does with ties.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

MEASURES = ("cpu", "ram", "disk")
SCALE = 1_000_000.0
QUANTILES: Mapping[str, float] = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
DISTINCT = "hosts"
MINUTE_MS = 60_000
STARTED = "started"
"""The file beside the rows that holds the monotonic clock as the first message was there."""


def columns(quantiles: bool) -> tuple[str, ...]:
    """The columns of an answer: times in milliseconds, values in millionths; of quantiles whole numbers or not."""
    kinds = ("sum", "min", "max", "max_at", *(QUANTILES if quantiles else ()))
    measured = tuple(f"{measure}_{kind}" for measure in MEASURES for kind in kinds)
    return ("service", "minute", "messages", *measured, *((DISTINCT,) if quantiles else ()))


def pack(value: int, at_ms: int) -> int:
    """A peak as one number."""
    return value * MINUTE_MS + MINUTE_MS - 1 - at_ms % MINUTE_MS


def unpack(peak: int, minute_ms: int) -> tuple[int, int]:
    """The value and the time of a peak in the minute that begins at `minute_ms`."""
    value, left = divmod(peak, MINUTE_MS)
    return value, minute_ms + MINUTE_MS - 1 - left


@dataclass(frozen=True, slots=True)
class Task:
    """One run. `ends` are the topic's partitions with the offsets to stop at; they begin at 0 and hold `messages`.

    `output` and `scratch` are empty directories, the second for state; `jars` are those of the program's set.
    """

    bootstrap: str
    topic: str
    ends: Mapping[int, int]
    messages: int
    output: str
    scratch: str
    quantiles: bool = False
    processes: int = 2
    jars: Sequence[str] = ()

    @property
    def group(self) -> str:
        """A consumer group that has read nothing yet; topics named after it are removed."""
        return f"{self.topic}-{os.getpid()}"

    @classmethod
    def read(cls) -> Task:
        """From the file that the first argument names."""
        task = json.loads(Path(sys.argv[1]).read_text())
        return cls(**{**task, "ends": {int(partition): end for partition, end in task["ends"].items()}})

    def save(self, path: Path) -> None:
        """For `read`."""
        path.write_text(json.dumps(asdict(self)))

    def started(self) -> None:
        """Note that the first message is here, unless that was noted before."""
        try:
            with (Path(self.output) / STARTED).open("x") as file:
                file.write(repr(time.monotonic()))
        except FileExistsError:
            pass

    def write(self, rows: Iterable[Sequence[object]], names: Sequence[str] = (), part: int = 0) -> None:
        """The answer, or one of the parts that together are it, in the order of `names`, left out `columns`."""
        with (Path(self.output) / f"rows-{part}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(names or columns(self.quantiles))
            writer.writerows(rows)
