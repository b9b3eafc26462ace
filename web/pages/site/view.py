"""What a reader of a dashboard chose, as its address has it: range, filters, comparison, chart and tabs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from query.requests import Step
from systems.merchants.asked import Asked, Compare, Filters, in_order
from systems.merchants.filters import FIELDS, Field
from systems.merchants.panels import PANELS, Tab
from systems.merchants.patterns import pattern_problem
from systems.merchants.ranges import DEFAULT, LONGEST_DAYS, RANGES, Days, days_of, span_of, steps_for

ALL, CUSTOM = "all", "custom"
METRICS = ("visitors", "visits", "views", "bounce_rate", "visit_seconds")
"""Numbers that a chart may show."""

_LONGEST_VALUE, _MOST_VALUES = 2000, 30
_EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class View:
    """`address`: of the page, without what is asked. `problem`: what was wrong with the dates that were given."""

    address: str
    zone: ZoneInfo
    now: datetime
    range: str
    days: Days
    filters: Filters = ()
    compare: Compare | None = Compare.PREVIOUS
    metric: str = METRICS[0]
    step: Step = Step.DAY
    tabs: tuple[tuple[str, str], ...] = field(default=())
    problem: str = ""

    @property
    def span(self) -> tuple[datetime, datetime]:
        """When its days begin and end."""
        return span_of(self.days, self.zone)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Those that the chart may have."""
        start, end = self.span
        return steps_for(end - start)

    @property
    def last_day(self) -> date:
        """The last of its days."""
        return self.days[1] - timedelta(days=1)

    @property
    def is_live(self) -> bool:
        """Whether there is more to come."""
        return self.span[1] > self.now

    def asked(self, site: str) -> Asked:
        """The question of its numbers."""
        start, end = self.span
        compare = None if self.range == ALL else self.compare  # before all time there is nothing
        return Asked(site, self.zone, start, end, self.filters, compare)

    def tab(self, panel: str) -> Tab:
        """What a panel shows."""
        chosen = dict(self.tabs).get(panel, "")
        return next((tab for tab in PANELS[panel].tabs if tab.name == chosen), PANELS[panel].tabs[0])

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """Names and values of its address, or of one with changes."""
        view = replace(self, **changes) if changes else self
        pairs = [("range", view.range)] if view.range != DEFAULT else []
        if view.range == CUSTOM:
            pairs += [("from", view.days[0].isoformat()), ("to", view.last_day.isoformat())]
        if view.compare is not Compare.PREVIOUS:
            pairs.append(("compare", view.compare.value if view.compare else "none"))
        if view.metric != METRICS[0]:
            pairs.append(("metric", view.metric))
        if view.step is not view.steps[0]:
            pairs.append(("step", view.step.value))
        pairs += [(name, value) for name, values in view.filters for value in values]
        return pairs + [pair for pair in view.tabs if pair[1] != PANELS[pair[0]].tabs[0].name]

    def url(self, below: str = "", **changes: Any) -> str:
        """The address of the page with changes, or of what lies below it."""
        query = urlencode(self.pairs(**changes))
        return f"{self.address}{below}{'?' if query else ''}{query}"

    def in_range(self, name: str) -> str:
        """The address of another range; its step is the usual one."""
        days = self.days if name == CUSTOM else days_of(name, self.now, self.zone, self.now)
        start, end = span_of(days, self.zone)
        return self.url(range=name, days=days, step=steps_for(end - start)[0])

    def with_tab(self, tab: Tab) -> str:
        """The address of another tab of a panel."""
        panel = next(panel.name for panel in PANELS.values() if tab in panel.tabs)
        return self.url(tabs=tuple({**dict(self.tabs), panel: tab.name}.items()))

    def with_filter(self, name: str, value: str) -> str:
        """The address filtered by one thing, in place of what it was filtered by of the same kind."""
        return self.url(filters=in_order({**dict(self.filters), name: (value,)}.items()))

    def without(self, name: str, value: str) -> str:
        """The address without one filter."""
        left = ((each, [one for one in values if (each, one) != (name, value)]) for each, values in self.filters)
        return self.url(filters=in_order(left))

    def comparing(self, value: str) -> str:
        """The address compared with another time, or with none."""
        return self.url(compare=Compare(value) if value else None)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form of other days has to keep."""
        return [pair for pair in self.pairs() if pair[0] not in ("range", "from", "to", "step")]

    @property
    def chips(self) -> list[tuple[Field, str, str]]:
        """Each filter, its value, and the address without it."""
        return [(FIELDS[name], value, self.without(name, value)) for name, values in self.filters for value in values]


def read_view(
    address: str, zone: ZoneInfo, created_at: datetime, now: datetime, params: Sequence[tuple[str, str]]
) -> View:
    """Of the address; what cannot be read is as if it was not there, but for dates, which are told."""
    given = dict(reversed(params))
    name, problem = given.get("range", DEFAULT), ""
    days = days_of(name if name in RANGES else DEFAULT, now, zone, created_at)
    if name == CUSTOM or "from" in given:
        try:
            name, days = CUSTOM, _custom(given.get("from", ""), given.get("to", ""))
        except ValueError as error:
            name, problem = DEFAULT, str(error)
    start, end = span_of(days, zone)
    steps = steps_for(end - start)
    return View(
        address=address,
        zone=zone,
        now=now.astimezone(UTC),
        range=name if name in RANGES or name == CUSTOM else DEFAULT,
        days=days,
        filters=in_order((each, _values(params, each)) for each in FIELDS),
        compare={"none": None, "year": Compare.YEAR}.get(given.get("compare", ""), Compare.PREVIOUS),
        metric=given["metric"] if given.get("metric") in METRICS else METRICS[0],
        step=next((step for step in steps if step.value == given.get("step")), steps[0]),
        tabs=tuple((panel, given[panel]) for panel in PANELS if given.get(panel) in _tab_names(panel)),
        problem=problem,
    )


def _tab_names(panel: str) -> list[str]:
    return [tab.name for tab in PANELS[panel].tabs]


def _values(params: Iterable[tuple[str, str]], name: str) -> list[str]:
    values = [value for key, value in params if key == name and len(value) <= _LONGEST_VALUE and "\0" not in value]
    return [value for value in values if "*" not in value or not pattern_problem(value)][:_MOST_VALUES]


def _custom(first: str, last: str) -> Days:
    """Raises ValueError that says what is wrong."""
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise ValueError("choose a first and a last day") from None
    if days[0] > days[1]:
        raise ValueError("the last day is before the first")
    if days[0] < _EARLIEST or days[1].year > 9000 or (days[1] - days[0]).days >= LONGEST_DAYS:
        raise ValueError(f"choose at most {LONGEST_DAYS:,} days since {_EARLIEST.year}")
    return days[0], days[1] + timedelta(days=1)
