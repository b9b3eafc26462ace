"""Which texts the `excluded` rule of a string field keeps out of every number.

All texts of a rule are sought at once (Aho and Corasick, CACM 18:6): the time grows with the text that is looked at
alone, however many a rule names. Sought is in UTF-8 bytes, where no character begins within another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

Excludes: TypeAlias = Callable[[str], bool]

_REMEMBERED, _LONGEST_REMEMBERED = 4_096, 256


def folded(text: str) -> bytes:
    """As it is compared: only ASCII letters have no case."""
    return text.encode().lower()


def exclusion(rule: bool | Sequence[str]) -> Excludes:
    """Whether a rule, as a decoding plan has it, keeps out a value: all, or those that contain one of its texts."""
    if isinstance(rule, bool):
        return lambda _: rule
    contains = _containing(map(folded, rule))
    remembered = lru_cache(_REMEMBERED)(contains)
    return lambda text: (remembered if len(text) <= _LONGEST_REMEMBERED else contains)(text)


def _containing(texts: Iterable[bytes]) -> Excludes:
    """Whether a value contains one of the texts. States are beginnings of texts, 0 the empty one."""
    following, found = _beginnings(texts)
    shorter = _shorter(following, found)

    def contains(value: str) -> bool:
        state = 0
        for byte in folded(value):
            while state and byte not in following[state]:
                state = shorter[state]
            state = following[state].get(byte, 0)
            if state in found:
                return True
        return False

    return contains


def _beginnings(texts: Iterable[bytes]) -> tuple[list[dict[int, int]], set[int]]:
    """State → byte → the state that is longer by it; and the states that are a text."""
    following: list[dict[int, int]] = [{}]
    found = set[int]()
    for text in texts:
        state = 0
        for byte in text:
            if byte not in following[state]:
                following[state][byte] = len(following)
                following.append({})
            state = following[state][byte]
        found.add(state)
    return following, found


def _shorter(following: list[dict[int, int]], found: set[int]) -> list[int]:
    """State → the longest other state that it ends with. What ends with a text is `found` too."""
    shorter = [0] * len(following)
    states = [*following[0].values()]
    for state in states:  # which grows, by what is longer
        for byte, longer in following[state].items():
            at = shorter[state]
            while at and byte not in following[at]:
                at = shorter[at]
            shorter[longer] = following[at].get(byte, 0)
            if shorter[longer] in found:
                found.add(longer)
            states.append(longer)
    return shorter
