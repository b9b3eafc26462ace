"""What a benchmark reports: the machine, the settings, every run, and the medians over the runs."""

from __future__ import annotations

import dataclasses
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

Metrics = Mapping[str, float]
"""Name, with its unit at the end (`_per_second`, `_bytes`, `_ms`, `_seconds`), → value."""


@dataclass(frozen=True, slots=True)
class Report:
    """A finished benchmark."""

    name: str
    settings: Any
    runs: Sequence[Metrics]

    @property
    def metrics(self) -> dict[str, float]:
        """The median of each metric over the runs that have it."""
        return {name: statistics.median(self._values(name)) for name in self._names()}

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """The least and the most of each metric."""
        return {name: (min(values), max(values)) for name in self._names() for values in [self._values(name)]}

    def as_json(self) -> dict[str, object]:
        """The contract's object."""
        return {
            "name": self.name,
            "machine": machine(),
            "settings": dataclasses.asdict(self.settings),
            "runs": [dict(run) for run in self.runs],
            "metrics": self.metrics,
        }

    def _names(self) -> list[str]:
        return list(dict.fromkeys(name for run in self.runs for name in run))

    def _values(self, name: str) -> list[float]:
        return [run[name] for run in self.runs if name in run]


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": psutil.virtual_memory().total,
        "processor": _processor(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def percentiles(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """`name_p50_ms` and so on of latencies; the nearest rank, so every figure is one that was measured."""
    ordered = sorted(seconds)
    prefix = f"{name}_" if name else ""
    ranks = {part: ordered[max(0, -(-len(ordered) * part // 100) - 1)] for part in (50, 95, 99)}
    return {f"{prefix}p{part}_ms": round(value * 1000, 3) for part, value in ranks.items()}


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
