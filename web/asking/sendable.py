"""Which messages an asker may send, by the row rules of its grants. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from query.visible import Visible
from streams.decoder import Accepted
from streams.reasons import Rejection

OUTSIDE = "not a value that you may send"
"""Why a message is refused whose dimensions are outside of the grants."""

_Rule = tuple[tuple[int, frozenset[str]], ...]


@dataclass(frozen=True)
class Sendable:
    """Alternatives, each of places in a decoded row with the values that may be there; a missing one is outside."""

    rules: tuple[_Rule, ...]
    rejection: Rejection

    def allow(self, message: Accepted) -> bool:
        """Whether a message meets one of them."""
        return any(all(message.values[place] in values for place, values in rule) for rule in self.rules)


def sendable(visible: Visible) -> Sendable | None:
    """The rule; None: all messages. A rule of a dimension that the stream does not have lets none pass."""
    if visible.scope.all_rows:
        return None
    dimensions = visible.definition.dimensions
    places = {name: place for place, name in enumerate(dimensions)}  # columns of a row begin with the dimensions
    rules = tuple(
        tuple((places[name], frozenset(values)) for name, values in rows)
        for rows in visible.scope.rows
        if all(name in places for name, _ in rows)
    )
    named = {name for rows in visible.scope.rows for name, _ in rows} & places.keys()
    field = dimensions[next(iter(named))].field if len(named) == 1 else None
    return Sendable(rules, Rejection(field, OUTSIDE))
