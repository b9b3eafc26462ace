"""Who asks, and what of a stream they may see; whatever a handler shows, it asks here first."""

from __future__ import annotations

from starlette.requests import Request

from access.asker import ANYBODY, Asker
from access.grants import Action
from query.visible import Visible
from web.edge.problems import NO_SUCH_STREAM, ProblemError
from web.service import service_of


def asker_of(request: Request) -> Asker:
    """Whoever sent this request."""
    asker: Asker = getattr(request.state, "asker", ANYBODY)
    return asker


def visible_of(request: Request, stream: str, action: Action) -> Visible:
    """What the asker may see of a stream by an action; 404, as for one that is not there, when that is nothing."""
    definition = service_of(request).definition(stream)
    scope = asker_of(request).scope(definition, action)
    if scope is None:
        raise ProblemError("unknown-stream", NO_SUCH_STREAM)
    return Visible(definition, scope)


def visible_streams(request: Request, action: Action) -> dict[str, Visible]:
    """Every stream that the asker may see by an action, by name."""
    asker = asker_of(request)
    scoped = {each.name: (each, asker.scope(each, action)) for each in service_of(request).definitions.values()}
    return {name: Visible(definition, scope) for name, (definition, scope) in scoped.items() if scope is not None}
