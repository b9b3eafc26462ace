"""Logging in and out, as pages and programs do: where a session begins, and where it ends for everybody."""

from __future__ import annotations

from starlette.requests import Request

from access.events import Did, Outcome
from access.store import AccessStore, Session
from web.access.cookies import session_token
from web.access.notes import note
from web.access.scopes import asker_of
from web.asking.access import agent_of, client_of, in_login, in_store
from web.service import service_of


async def begin_session(request: Request, name: str, password: str) -> tuple[Session, str]:
    """A session and its token, in place of the one that the browser had. Raises RefusedLoginError, ThrottledError."""
    address, agent, old = client_of(request), agent_of(request), session_token(request)

    def begin(store: AccessStore) -> tuple[Session, str]:
        begun = store.sessions.log_in(name, password, address=address, agent=agent)
        if old:
            store.sessions.end_token(old)
        return begun

    return await in_login(request, begin)


async def end_own_session(request: Request) -> None:
    """End the session that asks, here and for whoever else may have its token; without one nothing is done."""
    token = session_token(request)
    if token:
        await in_store(request, lambda store: store.sessions.end_token(token))
        service_of(request).identities.forget(token)
        note(request, Did.LOG_OUT, Outcome.DONE, what=asker_of(request).session or "")
