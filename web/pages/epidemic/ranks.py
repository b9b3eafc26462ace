"""`GET /epidemic/ranks`: regions by where it spreads fast and who is vulnerable, with the reader's own weights."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from systems.epidemic.ranking import MOST_WEIGHT, PARTS, TITLES, USUAL, VULNERABLE, Ranked, ranked
from systems.epidemic.shown import Numbers
from web.asking import epidemic
from web.page.templating import page_response
from web.pages.epidemic.asking import Seen, seen_at
from web.pages.epidemic.handlers import about
from web.pages.epidemic.part import Part, part_of

ADDRESS = "/epidemic/ranks"
LEVELS = {"country": "Countries", "state": "States and provinces", "county": "Counties"}
MOST_ROWS = 300


async def ranks_page(request: Request) -> Response:
    """The regions of a level, the highest scores first."""
    seen = await seen_at(request, ADDRESS)
    weights, wrong = read_weights(request.query_params)
    level = request.query_params.get("level", "country")
    level = level if level in LEVELS else "country"
    found: Part[dict[str, Numbers]] = Part({})
    if seen.ready and not wrong:
        asking = epidemic.numbers(request, seen.visible, seen.asked, seen.view.day, seen.places, total=False)
        found = await part_of(request, asking)
    rows = rank(seen, found.value or {}, level, weights)
    return page_response(
        "pages/epidemic/ranks.html",
        422 if seen.view.chosen.problems or wrong else 200,
        title="Ranks",
        **about(seen),
        rows=rows[:MOST_ROWS],
        left_out=max(0, len(rows) - MOST_ROWS),
        weights=weights,
        usual=USUAL,
        parts_of_score=TITLES,
        most_weight=MOST_WEIGHT,
        level=level,
        levels=LEVELS,
        wrong=wrong,
        knows_vulnerable=any(VULNERABLE in row.parts for row in rows),
        problem=seen.problem or found.problem,
    )


def rank(seen: Seen, numbers: Mapping[str, Numbers], level: str, weights: Mapping[str, int]) -> list[Ranked]:
    """The regions of one level."""
    known = seen.places.known
    of_level = {code: each for code, each in numbers.items() if code in known and known[code].level == level}
    return ranked(of_level, seen.places.vulnerability, weights)


def read_weights(params: Mapping[str, str]) -> tuple[dict[str, int], str]:
    """Of the address, the usual ones where it says none; and what is wrong with them."""
    found = {}
    for name in PARTS:
        text = params.get(name, "")
        if text and not (
            text.isascii() and text.isdigit() and len(text) <= len(str(MOST_WEIGHT)) and int(text) <= MOST_WEIGHT
        ):
            return dict(USUAL), f"are whole numbers from 0 to {MOST_WEIGHT}"
        found[name] = int(text) if text else USUAL[name]
    return (found, "") if any(found.values()) else (dict(USUAL), "cannot all be 0")
