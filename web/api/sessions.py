"""`/v1/sessions`: log in, log out, and where else one is logged in."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from access.asker import Asker, Door
from access.errors import RefusedLoginError, ThrottledError
from access.events import Did, Outcome
from access.store import Session
from streams.time_text import timestamp
from web.access.cookies import clear_session, set_session
from web.access.csrf import token_of
from web.access.notes import note
from web.access.scopes import asker_of
from web.api.me import me_json
from web.api.objects import read_members
from web.asking.access import in_login, in_store
from web.asking.logins import begin_session, end_own_session
from web.edge.problems import ProblemError
from web.edge.responses import json_response
from web.service import service_of

_LARGEST_LOGIN = 16 << 10


async def log_in(request: Request) -> Response:
    """A new session, whatever there was before. Whoever fails is not told why."""
    given = await read_members(request, ("user", "password"), most=_LARGEST_LOGIN)
    name, password = given.text("user"), given.text("password")
    try:
        session, token = await begin_session(request, name, password)
    except (RefusedLoginError, ThrottledError):
        note(request, Did.LOG_IN, Outcome.REFUSED, who=name[:100])
        raise
    service = service_of(request)
    asker = await in_login(request, lambda _: service.identities.find(token))
    if asker is None:
        raise ProblemError("unauthorized", "The session has ended; log in again.")
    request.state.asker = asker
    note(request, Did.LOG_IN, Outcome.DONE, what=session.id)
    response = json_response({**me_json(request, asker), "csrf": token_of(token)})
    set_session(request, response, token, session.expires_at)
    return response


async def log_out(request: Request) -> Response:
    """End the session that asks, wherever its token is."""
    await end_own_session(request)
    response = Response(status_code=204)
    clear_session(request, response)
    return response


async def sessions(request: Request) -> Response:
    """The asker's sessions, the last used first."""
    asker = _logged_in(request)
    found = await in_store(request, lambda store: store.sessions.of(asker.name))
    return json_response({"sessions": [_session_json(each, asker.session) for each in found]})


async def end_session(request: Request) -> Response:
    """End one of the asker's sessions."""
    asker, session = _logged_in(request), request.path_params["session"]
    await in_store(request, lambda store: store.sessions.end(asker.name, session))
    note(request, Did.LOG_OUT, Outcome.DONE, what=session)
    return Response(status_code=204)


def _logged_in(request: Request) -> Asker:
    """Who asks by a session; a key has no part in those of its user. Raises ProblemError."""
    asker = asker_of(request)
    if asker.door is not Door.SESSION:
        raise ProblemError("forbidden", "Sessions are listed and ended by whoever is logged in.")
    return asker


def _session_json(session: Session, current: str | None) -> dict[str, Any]:
    return {
        "id": session.id,
        "made_at": timestamp(session.made_at),
        "expires_at": timestamp(session.expires_at),
        "used_at": timestamp(session.used_at),
        "address": session.address,
        "agent": session.agent,
        "current": session.id == current,
    }
