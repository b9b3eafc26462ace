"""The streams that an asker knows: those that it has any grant of, each as its grants show it."""

from __future__ import annotations

from starlette.requests import Request

from access.asker import Asker
from access.grants import Action
from query.visible import Visible
from streams.definition import Definition
from web.access.scopes import asker_of, visible_of
from web.service import service_of


def known_streams(request: Request) -> dict[str, Visible]:
    """Every one by name, with what the first of the asker's actions shows of it."""
    asker = asker_of(request)
    seen = {name: _seen(asker, each) for name, each in service_of(request).definitions.items()}
    return {name: visible for name, visible in seen.items() if visible is not None}


def known_stream(request: Request, stream: str) -> Visible:
    """The same of one; refused as a question about it is, where there is no grant. Raises ProblemError."""
    definition = service_of(request).queries.definitions.get(stream)
    seen = None if definition is None else _seen(asker_of(request), definition)
    return seen or visible_of(request, stream, Action.ASK)


def sees_standing(request: Request, definition: Definition) -> bool:
    """Whether the asker may see how a stream stands: counts are of all its rows, and what is wrong names fields."""
    asker = asker_of(request)
    scope = asker.scope(definition, Action.ADMINISTER)
    return asker.sees_all or (scope is not None and scope.whole)


def _seen(asker: Asker, definition: Definition) -> Visible | None:
    return next((Visible(definition, scope) for _, scope in asker.scopes(definition)), None)
