"""Which messages an asker may send, by the row rules of its grants. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from query.visible import Visible
from streams.decoder import Accepted
from streams.decoding_plan import decoding_plan
from streams.reasons import Rejection

OUTSIDE = "not a value that you may send"
"""Why a message is refused whose dimensions are outside of the grants."""

_Rule = tuple[tuple[int, frozenset[str]], ...]


@dataclass(frozen=True)
class Sendable:
    """Alternatives, each of places in a decoded row with the values that may be there; a missing one is outside."""

    rules: tuple[_Rule, ...]
    field: str | None

    def judged(self, message: Accepted) -> Accepted | Rejection:
        """The message, or that it is outside."""
        for rule in self.rules:
            if all(message.values[place] in values for place, values in rule):
                return message
        return Rejection(self.field, OUTSIDE)


def sendable(visible: Visible) -> Sendable | None:
    """The rule; None: all messages. A rule of a dimension that the stream does not have lets none pass."""
    if visible.scope.all_rows:
        return None
    places = _places(visible)
    rules = tuple(
        tuple((places[name], frozenset(values)) for name, values in rows)
        for rows in visible.scope.rows
        if all(name in places for name, _ in rows)
    )
    named = {name for rows in visible.scope.rows for name, _ in rows}
    alone = next(iter(named)) if len(named) == 1 else None
    dimension = visible.definition.dimensions.get(alone) if alone else None
    return Sendable(rules, dimension.field if dimension else None)


def _places(visible: Visible) -> Mapping[str, int]:
    """Dimension → its place in a decoded row."""
    names = [column["name"] for column in decoding_plan(visible.definition)["columns"]]
    return {name: names.index(name) for name in visible.definition.dimensions if name in names}
