"""What grants allow, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from access.grants import EVERY_STREAM, Action, Rows
from access.scope import Scope

DOES = {
    Action.ASK: "ask questions",
    Action.SEND: "send messages",
    Action.DETAIL: "see single messages",
    Action.REPLAY: "replay",
    Action.ADMINISTER: "administer it",
}
_MOST_VALUES = 5


def joined(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return " ".join(filter(None, (", ".join(words[:-1]), last if len(words) > 1 else "", "".join(words[-1:]))))


def actions_in_words(actions: Iterable[Action]) -> str:
    """What may be done; who administers may do all."""
    given = {*actions}
    return "do everything" if Action.ADMINISTER in given else joined([DOES[each] for each in Action if each in given])


def rows_in_words(rows: Rows) -> str:
    """Which rows meet a rule: `site is a.example or b.example, and country is CH`."""
    return ", and ".join(f"{name} is {joined(_few(values), 'or')}" for name, values in rows) or "all rows"


def alternatives_in_words(scope: Scope) -> str:
    """Which rows are in a scope."""
    return "all rows" if scope.all_rows else "; or ".join(map(rows_in_words, scope.rows))


def stream_in_words(stream: str) -> str:
    """The stream of a grant."""
    return "every stream" if stream == EVERY_STREAM else stream


def _few(values: Sequence[str]) -> list[str]:
    shown = [value or "(empty)" for value in values[:_MOST_VALUES]]
    return [*shown, f"{len(values) - len(shown):,} more"] if len(values) > len(shown) else shown
