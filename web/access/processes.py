"""What an asker sees of results of processes, by its grants of the stream that they are made of.

Results are of all rows. Whoever may ask about all of them sees results; whoever sees some rows, none.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from access.events import Did, Outcome
from access.grants import Action
from access.scope import EVERYTHING, Scope
from processing.definition import Process
from processing.sight import Sight
from web.access.notes import note
from web.access.scopes import asker_of
from web.edge.problems import ProblemError
from web.service import service_of

NO_SUCH_PROCESS = "There is no process of that name."
"""The same for one that may not be known, so that it tells nothing of those there are."""


@dataclass(frozen=True, slots=True)
class ProcessScope:
    """`sight`: what is shown of results; None: nothing, and `why` says it."""

    sight: Sight | None
    why: str = ""

    @property
    def may(self) -> list[str]:
        """The actions by which results are seen, as the API names them."""
        sight = self.sight
        told = {"ask": sight is not None, "detail": sight is not None and sight.detail}
        return [name for name, may in told.items() if may]


def process_scope(request: Request, stream: str) -> ProcessScope | None:
    """None: for this asker there is no process of that stream."""
    asker, definition = asker_of(request), service_of(request).queries.definitions.get(stream)
    if not asker.knows(stream):
        return None
    if definition is None:  # not applied: no grant can say which of its rows
        return scope_of_results(stream, EVERYTHING, EVERYTHING, EVERYTHING) if asker.sees_all else None
    scopes = dict(asker.scopes(definition))
    return scope_of_results(stream, scopes.get(Action.ASK), scopes.get(Action.DETAIL), scopes.get(Action.ADMINISTER))


def known_process(request: Request, name: str, process: Process | None) -> ProcessScope:
    """Of one process; None where there is none of that name. Raises ProblemError, 404."""
    scope = None if process is None else process_scope(request, process.stream)
    if scope is None:
        note(request, Did.ASK, Outcome.REFUSED, stream=process.stream if process else "", what=f"process {name}")
        raise ProblemError("unknown-process", NO_SUCH_PROCESS)
    return scope


def sight_of(request: Request, process: Process, scope: ProcessScope) -> Sight:
    """What is shown of its results. Raises ProblemError, 403."""
    outcome = Outcome.REFUSED if scope.sight is None else Outcome.DONE
    note(request, Did.ASK, outcome, stream=process.stream, what=f"process {process.name}")
    if scope.sight is None:
        raise ProblemError("forbidden", scope.why)
    return scope.sight


def scope_of_results(stream: str, ask: Scope | None, detail: Scope | None, administer: Scope | None) -> ProcessScope:
    """By what somebody may see of a stream to ask, of its single messages, and to administer; `Results` of the access
    plugin says the same to SQL clients."""
    if ask is None:
        return ProcessScope(None, f"You have no grant by which you may {Action.ASK} here.")
    if not ask.all_rows:
        return ProcessScope(None, f"Results are of all rows of {stream}; your grants show some of them.")
    # A field that only some of the asker's grants hide is hidden, as in answers.
    all_single = detail is not None and detail.all_rows and detail.hidden <= ask.hidden
    return ProcessScope(Sight(all_single, administer is not None and administer.whole, ask.hidden))
