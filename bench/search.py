"""How long a search over the series of millions of reports takes, and how often it finds what was meant.

Needs no running stack: the list of series, which the service asks of the stream's panes, is made of rows here. What is
asked are series that there are, in other order, in small letters without accents, some with a letter left out or two in
the wrong order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from bench.report import Metrics
from systems.epidemic.known_places import places
from systems.epidemic.name_search import plain
from systems.epidemic.report_search import ReportSearch, Series

_VARIANTS = ("Alpha", "Delta", "BA.2", "BA.5", "BF.7", "BQ.1.1", "XBB.1.5", "EG.5", "JN.1", "KP.3.1.1")
_TOLD = (
    *((source, "", metric) for source in ("jhu_daily", "owid", "who") for metric in ("cases", "deaths", "tests")),
    *(("owid_variants", variant, "sequences") for variant in _VARIANTS),
)
"""Source, variant and metric of what is told of each region."""


@dataclass(frozen=True)
class Settings:
    """`reports` of random regions; `typos`: the share of questions with one."""

    reports: int = 5_000_000
    questions: int = 2_000
    typos: float = 0.3
    runs: int = 3
    seed: int = 7


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Reports anew for each run."""
    known = places()
    known.search.find("germany")  # the index of regions, which every search shares
    for run in range(settings.runs):
        chance = np.random.default_rng(settings.seed + run)
        series = _series(settings, chance)
        begun = time.perf_counter()
        search = ReportSearch(series, known)
        made = time.perf_counter() - begun
        say(f"{settings.reports:,} reports of {len(series):,} series")
        seconds, found = [], 0
        for place in chance.integers(0, len(series), settings.questions):
            meant = series[place]
            text = _question(meant, chance, settings.typos)
            begun = time.perf_counter()
            answer = search.find(text)
            seconds.append(time.perf_counter() - begun)
            found += any((each.series.region, each.series.variant) == (meant.region, meant.variant) for each in answer)
        yield {
            "series": float(len(series)),
            "made_seconds": made,
            "p50_ms": float(np.quantile(seconds, 0.5)) * 1000,
            "p95_ms": float(np.quantile(seconds, 0.95)) * 1000,
            "longest_ms": max(seconds) * 1000,
            "found_share": found / settings.questions,
        }


def _series(settings: Settings, chance: np.random.Generator) -> list[Series]:
    """What the reports are of, and how many of each there are; some regions are told of far more than others."""
    regions = tuple(places().known)
    told = chance.integers(0, len(_TOLD), settings.reports)
    of = np.minimum(chance.beta(0.6, 3.0, settings.reports) * len(regions), len(regions) - 1).astype(np.int64)
    numbers, counts = np.unique(of * len(_TOLD) + told, return_counts=True)
    made = []
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        source, variant, metric = _TOLD[number % len(_TOLD)]
        made.append(Series(source, regions[number // len(_TOLD)], variant, metric, count))
    return made


def _question(meant: Series, chance: np.random.Generator, typos: float) -> str:
    words = [plain(places().full_name(meant.region).split(",")[0]), meant.variant, meant.metric]
    text = " ".join(word for word in (words[place] for place in chance.permutation(3)) if word)
    if chance.random() < typos:
        place = int(chance.integers(0, len(text) - 1))
        swapped = chance.random() < 0.5
        text = text[:place] + (text[place + 1] + text[place] + text[place + 2 :] if swapped else text[place + 1 :])
    return text
