"""Patterns of texts in rules: the part of RE2's syntax that Google's RE2 and the JVM's RE2J take to mean the same.

Both look for the leftmost match in time that grows with the text, whatever the pattern; there is nothing that explodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import re2

LONGEST_MATCHED = 500
"""Code points of a text in which a pattern is sought: each match may have to look at all that follows."""

_LARGEST = 300
"""Instructions of a compiled pattern."""

_SIGNS = re.compile(r"\\[dDsSwWbtnr\W]|(\(\?(?!:)|\\.?|[^\x20-\x7e\u00a0-\ud7ff\ue000-\uffff])", re.DOTALL)
"""Plain escapes; as a group flags and names of groups, other escapes, and what lies beyond the basic plane."""


class PatternError(ValueError):
    """The text is no pattern that may be used; the message says why."""


def compiled(pattern: str) -> re2._Regexp:
    """A pattern of a rule. Raises PatternError."""
    foreign = next((found[1] for found in _SIGNS.finditer(pattern) if found[1]), None)
    if foreign:
        raise PatternError(f"{foreign!r} is not part of patterns here; allowed: RE2 without flags, names, \\p, \\Q")
    options = re2.Options()
    options.log_errors = False
    try:
        made = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise PatternError(f"is no pattern: {reason}") from error
    if made.programsize > _LARGEST:
        raise PatternError(f"takes {made.programsize} steps; at most {_LARGEST} may be, so repeat less")
    return made


def replacing(pattern: str, into: str) -> Callable[[str], str]:
    """Text → the text with each match replaced; a match of nothing, such as the end, is none."""
    sought = compiled(pattern)

    def replace(text: str) -> str:
        if len(text) > LONGEST_MATCHED:
            return text
        made: list[str] = []
        taken = at = 0
        while at <= len(text) and (found := sought.search(text, at)) is not None:
            start, end = found.span()
            at = max(end, start + 1)
            if end > start:
                made += [text[taken:start], into]
                taken = end
        return "".join([*made, text[taken:]])

    return replace
