"""One line for each contender of a finished benchmark: medians, ranges, guarantee."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from bench.contenders import Contender
from bench.report import Metrics


def lines(contenders: Iterable[Contender], runs: Sequence[Metrics]) -> list[str]:
    """The fastest first; one whose runs do not count, or not all of them, is said to."""
    rated = []
    for contender in contenders:
        rates = _values(contender.name, "messages_per_second_with_start", runs)
        if not rates:
            rated.append((0.0, f"{contender.name}: no run counts"))
            continue
        per_cpu = statistics.median(_values(contender.name, "messages_per_cpu_second", runs))
        peak = statistics.median(_values(contender.name, "peak_rss_bytes", runs))
        rate = statistics.median(rates)
        some = "" if len(rates) == len(runs) else f"; {len(rates)} of {len(runs)} runs count"
        text = (
            f"{contender.name}: {rate:,.0f} messages/s with start ({min(rates):,.0f} to {max(rates):,.0f}), "
            f"{per_cpu:,.0f} per CPU-second, peak {peak / 1e9:.2f} GB; guarantee {contender.guarantee}{some}"
        )
        rated.append((rate, text))
    return [text for _, text in sorted(rated, key=lambda one: -one[0])]


def _values(name: str, metric: str, runs: Sequence[Metrics]) -> list[float]:
    return [run[f"{name}_{metric}"] for run in runs if f"{name}_{metric}" in run]
