"""`GET /engines`: how the engines, the streams and the disk stand, for people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.asking.engines import standing_of_all
from web.page.templating import page_response
from web.service import service_of


async def engines_page(request: Request) -> Response:
    """What `/v1/engines` tells, as a page."""
    service = service_of(request)
    standing = await standing_of_all(request)
    return page_response(
        "pages/engines/engines.html", title="Engines", standing=standing, definitions=service.definitions
    )
