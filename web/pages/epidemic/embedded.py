"""`GET /epidemic/embed/regions/{region}`: the chart of a region alone, which pages of others may show in a frame.

It shows what its reader may see. In a frame of another site browsers send no session, so there it shows reports only
where those are public.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from systems.epidemic.figures import COVID_19
from web.edge.middleware import SECURITY_HEADERS
from web.page.templating import inert_json, page_response
from web.pages.epidemic.asking import seen_at
from web.pages.epidemic.charts import region_plan
from web.pages.epidemic.handlers import about
from web.pages.epidemic.part import Part, part_of
from web.pages.epidemic.region import Region, region_of

_POLICY = SECURITY_HEADERS["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors *")
HEADERS = {"Content-Security-Policy": _POLICY, "X-Frame-Options": "", "Referrer-Policy": "no-referrer"}
"""Any page may frame it: it has no forms, and nothing on it changes anything."""


async def embedded_page(request: Request) -> Response:
    """The days of one region, whom they are of, and a link to all of it."""
    code = request.path_params["region"]
    seen = await seen_at(request, f"/epidemic/regions/{code}")
    place = seen.place(code)
    found: Part[Region] = Part(None)
    if seen.ready:
        found = await part_of(request, region_of(request, seen, code, COVID_19))
    region = found.value
    return page_response(
        "pages/epidemic/embedded.html",
        422 if seen.view.chosen.problems else 200,
        HEADERS,
        **about(seen),
        place=place,
        region=region,
        problem=seen.problem or found.problem,
        plan=inert_json(region_plan(region.figures, region.corrected, [])) if region else "{}",
    )
