"""What stands around every page: who asks, which pages that one may see, and what all should know."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from access.asker import NOBODY, Asker, Door
from access.grants import Action
from systems.clinical import statements as clinical
from systems.epidemic.asked import STREAM as REPORTS
from systems.merchants.sites import STREAM
from web.access.cookies import root_path
from web.access.csrf import csrf_token
from web.access.scopes import asker_of, forms_there, streams_there


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation. `page`: the name that the page gives itself."""

    page: str
    address: str
    title: str


EPIDEMICS = Entry("epidemic", "/epidemic", "Epidemics")


@dataclass(frozen=True, slots=True)
class Frame:
    """Around one page. `csrf`: for its forms. `root`: the path that the service is offered under; empty for none.

    `streams`: those that there are; what only a system's streams need has no entry where these are not. `forms`: those
    of them that have one.
    """

    asker: Asker = NOBODY
    csrf: str = ""
    root: str = ""
    streams: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()

    @property
    def open(self) -> bool:
        """Whether there are no users yet."""
        return self.asker.door is Door.OPEN

    @property
    def signed_in(self) -> bool:
        """Whether there is a session to end."""
        return self.asker.door is Door.SESSION

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The pages that the asker may see."""
        return entries_of(self.asker, self.streams, self.forms)


def entries_of(asker: Asker, streams: frozenset[str], forms: frozenset[str] = frozenset()) -> tuple[Entry, ...]:
    """The navigation of an asker, where there are these streams; none for nobody, but for what all may see."""

    def may(action: Action) -> bool:
        return asker.administrator or any(grant.allows(action) for grant in asker.grants)

    def knows(*names: str) -> bool:
        return any(name in streams and (asker.administrator or asker.knows(name)) for name in names)

    if asker.door is Door.LINK:
        return ()
    if asker.door is Door.NOBODY:
        return (EPIDEMICS,) if knows(REPORTS) else ()
    shown = {
        Entry("window", "/", "Window"): may(Action.ASK),
        Entry("sites", "/sites", "Sites"): knows(STREAM),
        EPIDEMICS: knows(REPORTS),
        Entry("clinical", "/clinical", "Clinical"): knows(clinical.ADMISSIONS, clinical.LAB_RESULTS),
        Entry("forms", "/forms", "Forms"): knows(*forms),
        Entry("streams", "/streams", "Streams"): True,
        Entry("sources", "/sources", "Sources"): asker.administrator or bool(asker.grants),
        Entry("replays", "/replays", "Replays"): may(Action.REPLAY),
        Entry("engines", "/engines", "Engines"): asker.sees_all,
        Entry("admin", "/admin", "Admin"): asker.administrator and asker.door is not Door.OPEN,
        Entry("api", "/docs/api", "API"): True,
    }
    return tuple(entry for entry, may_see in shown.items() if may_see)


_SERVED: ContextVar[Request | None] = ContextVar("served", default=None)


def frame() -> Frame:
    """Around the page that is being made now."""
    request = _SERVED.get()
    if request is None:
        return Frame()
    return Frame(
        asker_of(request), csrf_token(request), root_path(request), streams_there(request), forms_there(request)
    )


class FramedPages:
    """Pure ASGI: lets templates know which request they are rendered for, so that no page can leave out its frame."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; inside of what finds out who asks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        token = _SERVED.set(Request(scope))
        try:
            await self._app(scope, receive, send)
        finally:
            _SERVED.reset(token)
