"""Who asks, and what of a stream they may see; whatever a handler shows, it asks here first."""

from __future__ import annotations

from starlette.requests import Request

from access.asker import NOBODY, Asker, Door
from access.events import Did, Outcome
from access.grants import Action
from query.visible import Visible
from web.access.notes import note
from web.edge.problems import NO_SUCH_STREAM, ProblemError
from web.service import service_of

WHO = "Log in, or send a key: Authorization: Bearer wpk_…"

_DOES = {
    Action.ASK: Did.ASK,
    Action.DETAIL: Did.ASK,
    Action.SEND: Did.SEND,
    Action.REPLAY: Did.REPLAY,
    Action.ADMINISTER: Did.CHANGE_STREAM,
}

SYSTEM_OF = {
    "/epidemic": "epidemic",
    "/v1/epidemic": "epidemic",
    "/clinical": "clinical",
    "/sites": "merchants",
    "/v1/sites": "merchants",
    "/forms/student_answers": "students",
}
"""Where addresses of systems begin that come on demand → what `up --with` calls them."""


def asker_of(request: Request) -> Asker:
    """Whoever sent this request; nobody, if it was not asked who."""
    asker: Asker = getattr(request.state, "asker", NOBODY)
    return asker


def visible_of(request: Request, stream: str, action: Action) -> Visible:
    """What the asker may see of a stream by an action.

    404 when there is no grant of it, by the same steps as for a stream that is not there; 403 when the grants are of
    other actions; 401 when it is not known who asks. Raises ProblemError.
    """
    asker = asker_of(request)
    if asker.door is Door.NOBODY and not asker.grants:
        raise ProblemError("unauthorized", WHO)
    definition = service_of(request).queries.definitions.get(stream)
    if not asker.knows(stream) or definition is None:
        note(request, _DOES[action], Outcome.REFUSED, stream=stream)
        raise ProblemError("unknown-stream", _no_such_stream(request.scope["path"]))
    scope = asker.scope(definition, action)
    if scope is None:
        note(request, _DOES[action], Outcome.REFUSED, stream=stream)
        raise ProblemError("forbidden", f"You have no grant by which you may {action} here.")
    return Visible(definition, scope)


def _no_such_stream(path: str) -> str:
    """What is said where a stream is not to be seen; at addresses of a system, how its streams come to be there."""
    system = next((name for start, name in SYSTEM_OF.items() if f"{path}/".startswith(f"{start}/")), None)
    if system is None:
        return NO_SUCH_STREAM
    started = f"They are there once the stack is started with them: ./windowpane up --with {system}"
    return f"The streams of this page are not here, or you have no grant of them. {started}"


def visible_streams(request: Request, action: Action) -> dict[str, Visible]:
    """Every stream that the asker may see by an action, by name."""
    asker = asker_of(request)
    scoped = {each.name: (each, asker.scope(each, action)) for each in service_of(request).definitions.values()}
    return {name: Visible(definition, scope) for name, (definition, scope) in scoped.items() if scope is not None}


def streams_there(request: Request) -> frozenset[str]:
    """The names of all streams, whoever may see them: not to be shown."""
    return frozenset(service_of(request).queries.definitions)


def forms_there(request: Request) -> frozenset[str]:
    """The names of all streams with a form, whoever may see them: not to be shown."""
    return frozenset(name for name, each in service_of(request).queries.definitions.items() if each.form is not None)
