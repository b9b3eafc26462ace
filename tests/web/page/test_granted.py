"""What grants allow, in words."""

from __future__ import annotations

import pytest

from access.grants import Action, Rows
from access.scope import Scope
from web.page.granted import actions_in_words, alternatives_in_words, joined, rows_in_words, stream_in_words


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((), "all rows"),
        ((("site", ("a.example",)),), "site is a.example"),
        ((("site", ("a", "b", "c")),), "site is a, b or c"),
        ((("country", ("CH",)), ("site", ("a", ""))), "country is CH, and site is a or (empty)"),
        ((("site", tuple("abcdefgh")),), "site is a, b, c, d, e or 3 more"),
    ],
)
def test_rows_in_words(rows: Rows, words: str) -> None:
    assert rows_in_words(rows) == words


def test_alternatives_in_words() -> None:
    actions = frozenset([Action.ASK])
    assert alternatives_in_words(Scope(actions)) == "all rows"
    rows: tuple[Rows, ...] = ((("a", ("1",)),), (("a", ("2",)), ("b", ("3",))))
    assert alternatives_in_words(Scope(actions, rows)) == "a is 1; or a is 2, and b is 3"


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ([Action.ASK], "ask questions"),
        ([Action.SEND, Action.ASK], "ask questions and send messages"),
        ([Action.DETAIL, Action.SEND, Action.REPLAY], "send messages, see single messages and replay"),
        ([Action.ADMINISTER, Action.ASK], "do everything"),
    ],
)
def test_actions_in_words(actions: list[Action], words: str) -> None:
    assert actions_in_words(actions) == words


def test_names_are_joined() -> None:
    assert [joined(list(names)) for names in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]
    assert [stream_in_words(name) for name in ("*", "health")] == ["every stream", "health"]
