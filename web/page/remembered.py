"""What a reader's browser remembers: the time zone that was chosen last."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from web.page.form_times import UTC_ZONE
from web.page.times import zone_named

_SECONDS = 365 * 86_400


def remembered_zone(request: Request) -> ZoneInfo:
    """The zone of an address that names none."""
    return zone_named(request.cookies.get("zone", "")) or UTC_ZONE


def remember_zone(request: Request, response: Response, zone: ZoneInfo) -> None:
    """Only for what the reader sent: a link may be of somebody else."""
    secure = request.url.scheme == "https"
    response.set_cookie("zone", zone.key, _SECONDS, samesite="lax", httponly=True, secure=secure)
