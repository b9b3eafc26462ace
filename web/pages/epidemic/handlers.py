"""`GET /epidemic`: a map of countries on a day, and the table that says the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from systems.epidemic.shown import TITLES, Numbers, Show, in_words
from web.asking import epidemic
from web.asking.epidemic import WEEK
from web.page.templating import inert_json, page_response
from web.page.world import HEIGHT, WIDTH
from web.pages.epidemic import map as world
from web.pages.epidemic.asking import Seen, seen_at
from web.pages.epidemic.part import Part, part_of

ADDRESS = "/epidemic"


async def map_page(request: Request) -> Response:
    """The map of a day; what is wrong with the address is told, and the rest is shown."""
    seen = await seen_at(request, ADDRESS)
    view, show = seen.view, seen.view.chosen.show
    found: Part[dict[str, Numbers]] = Part({})
    if seen.ready:
        asking = epidemic.numbers(request, seen.visible, seen.asked, view.day, seen.places, total=show is Show.TOTAL)
        found = await part_of(request, asking)
    numbers = found.value or {}
    return page_response(
        "pages/epidemic/map.html",
        422 if view.chosen.problems else 200,
        title="Epidemics",
        **about(seen),
        problem=seen.problem or found.problem,
        shapes=world.drawn(numbers, seen.places, show, view.metric),
        size=(WIDTH, HEIGHT),
        legend=world.legend(show, view.metric),
        rows=world.rows(numbers, seen.places, show, view.metric),
        week=(view.day - WEEK, view.day),
        plan=inert_json(_plan(seen)),
    )


def about(seen: Seen) -> dict[str, Any]:
    """What every epidemic page is given."""
    return {
        "page_name": "epidemic",
        "seen": seen,
        "view": seen.view,
        "places": seen.places,
        "show": Show,
        "show_names": [*Show],
        "shown_as": TITLES,
        "in_words": in_words,
        "plain_day": plain_day,
        "known_day": known_day,
        "problems": dict(seen.view.chosen.problems),
    }


def plain_day(day: date) -> str:
    """`31 Jan 2021`."""
    return f"{day.day} {day:%b %Y}"


def known_day(known: datetime | None) -> str:
    """The day at whose end something was known, as a field of a form has it; empty for now."""
    return (known - timedelta(microseconds=1)).date().isoformat() if known else ""


def _plan(seen: Seen) -> Mapping[str, Any]:
    """What the page's script needs: where the weeks are asked, and which day is shown."""
    view = seen.view
    pairs = [("source", view.source), ("metric", view.metric), ("variant", view.chosen.variant)]
    pairs += [("show", view.chosen.show.value)]
    if view.chosen.known:
        pairs.append(("as_known_at", view.chosen.known.isoformat().replace("+00:00", "Z")))
    return {"weeks": pairs, "day": view.day.isoformat(), "show": view.chosen.show.value}
