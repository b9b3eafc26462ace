"""Search over reports: which series of them somebody means by words. Pure.

Millions of reports are of some thousand series, each of one source, region, variant and metric; in a series they differ
by day and number alone. So series are what is searched: words name a region, a variant, a metric or a source, in any
order and with small typing errors, and a day or month is handed on to whoever shows the series.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from systems.epidemic.name_search import LONGEST_QUERY, Entry, Found, entries_of, plain
from systems.epidemic.places import Places
from systems.epidemic.shipped_sources import source_text

_WORDS = {
    "cases": ("case", "infections", "confirmed"),
    "deaths": ("death", "died", "dead"),
    "hospitalised": ("hospital", "hospitalized", "patients"),
    "intensive_care": ("icu", "intensive"),
    "tests": ("test", "tested"),
    "vaccinated": ("vaccinations", "vaccination", "people vaccinated"),
    "fully_vaccinated": ("fully",),
    "boosters": ("booster",),
    "doses": ("dose",),
    "sequences": ("sequenced", "samples", "variants"),
    "share_ppm": ("share", "shares"),
}
"""Metric → what else people call it."""

_SURE = 0.5
"""A word that is less like any variant and metric is a part of a region's name."""

_LIKE = 0.38
_AS_GOOD = 0.1
"""A region that is so much less like a text than the best one is not meant."""

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_BEGINS = 3


@dataclass(frozen=True, slots=True)
class Series:
    """Reports of one source, region, variant (empty: all together) and metric, and how many there are."""

    source: str
    region: str
    variant: str
    metric: str
    reports: int


@dataclass(frozen=True, slots=True)
class FoundSeries:
    """`likeness`: from 0 to 1; `day`: the first one that is asked for, if any is."""

    series: Series
    likeness: float
    day: date | None = None

    def name(self, places: Places) -> str:
        """`Germany: cases, BF.7`."""
        told = [self.series.metric.replace("_", " "), self.series.variant]
        return f"{places.full_name(self.series.region)}: {', '.join(filter(None, told))}"


@dataclass(frozen=True, slots=True)
class _Meant:
    """Name → how like it is to what was asked for; None where nothing was."""

    regions: dict[str, float] | None = None
    variants: dict[str, float] | None = None
    metrics: dict[str, float] | None = None
    sources: dict[str, float] | None = None

    @property
    def best(self) -> float:
        """The most that any series can be like."""
        asked = (self.regions, self.variants, self.metrics, self.sources)
        return math.prod(max(names.values()) for names in asked if names is not None)

    def likeness(self, one: Series) -> float:
        """1 where all is as it is called, 0 where something else is meant."""
        like = 1.0
        asked = (self.regions, self.variants, self.metrics, self.sources)
        for names, name in zip(asked, (one.region, one.variant, one.metric, one.source), strict=True):
            if names is not None:
                like *= names.get(name, 0.0)
        return like


class ReportSearch:
    """Made once of all series; searched from any thread."""

    def __init__(self, series: Iterable[Series], places: Places) -> None:
        self.series = sorted(series, key=lambda one: (-one.reports, one.source, one.region, one.variant, one.metric))
        self._places = places
        self._of_region: dict[str, list[Series]] = {}
        for one in self.series:
            self._of_region.setdefault(one.region, []).append(one)
        variants = {each.variant for each in self.series if each.variant.strip()}
        self._variants = entries_of(Entry("variant", name, name, _also(name)) for name in variants)
        self._metrics = entries_of(
            Entry("metric", name, name, _WORDS.get(name, ()))
            for name in {each.metric for each in self.series} | {*_WORDS}
        )
        sources = {each.source: source_text(each.source) for each in self.series}
        self._sources = entries_of(
            Entry("source", name, text.title, (text.attribution,)) for name, text in sources.items()
        )
        self._called = {word: name for name in sorted(sources, reverse=True) for word in {name, name.split("_")[0]}}

    def find(self, query: str, limit: int = 20) -> list[FoundSeries]:
        """The series that are meant most likely; of those that match alike the one of more reports comes first."""
        meant, day = self._read(query[:LONGEST_QUERY])
        if meant is None:
            return []
        found, best, alike = list[FoundSeries](), meant.best, 0
        for one in self._candidates(meant):
            if (likeness := meant.likeness(one)) > 0:
                found.append(FoundSeries(one, likeness, day))
                alike += likeness >= best
                if alike == limit:
                    break
        found.sort(key=lambda each: -round(each.likeness, 2))
        return found[:limit]

    def _read(self, query: str) -> tuple[_Meant | None, date | None]:
        """What is meant; None if a word is like nothing there is."""
        day, others = None, list[str]()
        variants, metrics, sources = dict[str, float](), dict[str, float](), dict[str, float]()
        for word in query.split():
            if (at := _day(word)) is not None:
                day = day or at
            elif (name := self._called.get(word.casefold())) is not None:
                sources |= {each: 1.0 for each in self._called.values() if each.split("_")[0] == name.split("_")[0]}
            elif (kind := self._kind(word)) is None:
                others.append(word)
            else:
                (variants if kind[0].entry.kind == "variant" else metrics).update(_likenesses(kind))
        regions: dict[str, float] | None = None
        if others:
            regions, by_title = self._regions(" ".join(others)), _likenesses(self._sources.find(" ".join(others), 5))
            best = max(by_title.values(), default=0.0)
            if best > max(regions.values(), default=0.0):
                regions, sources = None, sources | by_title
            elif not regions:
                return None, day
        if not (others or variants or metrics or sources):
            return None, day
        return _Meant(regions, variants or None, metrics or None, sources or None), day

    def _kind(self, word: str) -> list[Found] | None:
        """Variants or metrics that a word names, rather than a region."""
        if len(plain(word).replace(" ", "")) < _BEGINS:
            return None
        named = [found for search in (self._variants, self._metrics) if (found := search.find(word, 5))]
        best = max(named, key=lambda found: found[0].likeness, default=None)
        if best is None or best[0].likeness < _SURE:
            return None
        region = self._places.search.find(word, 1)
        return None if region and region[0].likeness > best[0].likeness else best

    def _regions(self, text: str) -> dict[str, float]:
        """Regions that a text names; of one that nothing is told of as a whole, its parts."""
        found = self._places.search.find(text, 8)
        best = found[0].likeness if found else 0.0
        meant = {}
        for each in found:
            if each.likeness >= max(_LIKE, best - _AS_GOOD):
                code = each.entry.code
                told = [code] if code in self._of_region else self._places.within(code)
                meant.update({region: each.likeness for region in told if region in self._of_region})
        return meant

    def _candidates(self, meant: _Meant) -> Iterable[Series]:
        if meant.regions is None:
            return self.series
        in_order = sorted(meant.regions.items(), key=lambda each: -each[1])
        return (one for region, _ in in_order for one in self._of_region[region])


def _also(variant: str) -> tuple[str, ...]:
    """What else a variant may be called: without signs, by its first word."""
    return re.sub(r"[\W_]", "", variant), variant.split()[0]


def _likenesses(found: Sequence[Found]) -> dict[str, float]:
    """Name → likeness, of those that are about as like as the first."""
    return {each.entry.code: each.likeness for each in found if each.likeness >= found[0].likeness - _AS_GOOD}


def _day(word: str) -> date | None:
    """The first day of a year, month or day that is written like 2022, 2022-11 or 2022-11-05."""
    found = _DAY.fullmatch(word)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None
