"""Requests that a page of somebody else's makes a browser send: told from one's own, and refused.

A browser adds the session to whatever it is made to send. So what changes something has to come from a page of ours: by
what browsers say of where it comes from, and by a token that only a page of the same session can have read. What no
page of another site can make a browser send, unless we allow it first, needs no token: a body of JSON, and methods that
no form has.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from access.asker import Door
from web.access.cookies import session_token
from web.access.scopes import asker_of
from web.edge.bodies import JSON, whole_body
from web.edge.multipart import FILES
from web.edge.problems import ProblemError
from web.service import service_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER, FIELD = "x-csrf-token", "csrf"
FORM = "application/x-www-form-urlencoded"

_ASKED_BEFORE = frozenset({"DELETE", "PATCH", "PUT"})
"""Methods for which a browser asks first (CORS) whether another site's page may send that; it never may."""

_LARGEST_FORM = 1 << 18
_MOST_FIELDS = 2_000


def csrf_token(request: Request) -> str:
    """What a form of this session has in its field `csrf`; empty for whoever is known by something else."""
    token = session_token(request)
    return token_of(token) if token and asker_of(request).door is Door.SESSION else ""


async def check_origin(request: Request, *, reads: bool = False, files: bool = False) -> None:
    """Refuse what comes from another site, or without the token that its session's forms have (403).

    `reads`: it changes nothing, and its answer is not for other sites to read. `files`: whoever reads a form with
    files checks the token that stands in it, by `check_token`.
    """
    if request.method in SAFE:
        return
    door = asker_of(request).door
    if door in (Door.KEY, Door.TOKEN, Door.OPERATOR):
        return  # no browser adds those by itself
    if not _is_own(request):
        raise ProblemError("forbidden", "This was sent by a page of another site; nothing was done.")
    if door is not Door.SESSION or reads or request.method in _ASKED_BEFORE or kind_of_body(request) == JSON:
        return
    if files and kind_of_body(request) == FILES and HEADER not in request.headers:
        return
    check_token(request, await _given(request))


def check_token(request: Request, given: str) -> None:
    """Refuse a form without the token of its session (403); whoever has no session needs none."""
    if asker_of(request).door is not Door.SESSION:
        return
    expected = csrf_token(request)
    if not expected or not given.isascii() or not hmac.compare_digest(expected, given):
        detail = "The form is of another session; load the page again. Programs send JSON, or X-CSRF-Token."
        raise ProblemError("forbidden", detail)


async def form_of(request: Request) -> Mapping[str, list[str]]:
    """The fields of a form, each with its values in order. Raises ProblemError."""
    if kind_of_body(request) != FORM:
        raise ProblemError("unsupported-type", f"A form is sent as {FORM}.")
    body = await _bounded_body(request)
    fields = dict[str, list[str]]()
    try:
        for name, value in parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS):
            fields.setdefault(name, []).append(value)
    except ValueError:
        raise ProblemError("unparseable", "The form cannot be read.") from None
    return fields


async def _given(request: Request) -> str:
    """The token that was sent."""
    given = request.headers.get(HEADER, "")
    if not given and kind_of_body(request) == FORM:
        given = (await form_of(request)).get(FIELD, [""])[0]
    return given


def kind_of_body(request: Request) -> str:
    """The media type of the body; several are none."""
    kinds = request.headers.getlist("content-type")
    return kinds[0].partition(";")[0].strip().lower() if len(kinds) == 1 else ""


async def _bounded_body(request: Request) -> bytes:
    """The body of a form; kept with the request, so that it can be read again."""
    if not hasattr(request, "_body"):
        request._body = await whole_body(request.stream(), service_of(request).settings, _LARGEST_FORM)
    return request._body


def token_of(session: str) -> str:
    """The token of a session, of which only whoever has the session can make it."""
    return hmac.new(session.encode(), b"windowpane csrf", sha256).hexdigest()


def _is_own(request: Request) -> bool:
    """Whether a page of ours sent it, or a program that is no browser."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if request.scope["scheme"] == "https" and parts.scheme != "https":
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == request.headers.get("host", "").lower()
