"""`/sites/{site}/reports`: the reports that one gets of a site, for every member of it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from systems.merchants.errors import InvalidSiteError, UnknownSiteError
from systems.merchants.reports.periods import Period
from web.access.sites import own_sites, seen_sites
from web.asking.site_reports import add, adding, asking, listed, remove
from web.asking.sites import in_sites
from web.page.posted import Posted, posted
from web.page.templating import page_response
from web.service import service_of

PERIODS = {Period.WEEK: "Each week, on Monday", Period.MONTH: "Each month, on the first day"}
_DONE = {"made": "Added. The first report comes when its time is over.", "ended": "Removed."}


async def reports_page(request: Request) -> Response:
    """The list, and a form for one more."""
    return await _page(request, Posted())


async def add_report(request: Request) -> Response:
    """One more."""
    it, form = adding(request), await posted(request)
    try:
        await add(request, it, form.text("address"), form.text("period"))
    except InvalidSiteError as error:
        wrong = error.wrong[0]
        field = wrong.field if wrong.field in ("address", "period") else ""
        return await _page(request, form.wrong(field, wrong.reason if field else str(wrong)))
    return _back(request, "made")


async def remove_report(request: Request) -> Response:
    """One less; removed already is as good."""
    try:
        await remove(request, request.path_params["id"])
    except UnknownSiteError as error:
        if error.kind == "site":
            raise
    return _back(request, "ended")


def _back(request: Request, done: str) -> Response:
    return RedirectResponse(f"/sites/{request.path_params['site']}/reports?done={done}", 303)


async def _page(request: Request, form: Posted) -> Response:
    it, found, scope = asking(request), await listed(request), seen_sites(request)
    site = await in_sites(request, lambda store: store.sites.get(scope, it.site))
    return page_response(
        "pages/site_reports/reports.html",
        422 if form.problems else 200,
        {"Cache-Control": "no-store"},
        title=f"Reports of {site.name}",
        site=site,
        own=site.name in own_sites(request),
        reports=found,
        periods=PERIODS,
        form=form,
        sends=bool(service_of(request).settings.smtp_host),
        done=_DONE.get(request.query_params.get("done", ""), "") if not form.problems else "",
    )
