"""What a text looks like: a number, a date written in some way, a code, words. Pure; nothing is decided by it alone."""

from __future__ import annotations

import re

_SHAPES: tuple[tuple[str, str], ...] = (
    ("YYYYMMDD", r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"),
    ("whole number", r"[+-]?(?:0|[1-9][0-9]{0,17})"),
    ("digits after zeros", r"0[0-9]+"),
    ("number", r"[+-]?(?:[0-9]*\.[0-9]+|[0-9]+\.)(?:[eE][+-]?[0-9]+)?|[+-]?[0-9]+[eE][+-]?[0-9]+"),
    ("number in groups", r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
    ("number with a comma", r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),[0-9]+"),
    ("percent", r"[+-]?[0-9]+(?:[.,][0-9]+)? ?%"),
    ("YYYY-MM-DD", r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"),
    ("YYYY-MM-DD hh:mm", r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[T ][0-9]{1,2}:[0-9]{2}.*"),
    ("YYYY/MM/DD", r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}"),
    ("N/N/YYYY", r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}"),
    ("N/N/YY", r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}"),
    ("N/N/YYYY hh:mm", r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4},? [0-9]{1,2}:[0-9]{2}.*"),
    ("N/N/YY hh:mm", r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2},? [0-9]{1,2}:[0-9]{2}.*"),
    ("N.N.YYYY", r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}"),
    ("N-N-YYYY", r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}"),
    ("true or false", r"(?i:true|false|yes|no)"),
    ("UUID", r"(?i:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"),
    ("code", r"[A-Z]{2,3}(?:-[A-Z0-9]{1,5})?"),
)
"""Name → pattern of all of the text; the first that fits counts."""

_PATTERN = re.compile("|".join(f"({pattern})" for _, pattern in _SHAPES), re.DOTALL)
_NAMES = tuple(name for name, _ in _SHAPES)

EMPTY, TEXT = "empty", "text"
DATES = frozenset(name for name, _ in _SHAPES if "Y" in name and name != "UUID")
"""Shapes of dates and moments."""
EITHER_FIRST = frozenset(name for name in DATES if name.startswith("N"))
"""Those of which it is not seen at once whether the day or the month is first."""
NUMBERS = frozenset({"whole number", "number"})

_LONGEST = 64
_FIRST_TWO = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})")


def shape(text: str | None) -> str:
    """What a text looks like, white space around it apart."""
    text = (text or "").strip()
    if not text:
        return EMPTY
    found = _PATTERN.fullmatch(text) if len(text) <= _LONGEST else None
    return _NAMES[(found.lastindex or 1) - 1] if found else TEXT


def first_two(text: str) -> tuple[int, int]:
    """The first two numbers of a date; zeros if it begins with none."""
    found = _FIRST_TWO.match(text.strip())
    return (int(found[1]), int(found[2])) if found else (0, 0)
