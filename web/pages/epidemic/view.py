"""What a reader of the epidemic pages chose, as the address has it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from streams.time_text import read_time, timestamp
from systems.epidemic.asked import ALL_VARIANTS, BEGINNING, Asked
from systems.epidemic.shown import Show
from web.asking.epidemic import Reported

CASES = "cases"
MOST_DAYS = 3_700
"""Longest time that is drawn at once."""

_LONGEST = 200
_FIRST, _LAST = BEGINNING, date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """As the address has it; None and empty for what it does not say. `problems`: what could not be read, by name."""

    source: str = ""
    metric: str = ""
    variant: str = ALL_VARIANTS
    show: Show = Show.INCIDENCE
    day: date | None = None
    first: date | None = None
    known: datetime | None = None
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What is shown: all that was chosen, and the usual of the rest. `address`: of the page, without what is asked."""

    address: str
    chosen: Chosen
    reported: tuple[Reported, ...]
    source: str
    metric: str
    day: date

    @property
    def asked(self) -> Asked:
        """The question."""
        return Asked(self.source, self.metric, self.chosen.variant, self.chosen.known)

    @property
    def sources(self) -> list[str]:
        """That may be chosen, by name."""
        return sorted({each.source for each in self.reported})

    @property
    def metrics(self) -> list[str]:
        """That the source tells of."""
        return sorted({each.metric for each in self.reported if each.source == self.source})

    @property
    def of(self) -> Reported | None:
        """What the source tells of this metric."""
        return next((one for one in self.reported if (one.source, one.metric) == (self.source, self.metric)), None)

    @property
    def drawn_from(self) -> date:
        """The first day of a series: what was chosen, or where reports begin; not longer ago than is drawn."""
        begun = self.of.first if self.of else self.day
        first = min(self.chosen.first or begun, self.day)
        return max(first, self.day - timedelta(days=MOST_DAYS))

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """Names and values of the address of another page about the same, or with changes."""
        chosen = replace(self.chosen, **changes)
        pairs: list[tuple[str, str]] = [("source", chosen.source), ("metric", chosen.metric)]
        pairs.append(("variant", chosen.variant))
        pairs.append(("show", "" if chosen.show is Show.INCIDENCE else chosen.show.value))
        pairs += [("date", chosen.day.isoformat() if chosen.day else "")]
        pairs += [("from", chosen.first.isoformat() if chosen.first else "")]
        pairs.append(("known", timestamp(chosen.known) or ""))
        return [(name, value) for name, value in pairs if value]

    def url(self, address: str = "", more: Sequence[tuple[str, str]] = (), **changes: Any) -> str:
        """The address of the page, or of another one, with changes."""
        query = urlencode([*self.pairs(**changes), *more])
        return f"{address or self.address}{'?' if query else ''}{query}"


def read_chosen(params: Mapping[str, str]) -> Chosen:
    """Of the address; what cannot be read is told, and as if it was not there."""
    problems: list[tuple[str, str]] = []

    def day(name: str) -> date | None:
        text = params.get(name, "")
        if not text:
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            problems.append((name, "is no day such as 2021-01-31"))
            return None
        if not _FIRST <= found < _LAST:
            problems.append((name, f"is not between {_FIRST.year} and {_LAST.year}"))
            return None
        return found

    show = params.get("show", "")
    if show and show not in {*Show}:
        problems.append(("show", f"is one of {', '.join(Show)}"))
    return Chosen(
        source=params.get("source", "")[:_LONGEST],
        metric=params.get("metric", "")[:_LONGEST],
        variant=params.get("variant", "")[:_LONGEST],
        show=Show(show) if show in {*Show} else Show.INCIDENCE,
        day=day("date"),
        first=day("from"),
        known=_known(params.get("known", ""), problems),
        problems=tuple(problems),
    )


def usual(chosen: Chosen, reported: Sequence[Reported]) -> Reported | None:
    """What the source and metric are: as chosen, also where nothing is told of them; else what is told of most.

    None where there is nothing at all and nothing was chosen.
    """
    fitting = [one for one in reported if chosen.source in ("", one.source) and chosen.metric in ("", one.metric)]
    fitting.sort(key=lambda one: not chosen.metric and one.metric != CASES)
    return fitting[0] if fitting else None


def _known(text: str, problems: list[tuple[str, str]]) -> datetime | None:
    """A moment with an offset; of a day, its end: what was known by then."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if len(text) == len("2021-01-31") else None
        known = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) if day else read_time(text)
    except (ValueError, OverflowError):
        problems.append(("known", "is no day such as 2021-01-31, nor a time such as 2021-01-31T10:00:00Z"))
        return None
    if known.tzinfo is None or not _FIRST <= known.date() < _LAST:
        problems.append(("known", "is no time with an offset such as 2021-01-31T10:00:00Z"))
        return None
    return known


def seconds(day: date) -> int:
    """When a day begins, since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
