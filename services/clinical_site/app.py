"""The APIs of all sites: `GET /{site}/v1/{patients|admissions|lab_results}`, and `GET /` with their names.

A page is `{"site": …, "data": […], "next": address or null}`: records in their newest versions, in order of
`updated_at`. One that is deleted is `{"id": …, "version": …, "updated_at": …, "deleted": true}`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.clinical_site.moods import Moods
from services.clinical_site.paging import cursor_of, read_asked
from services.clinical_site.problems import SiteProblemError, problem_response
from services.clinical_site.users import Users
from systems.clinical.generator.made_site import APIS, MadeSite


def now() -> datetime:
    """The moment, by the machine's clock."""
    return datetime.now(UTC)


def create_app(
    sites: Mapping[str, MadeSite], users: Users, moods: Moods | None = None, clock: Callable[[], datetime] = now
) -> Starlette:
    """The application. What happens at the sites follows `clock`."""
    moods = moods or Moods(clock=time.monotonic)

    async def names(_: Request) -> Response:
        return _json({"sites": [*sites], "apis": [*APIS]})

    async def page(request: Request) -> Response:
        site, api = request.path_params["site"], request.path_params["api"]
        user = users.of(request.headers.get("authorization", ""), clock())
        if site not in sites or api not in APIS:
            raise SiteProblemError(404, f"There is no such API; sites: {', '.join(sites)}; APIs: {', '.join(APIS)}.")
        if not user.may(site, api):
            raise SiteProblemError(403, f"You are not granted {api} of {site}; its administrators can.")
        moods.admit(user.name)
        if moods.slow:
            await asyncio.sleep(moods.slow)
        moods.fail()
        asked = read_asked(request.query_params)
        sites[site].advance(clock())
        records, last = sites[site].log(api).page(asked.after, asked.limit)
        following = None
        if last is not None:
            following = str(request.url.replace_query_params(cursor=cursor_of(last), limit=asked.limit))
        return _json({"site": site, "data": records, "next": following})

    routes = [Route("/", names), Route("/{site}/v1/{api}", page)]
    return Starlette(routes=routes, exception_handlers={SiteProblemError: problem_response})


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), 200, {"Cache-Control": "no-store"}, media_type="application/json")
