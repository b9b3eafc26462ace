"""`/v1/sites/{site}/reports`: weekly and monthly reports by e-mail."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.api.objects import read_members
from web.asking.site_reports import add, adding, asking, listed, remove
from web.asking.sites import in_sites, site_changed
from web.edge.responses import json_response


async def reports(request: Request) -> Response:
    """One's own; all of a site for who may change it."""
    return json_response({"reports": [each.as_json() for each in await listed(request)]})


async def add_report(request: Request) -> Response:
    """One more; the same again is the one that is there."""
    it, given = adding(request), await read_members(request, ("address", "period"))
    added = await add(request, it, given.text("address"), given.text("period"))
    return json_response(added.as_json(), 201)


async def remove_reports(request: Request) -> Response:
    """All that one has asked for oneself."""
    it = asking(request)
    await in_sites(request, lambda store: store.reports.remove_all(it.scope, it.site, it.user))
    site_changed(request, it.site)
    return Response(status_code=204)


async def remove_report(request: Request) -> Response:
    """End one."""
    await remove(request, request.path_params["id"])
    return Response(status_code=204)
