"""`/reports/unsubscribe/{token}`: ends reports by a button, or by one click in a mail program (RFC 8058).

The token is the right to end them, so no other page is told of it. Looking ends nothing: programs look at every link.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from access.events import Did, Outcome
from systems.merchants.reports.subscriptions import Subscription
from systems.merchants.sites import STREAM
from web.access.notes import note
from web.asking.sites import in_sites
from web.page.templating import page_response

_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin", "X-Robots-Tag": "noindex"}


async def unsubscribe_page(request: Request) -> Response:
    """What would end, and a button; or that it has ended."""
    token: str = request.path_params["token"]
    found = await in_sites(request, lambda store: store.reports.of_token(token))
    return _page(token, found, ended=found is None)


async def unsubscribe(request: Request) -> Response:
    """End them; those that have ended before are ended. What is sent with it does not matter."""
    token: str = request.path_params["token"]
    found = await in_sites(request, lambda store: store.reports.unsubscribe(token))
    if found is not None:
        note(request, Did.CHANGE_SITE, Outcome.DONE, stream=STREAM, what=f"report {found.id} of {found.site}")
    return _page(token, found, ended=True)


def _page(token: str, found: Subscription | None, *, ended: bool) -> Response:
    return page_response(
        "pages/site_reports/unsubscribe.html",
        200,
        _HEADERS,
        title="Reports by e-mail",
        token=token,
        found=found,
        ended=ended,
    )
