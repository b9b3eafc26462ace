"""One report: the numbers of a site's period, each beside the one before, and what was most. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from systems.merchants.reports.periods import Period, in_words


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers of a period. What may not be seen is None; so are rates without visits."""

    visitors: int | None = None
    visits: int | None = None
    views: int | None = None
    bounce_rate: float | None = None
    visit_seconds: float | None = None
    revenue: Mapping[str, float] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether nobody came."""
        return not (self.visitors or self.views or self.visits)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is read. `change`: against the period before, such as `+12%`; `good`: whether that is better."""

    name: str
    value: str
    change: str = ""
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was most: each with how many visitors or visits."""

    title: str
    counted: str
    rows: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Report:
    """Of a site and a period. `address`: of its dashboard then; `unsubscribe`: where one ends these reports."""

    site: str
    title: str
    period: Period
    first_day: date
    time_zone: str
    now: Totals
    before: Totals
    rankings: Sequence[Ranking] = ()
    address: str = ""
    unsubscribe: str = ""

    @property
    def span(self) -> str:
        """The period in words."""
        return in_words(self.period, self.first_day)

    @property
    def subject(self) -> str:
        """What is seen in a list of mails."""
        name = self.title or self.site
        if self.now.visitors is None:
            return f"{name}: {self.span}"
        return f"{name}: {counted(self.now.visitors, 'visitor')}, {self.span}"

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All numbers that may be seen, in their order."""
        now, before = self.now, self.before
        given = (
            _figure("Visitors", now.visitors, before.visitors),
            _figure("Visits", now.visits, before.visits),
            _figure("Page views", now.views, before.views),
            _rate("Bounce rate", now.bounce_rate, before.bounce_rate),
            _length("Visit length", now.visit_seconds, before.visit_seconds),
            *(
                _figure(f"Revenue, {currency}", amount, before.revenue.get(currency, 0.0), "{:,.2f}")
                for currency, amount in now.revenue.items()
            ),
        )
        return tuple(each for each in given if each is not None)


def counted(number: int, what: str) -> str:
    """`1 visitor`, `1,234 visitors`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _figure(name: str, now: float | None, before: float | None, form: str = "{:,}") -> Figure | None:
    if now is None:
        return None
    if not before:
        return Figure(name, form.format(now), "new" if now and before is not None else "", True if now else None)
    share = (now - before) / abs(before)
    return Figure(name, form.format(now), _percent(share), share > 0 if _percent(share) != "±0%" else None)


def _rate(name: str, now: float | None, before: float | None) -> Figure | None:
    """Of a share, the change is in percentage points; less is better."""
    if now is None:
        return None
    change = "" if before is None else _signed(round((now - before) * 100), " pp")
    return Figure(name, f"{now:.0%}", change, None if change in ("", "±0 pp") else now < (before or 0))


def _length(name: str, now: float | None, before: float | None) -> Figure | None:
    if now is None:
        return None
    share = (now - before) / before if before else None
    change = "" if share is None else _percent(share)
    return Figure(name, duration(now), change, None if share is None or change == "±0%" else share > 0)


def duration(seconds: float) -> str:
    """`45 s`, `3 min 5 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _percent(share: float) -> str:
    return _signed(round(share * 100), "%")


def _signed(number: int, unit: str) -> str:
    sign = "±" if number == 0 else "+" if number > 0 else "\u2212"
    return f"{sign}{abs(number):,}{unit}"
