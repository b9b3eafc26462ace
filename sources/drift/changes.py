"""What changed of the columns, from the last file that was taken to this one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from sources.drift.fingerprints import ColumnPrint, Fingerprint, plain_name
from sources.drift.shapes import DATES, EITHER_FIRST, NUMBERS

Kind = Literal["renamed", "added", "dropped", "retyped", "date shape", "emptied", "scale", "values"]

_ALIKE = 0.75
_EMPTIED = 0.5
_SCALE = 20


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a column, which is called as before, or as now if it is new.

    `kind`: `renamed` is a guess, by name, place and values; the others are facts. `holds`: a file that has it should
    wait if the column is used: its dates would be read as other dates.
    """

    kind: Kind
    column: str
    before: str = ""
    after: str = ""
    holds: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is kept and shown."""
        return asdict(self)

    def __str__(self) -> str:
        became = f"{self.before} → {self.after}" if self.before and self.after else self.before or self.after
        return f"{self.kind}: {self.column}" + (f": {became}" if became else "")


def drift(before: Fingerprint, after: Fingerprint) -> list[Change]:
    """All changes: of names first, then of what is in the columns that both have. An added date column is none."""
    gone = [name for name in before.columns if name not in after.columns]
    come = [name for name in after.columns if name not in before.columns]
    renamed = _renamed(gone, come, before.columns, after.columns)
    changes = [Change("renamed", old, old, renamed[old]) for old in gone if old in renamed]
    changes += [Change("dropped", name) for name in gone if name not in renamed]
    changes += [Change("added", name) for name in come if name not in renamed.values()]
    for name, old in before.columns.items():
        new = after.columns.get(renamed.get(name, name))
        if new is not None:
            changes += _changed(name, old, new)
    return changes


def holding(changes: Iterable[Change], used: Collection[str]) -> list[Change]:
    """Those for which a file should wait, of the columns that are used, by the names in the files."""
    return [change for change in changes if change.holds and change.column in used]


def _renamed(
    gone: list[str], come: list[str], old: Mapping[str, ColumnPrint], new: Mapping[str, ColumnPrint]
) -> dict[str, str]:
    """Old → new name, the likest pairs first."""
    pairs = sorted(((_likeness(a, b, old[a], new[b]), a, b) for a in gone for b in come), reverse=True)
    found: dict[str, str] = {}
    for likeness, a, b in pairs:
        if likeness >= _ALIKE and a not in found and b not in found.values():
            found[a] = b
    return found


def _likeness(name: str, other: str, old: ColumnPrint, new: ColumnPrint) -> float:
    if plain_name(name) == plain_name(other) != "":
        return 1.0
    likeness = 0.55 * SequenceMatcher(None, plain_name(name), plain_name(other)).ratio()
    likeness += 0.25 * (old.shapes == new.shapes) + 0.1 * (abs(old.place - new.place) <= 1)
    if old.values and new.values:
        likeness += 0.35 * len({*old.values} & {*new.values}) / len({*old.values} | {*new.values})
    return min(likeness, 0.99)


def _changed(name: str, old: ColumnPrint, new: ColumnPrint) -> list[Change]:
    changes = []
    was, is_now = {*old.shapes}, {*new.shapes}
    dates, dates_now = was & DATES, is_now & DATES
    if dates and dates_now and dates != dates_now:
        # Dates that can be read in one way only are read so, or rejected for what they are.
        holds = bool(dates_now & EITHER_FIRST)
        changes.append(Change("date shape", name, _said(dates), _said(dates_now), holds=holds))
    elif old.order and new.order and old.order != new.order:
        changes.append(Change("date shape", name, old.order, new.order, holds=True))
    elif was and is_now and was != is_now and not (was | is_now <= NUMBERS):
        holds = bool(dates) != bool(dates_now) and not was & is_now
        changes.append(Change("retyped", name, _said(was), _said(is_now), holds=holds))
    if new.empty - old.empty > _EMPTIED:
        changes.append(Change("emptied", name, f"{old.empty:.0%} empty", f"{new.empty:.0%} empty"))
    if old.middle and new.middle and not 1 / _SCALE < new.middle / old.middle < _SCALE:
        changes.append(Change("scale", name, f"{old.middle:g}", f"{new.middle:g}"))
    if old.values and new.values and {*old.values}.isdisjoint(new.values) and not (was | is_now <= NUMBERS | DATES):
        changes.append(Change("values", name, ", ".join(old.values[:3]), ", ".join(new.values[:3])))
    return changes


def _said(shapes: set[str]) -> str:
    return " or ".join(sorted(shapes))
