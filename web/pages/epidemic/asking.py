"""What every epidemic page asks first: what is reported, and which of it the address means."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request

from query.visible import Visible
from streams.errors import WindowpaneError
from systems.epidemic.asked import Asked
from systems.epidemic.known_places import places
from systems.epidemic.places import Place, Places
from systems.epidemic.shipped_sources import SourceText, source_text
from web.access.away import problem_for
from web.asking import epidemic
from web.edge.problems import Problem, ProblemError
from web.pages.epidemic.view import CASES, Chosen, View, read_chosen, usual


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page begins with. `problem`: why nothing can be told. `empty`: nothing was ever reported."""

    visible: Visible
    view: View
    places: Places
    variants: tuple[str, ...] = ()
    problem: Problem | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show yet."""
        return self.problem is None and not self.view.reported

    @property
    def asked(self) -> Asked:
        """The question of its numbers."""
        return self.view.asked.told_by(self.variants)

    @property
    def source(self) -> SourceText:
        """Title, licence and attribution of the source that is shown."""
        return source_text(self.view.source)

    @property
    def titles(self) -> dict[str, str]:
        """Source → its title, of those that may be chosen."""
        return {name: source_text(name).title for name in self.view.sources}

    @property
    def ready(self) -> bool:
        """Whether its numbers can be asked."""
        return self.problem is None and bool(self.view.reported) and not self.view.chosen.problems

    def place(self, code: str) -> Place:
        """The region of a code. Raises ProblemError, 404."""
        if code not in self.places.known:
            raise ProblemError("not-found", "There is no such region; codes are as in ISO 3166, US counties by FIPS.")
        return self.places.known[code]


async def seen_at(request: Request, address: str) -> Seen:
    """The view of a page's address. Raises ProblemError for whoever may not see the reports."""
    visible = epidemic.seen_reports(request)
    chosen = read_chosen(request.query_params)
    today = datetime.now(UTC).date()
    nothing = View(address, chosen, (), chosen.source, chosen.metric or CASES, chosen.day or today)
    try:
        return await _seen(request, visible, address, chosen, nothing)
    except WindowpaneError as error:
        return Seen(visible, nothing, places(), (), problem_for(request, error))


async def _seen(request: Request, visible: Visible, address: str, chosen: Chosen, nothing: View) -> Seen:
    reported = await epidemic.reported(request, visible)
    of = usual(chosen, reported)
    if of is None:
        source = chosen.source or (reported[0].source if reported else "")
        return Seen(visible, View(address, chosen, reported, source, nothing.metric, nothing.day), places())
    last, told = await asyncio.gather(
        epidemic.last_day(request, visible, of), epidemic.variants(request, visible, of.source, of.metric)
    )
    day = chosen.day or last
    return Seen(visible, View(address, chosen, reported, of.source, of.metric, day), places(), told)
