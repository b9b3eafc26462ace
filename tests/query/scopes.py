"""Scopes for tests, and what they see of the shipped streams."""

from __future__ import annotations

from collections.abc import Iterable

from access.grants import Action, Rows
from access.scope import Scope, hidden_with
from query.visible import Visible
from streams.definition import Definition

EVERY_ACTION = frozenset(Action)


def seen(definition: Definition, *rows: Rows, hide: Iterable[str] = ()) -> Visible:
    """A stream of which rows that meet one of these rules are seen, all if there are none, without some fields."""
    hide = [*hide]
    hidden = hidden_with(definition, hide) if hide else frozenset[str]()
    return Visible(definition, Scope(EVERY_ACTION, rows or ((),), hidden))


def of(name: str, *values: str) -> Rows:
    """The rule that a dimension has one of some values."""
    return ((name, values),)
