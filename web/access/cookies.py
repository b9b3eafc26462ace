"""The cookies of the doors: the session, a link that was opened, and as whom an administrator sees."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

from starlette.requests import HTTPConnection
from starlette.responses import Response

from access.key_text import SecretKind, is_secret
from web.service import service_of

_VIEW = re.compile(r"wpv_[a-z2-7]{38}(?:\.[0-9a-f]{64})?")
_TOKEN = re.compile(r"[A-Za-z0-9._@+~:=-]{1,400}")


def session_token(request: HTTPConnection) -> str | None:
    """The token of the session; None without one. What cannot be one is an empty text: no session has it."""
    token = _cookie(request, "windowpane")
    return token if token is None or is_secret(SecretKind.SESSION, token) else ""


def set_session(request: HTTPConnection, response: Response, token: str, expires_at: datetime | None = None) -> None:
    """Give the browser a new session, until a moment, else until it is closed; the store knows when it ends."""
    _set(request, response, "windowpane", token, "lax", expires_at)


def clear_session(request: HTTPConnection, response: Response) -> None:
    """Let the browser forget the session, and as whom it sees."""
    for name in ("windowpane", "windowpane-as"):
        _forget(request, response, name)


def link_shown(request: HTTPConnection) -> str | None:
    """What somebody shows who opened a shared link, as `SharedLinks.open` gave it; None without one."""
    shown = _cookie(request, "windowpane-link")
    return shown if shown is None or _VIEW.fullmatch(shown) else ""


def set_link(request: HTTPConnection, response: Response, shown: str) -> None:
    """Let the browser show it until it is closed; an empty text: no more."""
    if shown:
        _set(request, response, "windowpane-link", shown, "lax")
    else:
        _forget(request, response, "windowpane-link")


def see_as_cookie(request: HTTPConnection) -> str | None:
    """As whom an administrator sees, sealed."""
    return _cookie(request, "windowpane-as")


def set_see_as(request: HTTPConnection, response: Response, sealed: str) -> None:
    """See as another from now on; an empty text: as oneself."""
    if sealed:
        _set(request, response, "windowpane-as", sealed, "strict")
    else:
        _forget(request, response, "windowpane-as")


def is_secure(request: HTTPConnection) -> bool:
    """Whether the client's connection is HTTPS."""
    return str(request.scope["scheme"]) == "https"


def _name(request: HTTPConnection, name: str) -> str:
    """A name that no other host, path or port can set: cookies do not tell ports apart, and services of one machine do.

    `__Host-` is for the whole of a host; below a path browsers allow `__Secure-` only.
    """
    if is_secure(request):
        return f"__Secure-{name}" if root_path(request) else f"__Host-{name}"
    server = request.scope.get("server")
    return f"{name}-{server[1] if server else 0}"


def root_path(request: HTTPConnection) -> str:
    """The path that the service is offered under; empty for none."""
    return service_of(request).settings.root_path


def own_address(request: HTTPConnection, path: str) -> str:
    """The whole address of a path of this service, as somebody elsewhere can open it."""
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}{root_path(request)}{path}"


def _cookie(request: HTTPConnection, name: str) -> str | None:
    """Its value if it was sent once; twice, it is nobody's."""
    wanted, found = f"{_name(request, name)}=", list[str]()
    for header in request.headers.getlist("cookie"):
        found += [part.strip()[len(wanted) :] for part in header.split(";") if part.strip().startswith(wanted)]
    if not found:
        return None
    return found[0] if len(found) == 1 and _TOKEN.fullmatch(found[0]) else ""


def _set(
    request: HTTPConnection,
    response: Response,
    name: str,
    value: str,
    same_site: Literal["lax", "strict"],
    expires_at: datetime | None = None,
) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        expires=expires_at and expires_at.astimezone(UTC),
        path=root_path(request) or "/",
        secure=is_secure(request),
        httponly=True,
        samesite=same_site,
    )


def _forget(request: HTTPConnection, response: Response, name: str) -> None:
    response.delete_cookie(
        _name(request, name),
        path=root_path(request) or "/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
