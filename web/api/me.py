"""`/v1/me`: who asks, and what that one may do; `/v1/see-as`: an administrator sees as another."""

from __future__ import annotations

from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from access.asker import Asker, Door
from web.access.csrf import csrf_token
from web.access.scopes import asker_of
from web.access.seeing import see_as, see_as_oneself
from web.api.grants import scope_json
from web.api.objects import invalid, read_members
from web.asking.access import in_store
from web.edge.problems import ProblemError
from web.edge.responses import json_response
from web.service import service_of


async def me(request: Request) -> Response:
    """The asker, with what it may do of each stream that there is for it."""
    return json_response(me_json(request, asker_of(request)))


async def begin_seeing(request: Request) -> Response:
    """Answer this session as another user's from now on; it can change nothing meanwhile."""
    asker, given = asker_of(request), await read_members(request, ("user",))
    if asker.door is not Door.SESSION:
        raise ProblemError("forbidden", "Who sees as another is logged in with a password.")
    user = await in_store(request, lambda store: store.users.get(given.text("user")))
    if user.disabled:
        invalid("user", "is disabled")
    response = json_response({"user": user.name})
    see_as(request, response, asker, user.name)
    return response


async def end_seeing(request: Request) -> Response:
    """See as oneself again."""
    response = Response(status_code=204)
    see_as_oneself(request, response)
    return response


def me_json(request: Request, asker: Asker) -> dict[str, Any]:
    """Who asks, by which door, and what that one may do. `csrf`: what a program with a cookie sends along."""
    definitions = service_of(request).definitions
    # By the first action that it has.
    scopes = {name: scope for name, each in definitions.items() for _, scope in islice(asker.scopes(each), 1)}
    return {
        "name": asker.name,
        "user": asker.name,
        "door": asker.door,
        "administrator": asker.administrator,
        "groups": sorted(asker.groups),
        "open": asker.door is Door.OPEN,
        "seen_by": asker.seen_by or None,
        "csrf": csrf_token(request) or None,
        "streams": {name: scope_json(scope) for name, scope in scopes.items()},
    }
