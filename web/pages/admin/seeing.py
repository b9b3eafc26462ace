"""To see as somebody else, and to stop."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.asker import Door
from access.errors import UnknownSubjectError
from access.events import Did, Outcome
from web.access.notes import note
from web.access.scopes import asker_of
from web.access.seeing import see_as, see_as_oneself
from web.asking.access import in_store
from web.edge.problems import ProblemError
from web.pages.admin.user import NO_SUCH_USER, named_user


async def begin_seeing(request: Request) -> Response:
    """From now on every page is as the user has it, and nothing can be changed."""
    name, asker = named_user(request), asker_of(request)
    if asker.door is not Door.SESSION:
        raise ProblemError("forbidden", "This is for administrators who are logged in by name and password.")
    try:
        user = await in_store(request, lambda store: store.users.get(name))
    except UnknownSubjectError:
        raise ProblemError("not-found", NO_SUCH_USER) from None
    if user.disabled or user.name == asker.name:
        raise ProblemError("invalid-values", f"Nothing can be seen as {user.name}.")
    response = RedirectResponse("/account", 303)
    see_as(request, response, asker, user.name)
    return response


async def stop_seeing(request: Request) -> Response:
    """Every page is as one's own user has it again."""
    response = RedirectResponse(f"/admin/users/{asker_of(request).name}" if asker_of(request).seen_by else "/", 303)
    see_as_oneself(request, response)
    note(request, Did.SEE_AS, Outcome.DONE, what="stopped")
    return response
