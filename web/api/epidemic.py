"""`GET /v1/epidemic/…`: what is made of case reports beyond what windows, series and records of the stream answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from streams.time_text import timestamp
from systems.epidemic.asked import BEGINNING
from systems.epidemic.known_places import places
from systems.epidemic.name_search import LONGEST_QUERY
from systems.epidemic.read_asked import Read, read_asked
from systems.epidemic.report_search import FoundSeries
from systems.epidemic.shown import Classes, classes_of, weekly
from web.api.objects import invalid
from web.asking import epidemic
from web.edge.responses import json_response

MOST_WEEKS = 520
"""Most weeks in one answer, the newest."""

MOST_FOUND = 40
"""Most names in one answer."""


async def weeks(request: Request) -> Response:
    """What a map shows of each country in each week, with the classes of its colours."""
    visible = epidemic.seen_reports(request)
    read = read_asked(request.query_params.multi_items())
    first, last = read.first or BEGINNING, read.last or datetime.now(UTC).date() + timedelta(days=1)
    variants = await epidemic.variants(request, visible, read.asked.source, read.asked.metric)
    told = await epidemic.weeks(request, visible, read.asked.told_by(variants), first, last)
    mondays = _mondays(told)[-MOST_WEEKS:]
    body = {
        "source": read.asked.source,
        "metric": read.asked.metric,
        "variant": read.asked.variant,
        "show": read.show.value,
        "as_known_at": timestamp(read.asked.known) if read.asked.known else None,
        **_classes(classes_of(read.show, read.asked.metric)),
        "days": [(monday + epidemic.WEEK).isoformat() for monday in mondays],
        "regions": _shown(read, told, mondays),
    }
    return json_response(body, headers={"Cache-Control": "private, no-cache"})


async def search(request: Request) -> Response:
    """Regions, sources and series of reports by names that are like what is asked for."""
    visible = epidemic.seen_reports(request)
    text = request.query_params.get("search", "").strip()
    if not text or len(text) > LONGEST_QUERY:
        invalid("search", f"is a text of 1 to {LONGEST_QUERY} characters")
    told = await epidemic.reported(request, visible)
    found = await epidemic.find_names(places(), sorted({each.source for each in told}), text, MOST_FOUND)
    series = await epidemic.find_reports(request, visible, places(), text, MOST_FOUND)
    return json_response(
        {
            "search": text,
            "found": [
                {
                    "kind": each.entry.kind,
                    "code": each.entry.code,
                    "name": each.entry.name,
                    "about": each.entry.about,
                    "likeness": round(each.likeness, 3),
                }
                for each in found
            ],
            "reports": [_series(each) for each in series],
        },
        headers={"Cache-Control": "private, no-cache"},
    )


def _series(found: FoundSeries) -> Mapping[str, object]:
    one = found.series
    return {
        "source": one.source,
        "region": one.region,
        "variant": one.variant,
        "metric": one.metric,
        "name": found.name(places()),
        "reports": one.reports,
        "likeness": round(found.likeness, 3),
    }


def _classes(classes: Classes) -> Mapping[str, object]:
    return {"breaks": list(classes.breaks), "two_sided": classes.two_sided}


def _mondays(told: Mapping[str, Mapping[date, float]]) -> list[date]:
    """Every week from the first to the last that anything is told of."""
    known = {monday for weeks in told.values() for monday in weeks}
    if not known:
        return []
    first, last = min(known), max(known)
    return [first + timedelta(weeks=place) for place in range((last - first).days // 7 + 1)]


def _shown(
    read: Read, told: Mapping[str, Mapping[date, float]], mondays: Sequence[date]
) -> Mapping[str, Sequence[float | None]]:
    known, shown = places(), {}
    for region, weeks_told in sorted(told.items()):
        values = weekly([weeks_told.get(monday) for monday in mondays], read.show, known.population(region))
        shown[region] = [None if value is None else float(f"{value:.4g}") for value in values]
    return shown
