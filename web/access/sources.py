"""What an asker may know and do of a source, by its grants of the stream that the source's messages go to."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from access.events import Did, Outcome
from access.grants import Action
from web.access.notes import note
from web.access.scopes import asker_of
from web.edge.problems import ProblemError
from web.service import service_of

NO_SUCH_SOURCE = "There is no source of that name."
"""The same for one that may not be known, so that it tells nothing of those there are."""


@dataclass(frozen=True, slots=True)
class SourceScope:
    """What of a source its asker may see and do.

    `counts`: files, runs and how many rows they had, which are of all rows of the stream. `detail`: rows that were
    rejected, reasons and columns, which quote what files hold. `send`: upload files. `administer`: run it, pause it,
    take again what was held.
    """

    counts: bool = False
    detail: bool = False
    send: bool = False
    administer: bool = False

    @property
    def may(self) -> list[str]:
        """The actions, as the API names them."""
        return [name for name in ("detail", "send", "administer") if getattr(self, name)]


EVERYTHING = SourceScope(counts=True, detail=True, send=True, administer=True)


def source_scope(request: Request, stream: str) -> SourceScope | None:
    """None: for this asker there is no source of that stream."""
    asker, definition = asker_of(request), service_of(request).queries.definitions.get(stream)
    if not asker.knows(stream):
        return None
    if definition is None:  # not applied yet: no grant can say which of its rows
        return EVERYTHING if asker.sees_all else SourceScope()
    scopes = dict(asker.scopes(definition))
    of_all_rows = {action for action, scope in scopes.items() if scope.all_rows}
    whole = {action for action, scope in scopes.items() if scope.whole}
    return SourceScope(
        counts=bool(of_all_rows & {Action.ASK, Action.DETAIL, Action.ADMINISTER}),
        detail=Action.DETAIL in whole,
        send=Action.SEND in of_all_rows,
        administer=Action.ADMINISTER in whole,
    )


def known_source(request: Request, name: str, stream: str | None) -> SourceScope:
    """Of one source; `stream`: None where there is none of that name. Raises ProblemError, 404."""
    scope = None if stream is None else source_scope(request, stream)
    if scope is None:
        note(request, Did.ASK, Outcome.REFUSED, stream=stream or "", what=f"source {name}")
        raise ProblemError("unknown-source", NO_SUCH_SOURCE)
    return scope


def require(request: Request, scope: SourceScope, action: Action, stream: str, name: str) -> None:
    """Refuse (403) what the asker may not do with a source that it knows. Raises ProblemError."""
    if {Action.SEND: scope.send, Action.ADMINISTER: scope.administer}[action]:
        return
    did = Did.SEND if action is Action.SEND else Did.CHANGE_SOURCE
    note(request, did, Outcome.REFUSED, stream=stream, what=f"source {name}")
    raise ProblemError("forbidden", f"You have no grant by which you may {action} all rows of {stream} here.")


def administers_streams(request: Request) -> list[str]:
    """Streams of which the asker may do everything, by name: of these it may try samples."""
    scopes = {name: source_scope(request, name) for name in service_of(request).definitions}
    return sorted(name for name, scope in scopes.items() if scope is not None and scope.administer)
