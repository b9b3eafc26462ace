"""`/clinical/admissions` and `/clinical/lab-results`; `/clinical` leads to what its reader may see of both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.grants import Action
from query.errors import NotReadyError, QueryError
from query.visible import Visible
from systems.clinical.numbers import Admissions, LabResults
from systems.clinical.statements import ADMISSIONS, LAB_RESULTS
from web.access.away import told_on_page
from web.access.scopes import visible_of, visible_streams
from web.asking import clinical
from web.edge.problems import Problem
from web.page.granted import alternatives_in_words
from web.page.remembered import remember_zone, remembered_zone
from web.page.templating import page_response
from web.page.times import RANGES as ALL_RANGES
from web.page.times import span
from web.page.units import NOTHING
from web.pages.clinical import bars
from web.pages.clinical.view import ADDRESSES, RANGES, TITLES, View, read_view

PEOPLE = "patients"
_WORDS = {
    "ward": "wards",
    "kind": "kinds of admissions",
    "patient": "which patient it was",
    "stay_hours": "how long stays were",
    "test": "tests",
    "unit": "units",
    "value": "values",
    "out_of_range": "what is out of range",
    "test_name": "names of tests",
}
_MOST_ROWS = 50


async def clinical_page(request: Request) -> Response:
    """The first of the pages that the reader may see. Raises ProblemError if there is none."""
    seen = visible_streams(request, Action.ASK)
    for stream, address in ADDRESSES.items():
        if stream in seen:
            return RedirectResponse(address, 302)
    visible_of(request, ADMISSIONS, Action.ASK)
    return RedirectResponse(ADDRESSES[ADMISSIONS], 302)


async def admissions_page(request: Request) -> Response:
    """Admissions by site, ward and kind, over time."""
    visible = visible_of(request, ADMISSIONS, Action.ASK)

    async def shown(view: View) -> dict[str, Any]:
        found: Admissions = await clinical.admissions(request, visible, view.asked)
        kinds = [kind for kind, _ in found.by["kind"]] or ["all"]
        return {
            "found": found,
            "empty": not found.whole.admissions,
            "chart": bars.stacked(view, kinds, found.points) if found.points else None,
            "most": {name: max((each.admissions for _, each in rows), default=1) for name, rows in found.by.items()},
        }

    return await _page(request, visible, shown)


async def lab_results_page(request: Request) -> Response:
    """Lab results by test, with quantiles and the share out of range."""
    visible = visible_of(request, LAB_RESULTS, Action.ASK)

    async def shown(view: View) -> dict[str, Any]:
        found: LabResults = await clinical.lab_results(request, visible, view.asked)
        of_one = {"test", "unit"} <= {name for name, _ in view.chosen} and len(found.tests) == 1
        quantiles = of_one and bool(found.tests[0][2].quantiles)
        chart = bars.by_quantiles(view, found.points) if quantiles else bars.by_range(view, found)
        return {
            "found": found,
            "empty": not found.whole.results,
            "chart": chart,
            "one": found.tests[0] if of_one else None,
            "quantiles": quantiles,
            "most": max((each.results for _, each in found.sites), default=1),
        }

    return await _page(request, visible, shown)


async def _page(request: Request, visible: Visible, shown: Callable[[View], Awaitable[dict[str, Any]]]) -> Response:
    stream, zone = visible.definition.name, remembered_zone(request)
    view = read_view(stream, request.query_params.multi_items(), datetime.now(UTC), zone)
    problems, away, waiting, parts = dict(view.form.problems), None, False, dict[str, Any]()
    if view.form.submitted and not problems:
        response: Response = RedirectResponse(view.url(), 302)
        remember_zone(request, response, view.form.zone)
        return response
    if not problems:
        try:
            parts = await shown(view)
        except NotReadyError:
            waiting = True
        except QueryError as error:
            problems, away = told_on_page(request, error)
    return _rendered(request, visible, view, problems, away, {"waiting": waiting, **parts})


def _rendered(
    request: Request,
    visible: Visible,
    view: View,
    problems: dict[str, str],
    away: Problem | None,
    parts: dict[str, Any],
) -> Response:
    others = visible_streams(request, Action.ASK)
    return page_response(
        f"pages/clinical/{view.stream}.html",
        422 if problems else away.status if away else 200,
        {**((away and away.headers) or {}), "Vary": "Cookie", "Cache-Control": "private, no-store"},
        title=_TABS[view.stream],
        view=view,
        form=view.form,
        tabs={name: label for name, label in _TABS.items() if name in others},
        ranges={key: ALL_RANGES[key] for key in RANGES},
        titles=TITLES,
        problems=problems,
        away=away,
        span=span(view.form.length) if view.form.length else "",
        hidden=hidden_in_words(visible),
        rows_seen="" if visible.scope.all_rows else alternatives_in_words(visible.scope),
        moved=_limited_beyond_sites(visible),
        people=PEOPLE in visible_streams(request, Action.DETAIL),
        number=number,
        percent=percent,
        bar=bar,
        most_rows=_MOST_ROWS,
        **parts,
    )


_TABS = {ADMISSIONS: "Admissions", LAB_RESULTS: "Lab results"}


def hidden_in_words(visible: Visible) -> list[str]:
    """What of the page the reader's grants hide."""
    return [said for name, said in _WORDS.items() if name in visible.definition.fields and name in visible.scope.hidden]


def _limited_beyond_sites(visible: Visible) -> bool:
    """Whether rows are seen by what may change of a thing: older versions then show where it was."""
    return any(name != "site" for rule in visible.scope.rows for name, _ in rule)


def number(value: float | None, unit: str = "") -> str:
    """A value with three digits that count, and its unit; a dash where there is none."""
    if value is None:
        return NOTHING
    digits = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{digits} {unit}".rstrip()


def percent(share: float | None) -> str:
    """A share of all; a dash where it is not known."""
    return NOTHING if share is None else f"{share * 100:.1f}%"


def bar(value: float | None, most: float) -> str:
    """The class of a bar beneath a number, in twentieths of the most."""
    return "" if not value or not most else f"bar w{max(1, round(value / most * 20))}"
