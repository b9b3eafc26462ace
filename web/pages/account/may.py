"""What somebody may do with each stream, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from access.asker import Asker
from access.grants import Action
from access.scope import Scope
from streams.definition import Definition
from web.page.granted import actions_in_words, alternatives_in_words, joined


@dataclass(frozen=True, slots=True)
class Allowed:
    """Actions that are of the same rows, with the same fields hidden."""

    does: str
    rows: str
    hidden: str


@dataclass(frozen=True, slots=True)
class OfStream:
    """What an asker may do with one stream."""

    name: str
    title: str
    allowed: tuple[Allowed, ...]


def what_may(asker: Asker, definitions: Iterable[Definition]) -> list[OfStream]:
    """Every stream that the asker knows, in order of names."""
    streams = (OfStream(each.name, each.title, tuple(_allowed(asker, each))) for each in definitions)
    return sorted((each for each in streams if each.allowed), key=lambda each: each.name)


def _allowed(asker: Asker, definition: Definition) -> Iterator[Allowed]:
    alike = dict[tuple[object, ...], tuple[Scope, list[Action]]]()
    for action, scope in asker.scopes(definition):
        alike.setdefault((scope.rows, scope.hidden), (scope, []))[1].append(action)
    for scope, actions in alike.values():
        yield Allowed(actions_in_words(actions), alternatives_in_words(scope), joined(sorted(scope.hidden)))
