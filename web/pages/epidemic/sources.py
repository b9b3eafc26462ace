"""`GET /epidemic/sources`: who reports, until when, and under which licence; and `GET /epidemic/search`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response

from systems.epidemic.name_search import LONGEST_QUERY, Found
from systems.epidemic.report_search import FoundSeries
from systems.epidemic.shipped_sources import SourceText, source_text, source_texts
from web.asking import epidemic
from web.asking.epidemic import Reported
from web.page.templating import page_response
from web.pages.epidemic.asking import Seen, seen_at
from web.pages.epidemic.compare import ADDRESS as COMPARE
from web.pages.epidemic.handlers import about
from web.pages.epidemic.part import Part, part_of

ADDRESS, SEARCH = "/epidemic/sources", "/epidemic/search"
MOST_FOUND = 40
MOST_REPORTS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A source, and for each metric what it tells of and the last day of it. `arrived`: when its newest report did."""

    text: SourceText
    told: list[tuple[Reported, date]] = field(default_factory=list)
    arrived: datetime | None = None

    @property
    def last(self) -> date | None:
        """The last day that anything is told of."""
        return max((day for _, day in self.told), default=None)


async def sources_page(request: Request) -> Response:
    """Every source that reports, and those that are shipped and have not yet."""
    seen = await seen_at(request, ADDRESS)
    found: Part[list[Row]] = Part([])
    if seen.problem is None:
        found = await part_of(request, _rows(request, seen))
    return page_response(
        "pages/epidemic/sources.html",
        422 if seen.view.chosen.problems else 200,
        title="Sources of reports",
        **about(seen),
        rows=found.value or [],
        problem=seen.problem or found.problem,
    )


async def search_page(request: Request) -> Response:
    """Regions, sources and series of reports whose names are like what is asked for."""
    seen = await seen_at(request, SEARCH)
    text = request.query_params.get("search", "").strip()
    found = await epidemic.find_names(seen.places, seen.view.sources, text[:LONGEST_QUERY], MOST_FOUND)
    to_compare = request.query_params.get("to") == "compare"
    reports: Part[list[FoundSeries]] = Part([])
    if text and not to_compare and seen.problem is None:
        asking = epidemic.find_reports(request, seen.visible, seen.places, text[:LONGEST_QUERY], MOST_REPORTS)
        reports = await part_of(request, asking)
    regions = [("region", each) for each in request.query_params.getlist("region")[:20]]
    return page_response(
        "pages/epidemic/search.html",
        title=f"Search: {text[:60]}" if text else "Search",
        **about(seen),
        search=text[:LONGEST_QUERY],
        found=[each for each in found if each.entry.kind == "region" or not to_compare],
        reports=reports.value or [],
        titles=seen.titles,
        problem=reports.problem,
        shown_at=lambda each: _shown_at(seen, each),
        address=lambda each: _address(seen, each, [*regions, ("region", each.entry.code)] if to_compare else None),
    )


async def _rows(request: Request, seen: Seen) -> list[Row]:
    last = await epidemic.last_days(request, seen.visible, seen.view.reported)
    arrived = await epidemic.newest_arrivals(request, seen.visible)
    told: dict[str, list[tuple[Reported, date]]] = {}
    for each in seen.view.reported:
        told.setdefault(each.source, []).append((each, last[each.source, each.metric]))
    texts = source_texts()
    rows = [Row(source_text(name), parts, arrived.get(name)) for name, parts in told.items()]
    rows.sort(key=lambda row: (-(row.last or date.min).toordinal(), row.text.name))
    return rows + [Row(texts[name]) for name in sorted(texts) if name not in told]


def _address(seen: Seen, each: Found, compared: list[tuple[str, str]] | None) -> str:
    if compared is not None:
        return seen.view.url(COMPARE, compared)
    if each.entry.kind == "region":
        return seen.view.url(f"/epidemic/regions/{each.entry.code}")
    return seen.view.url("/epidemic", source=each.entry.code, metric="")


def _shown_at(seen: Seen, each: FoundSeries) -> str:
    """The page of a region about what was found."""
    one = each.series
    day = each.day or seen.view.chosen.day
    address = f"/epidemic/regions/{one.region}"
    return seen.view.url(address, source=one.source, metric=one.metric, variant=one.variant, day=day)
