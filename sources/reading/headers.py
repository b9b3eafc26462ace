"""Names of the columns of a table, from its header. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from unicodedata import category

from sources.reading.outcomes import Refused

LONGEST_NAME = 500
OWN_NAMES = frozenset({"_row", "_name"})
"""What a mapping's input has beside the columns of the file."""


def column_names(header: Sequence[str | None], most: int) -> tuple[str, ...]:
    """One name per column, all different, whatever their case.

    White space in names is one space; signs that nobody sees are left out. A column without a name is called by its
    place, `column_3`. A name that several columns have stands for none of them: they are called `name_1`, `name_2`, …,
    so that none is taken for another in silence.
    Raises Refused: there is no name at all, or there are more columns than `most`, or one is no text.
    """
    if len(header) > most:
        raise Refused(f"has {len(header):,} columns; at most {most:,} are read; raise limits.columns if it may be")
    names = [" ".join(_seen(name or "").split()) for name in header]
    if not any(names):
        raise Refused("has no header where its source says; set header_row, or header_row = 0 if there is none")
    for place, name in enumerate(names, 1):
        if not name.isprintable() or len(name) > LONGEST_NAME:
            raise Refused(
                f"has no text as the name of column {place}: {name[:50]!r}; it is no table as its source says"
            )
    times = Counter(name.lower() for name in names)
    taken = {name.lower() for name in names if times[name.lower()] == 1} | OWN_NAMES
    return tuple(
        name if name and times[name.lower()] == 1 and name.lower() not in OWN_NAMES else _free(name, place, taken)
        for place, name in enumerate(names, 1)
    )


def numbered_columns(count: int, most: int) -> tuple[str, ...]:
    """Names of columns of a table without a header. Raises Refused."""
    return column_names([f"column_{place}" for place in range(1, count + 1)], most)


def _seen(name: str) -> str:
    """Without signs that nobody sees, such as marks of byte order and of direction."""
    return name if name.isascii() else "".join(sign for sign in name if category(sign) != "Cf")


def _free(name: str, place: int, taken: set[str]) -> str:
    number = 1 if name else place
    while (free := f"{name or 'column'}_{number}").lower() in taken:
        number += 1
    taken.add(free.lower())
    return free
