"""The numbers of a report, asked of the stream as whoever wanted the report sees it: no more than on the dashboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from access.asker import ANYBODY, Asker
from access.grants import Action
from query.answers import TopsAnswer, WindowAnswer
from query.errors import InvalidRequestError
from query.groups import Group
from query.requests import WindowRequest
from query.tops import TopsRequest
from query.visible import Visible
from streams.definition import Definition
from streams.errors import WindowpaneError
from systems.merchants.asked import Asked
from systems.merchants.breakdown_tables import of_groups
from systems.merchants.country_names import country_name
from systems.merchants.event_format import ENGAGEMENT, PAGEVIEW
from systems.merchants.numbers import numbers_of, revenue_of
from systems.merchants.pane_questions import tops, window
from systems.merchants.panels import TABS, Tab
from systems.merchants.reports.periods import Period, following, previous, span
from systems.merchants.reports.report import Ranking, Report, Totals
from systems.merchants.reports.subscriptions import Due
from systems.merchants.site_scope import SiteScope
from systems.merchants.sites import STREAM

_CURRENCY = "currency"
_ROWS = 8
_RANKED = ("source", "page", "country", "event")
_BY_THEMSELVES = (PAGEVIEW, ENGAGEMENT)
"""Events that no owner of a site has named."""


class IncompleteError(WindowpaneError):
    """Not all that happened in a period has been counted yet."""


class Questions(Protocol):
    """What answers questions; `query.service.QueryService` does."""

    def definition(self, stream: str) -> Definition:
        """Raises UnknownStreamError."""

    def window(self, request: WindowRequest) -> WindowAnswer:
        """Raises QueryError."""

    def tops(self, request: TopsRequest) -> TopsAnswer:
        """Raises QueryError."""


@dataclass(frozen=True)
class Numbers:
    """Makes reports. `asker`: who a user is with all grants, None where there is none any more; `open`: no users yet.

    `home`: where the service's pages are, without a slash at its end.
    """

    questions: Questions
    asker: Callable[[str], Asker | None]
    open: Callable[[], bool]
    home: str

    def report(self, due: Due) -> Report | None:
        """None: whoever asked for it may not see the site. Raises QueryError, LakeError, IncompleteError."""
        asker, site = self._asker(due), due.site
        definition = self.questions.definition(STREAM)
        scope = None if asker is None else asker.scope(definition, Action.ASK)
        if scope is None or site.name not in SiteScope.seen(scope):
            return None
        visible, zone, period = Visible(definition, scope), ZoneInfo(site.time_zone), due.subscription.period
        asked = _asked(site.name, zone, period, due.first_day)
        try:
            now = self._totals(visible, asked, must_be_complete=asked.end)
            before = self._totals(visible, _asked(site.name, zone, period, previous(period, due.first_day)))
            rankings = self._rankings(visible, asked)
        except InvalidRequestError:  # the dimension of sites itself is hidden
            return None
        last_day = following(period, due.first_day) - timedelta(days=1)
        days = f"range=custom&from={due.first_day}&to={last_day}"
        return Report(
            site=site.name,
            title=site.title,
            period=period,
            first_day=due.first_day,
            time_zone=site.time_zone,
            now=now,
            before=before,
            rankings=rankings,
            address=f"{self.home}/sites/{site.name}?{days}",
        )

    def _asker(self, due: Due) -> Asker | None:
        user = due.subscription.user
        if user is not None:
            return self.asker(user)
        return ANYBODY if self.open() else None

    def _totals(self, visible: Visible, asked: Asked, must_be_complete: datetime | None = None) -> Totals:
        answer = self.questions.window(window(visible, asked))
        complete = answer.source.complete_until
        if must_be_complete is not None and (complete is None or complete < must_be_complete):
            raise IncompleteError(f"what happened is counted until {complete}, not yet until {must_be_complete}")
        group, shown = (answer.groups[0] if answer.groups else None), visible.shown
        earned: dict[str, float] = {}
        if "revenue" in shown.measures and _CURRENCY in shown.dimensions:
            earned = revenue_of(self.questions.window(window(visible, asked, (_CURRENCY,))).groups)
        numbers = numbers_of(group, earned)
        has_visits = group is None or bool(group.visits)
        return Totals(
            visitors=numbers.visitors if "visitors" in shown.distincts else None,
            visits=numbers.visits if has_visits else None,
            views=numbers.views if "views" in shown.measures else None,
            bounce_rate=numbers.bounce_rate if has_visits else None,
            visit_seconds=numbers.visit_seconds if has_visits else None,
            revenue=earned,
        )

    def _rankings(self, visible: Visible, asked: Asked) -> tuple[Ranking, ...]:
        tabs = [TABS[name] for name in _RANKED if _seen(visible, TABS[name])]
        if not tabs:
            return ()
        found = self.questions.tops(tops(visible, asked, tabs, _ROWS + len(_BY_THEMSELVES))).tables
        return tuple(_ranking(tab, found[tab.name]) for tab in tabs)


def _ranking(tab: Tab, groups: Sequence[Group]) -> Ranking:
    table = of_groups(tab, groups, _ROWS + len(_BY_THEMSELVES))
    left_out = _BY_THEMSELVES if tab.name == "event" else ()
    rows = [
        (_label(tab, row.value), int(getattr(row.numbers, tab.counts)))
        for row in table.rows
        if row.value not in left_out
    ]
    return Ranking(tab.plural, tab.counts, tuple(rows[:_ROWS]))


def _asked(site: str, zone: ZoneInfo, period: Period, first: date) -> Asked:
    start, end = span(period, first, zone)
    return Asked(site, zone, start, end)


def _label(tab: Tab, value: str) -> str:
    if not value:
        return tab.field.unknown
    return country_name(value) if tab.name == "country" else value


def _seen(visible: Visible, tab: Tab) -> bool:
    return {*tab.by} <= {*visible.shown.dimensions} and "visitors" in visible.shown.distincts
