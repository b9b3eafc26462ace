"""The panels of a dashboard: what its numbers are broken down by, and how that is asked of the stream. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from systems.merchants.filters import FIELDS, Field, Of


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to break numbers down. `by`: dimensions of the stream, the last of which is what is shown.

    `counts`: the number that rows are ordered by; where it is 0 there is no row. `columns`: numbers that are shown.
    """

    field: Field
    plural: str
    by: tuple[str, ...]
    counts: str = "visitors"
    columns: tuple[str, ...] = ("visitors", "visits", "bounce_rate", "visit_seconds")

    @property
    def name(self) -> str:
        """As addresses name it."""
        return self.field.name

    @property
    def visit_columns(self) -> tuple[str, ...]:
        """Its dimensions as columns of visits."""
        return ("entry",) if self.name == "entry" else self.by


@dataclass(frozen=True, slots=True)
class Panel:
    """Tabs that share a place. `name`: of addresses."""

    name: str
    title: str
    tabs: tuple[Tab, ...]


def _tab(name: str, plural: str, *by: str, **more: str | tuple[str, ...]) -> Tab:
    return Tab(FIELDS[name], plural, by or (FIELDS[name].column,), **more)  # type: ignore[arg-type]


_SEEN = ("visitors", "views")
_BEGUN = ("visits", "bounce_rate", "visit_seconds")

PANELS: Mapping[str, Panel] = {
    panel.name: panel
    for panel in (
        Panel(
            "sources",
            "Sources",
            (_tab("source", "Sources"), _tab("medium", "Media"), _tab("campaign", "Campaigns")),
        ),
        Panel(
            "pages",
            "Pages",
            (
                _tab("page", "Pages", columns=_SEEN),
                _tab("entry", "Entry pages", counts="visits", columns=_BEGUN),
                _tab("exit", "Exit pages", "exit", counts="visits", columns=("visits",)),
            ),
        ),
        Panel(
            "places",
            "Places",
            (
                _tab("country", "Countries"),
                _tab("region", "Regions", "country", "region"),
                _tab("language", "Languages"),
            ),
        ),
        Panel(
            "devices",
            "Devices",
            (
                _tab("browser", "Browsers"),
                _tab("system", "Systems"),
                _tab("device", "Devices"),
                _tab("screen", "Screens"),
            ),
        ),
        Panel("events", "Events", (_tab("event", "Events", columns=("visitors", "events")),)),
    )
}

TABS: Mapping[str, Tab] = {tab.name: tab for tab in chain.from_iterable(panel.tabs for panel in PANELS.values())}
"""Everything that can be broken down by what the stream itself has; goals are a site's own."""

GOAL = "goal"
BREAKDOWNS = (*TABS, GOAL)
"""What the API can be asked for."""


def by_visit(tab: Tab) -> bool:
    """Whether all messages of a visit have the same value."""
    return tab.field.of is not Of.EVENT
