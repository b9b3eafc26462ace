"""Who fills in a form, as far as its claims go."""

from __future__ import annotations

from starlette.requests import Request

from access.asker import Asker, Door
from web.access.scopes import asker_of
from web.edge.problems import ProblemError

_TOLD_APART = frozenset({Door.SESSION, Door.KEY, Door.TOKEN})
_LINK = "link:"


def person_of(request: Request) -> str:
    """A user, or the person of a link; empty if nobody is told from others. Raises ProblemError for a link that is of
    something that was sent."""
    asker = asker_of(request)
    if submission_of(asker):
        raise ProblemError("forbidden", "This link is of answers that were sent; it opens those alone.")
    if asker.door is Door.LINK:
        return asker.name
    return f"user:{asker.name}" if asker.door in _TOLD_APART else ""


def submission_of(asker: Asker) -> str:
    """The submission whose link somebody opened; empty for all others."""
    of = asker.name.removeprefix(_LINK) if asker.door is Door.LINK else ""
    return of if len(of) == len("00000000-0000-0000-0000-000000000000") else ""


def once(person: str) -> str:
    """The name of the claim that a person filled in a form."""
    return f"once {person}"
