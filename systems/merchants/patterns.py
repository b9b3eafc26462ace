"""Patterns of paths and hosts: `*` is any characters but the separator, `**` any at all. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 500
MOST_STARS = 8

_STARS = re.compile(r"(\*+)")


def pattern_regex(pattern: str, separator: str = "/") -> str:
    """The same as a regular expression, which Python's `re` and Trino's `regexp_like` read alike."""
    text = "".join(
        (".*" if len(part) > 1 else f"[^{separator}]*") if part.startswith("*") else re.escape(part)
        for part in _STARS.split(pattern)
    )
    return f"^{text}$"


def matches(pattern: str, text: str, separator: str = "/") -> bool:
    """Whether the pattern is of the whole text, in a time that is bounded by the product of their lengths."""
    if "*" not in pattern:
        return pattern == text
    reached, end = {0}, len(text)
    for part in _parts(pattern):
        if not part.startswith("*"):
            reached = {at + len(part) for at in reached if text.startswith(part, at)}
        elif len(part) > 1:
            reached = {*range(min(reached), end + 1)}
        else:
            reached = _within(reached, text, separator)
        if not reached:
            return False
    return end in reached


def _within(reached: set[int], text: str, separator: str) -> set[int]:
    """Where one can get from any of these places without a separator."""
    further, until = set[int](), -1
    for at in sorted(reached):
        if at <= until:
            continue
        found = text.find(separator, at)
        until = len(text) if found < 0 else found
        further.update(range(at, until + 1))
    return further


@lru_cache(maxsize=10_000)
def _parts(pattern: str) -> tuple[str, ...]:
    return tuple(part for part in _STARS.split(pattern) if part)


def pattern_problem(pattern: str) -> str:
    """Why this can be no pattern; empty if it can."""
    if not 0 < len(pattern) <= LONGEST:
        return f"has 1 to {LONGEST} characters"
    if not pattern.isprintable():
        return "has characters that cannot be printed"
    if len(_STARS.findall(pattern)) > MOST_STARS:
        return f"has more than {MOST_STARS} stars"
    return ""
