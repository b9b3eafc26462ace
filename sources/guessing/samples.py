"""A sample of a file, read in the format that it seems to have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

from sources.drift.documents import DOC, values_of
from sources.drift.fingerprints import ColumnPrint, column_family, fingerprint
from sources.drift.shapes import NUMBERS, shape
from sources.formats import OWN_KEYS, Format
from sources.guessing.dialects import MISSING
from sources.guessing.formats import format_of
from sources.limits import Limits
from sources.reading import Refused, Row, Unreadable, read

ROWS = 2000
_OFTEN = 0.02
_COMPARED = 100
_COMMA = "number with a comma"


@dataclass(frozen=True, slots=True)
class Sample:
    """What is known of a file.

    `columns`: by the names that it has, or by path in documents; `dated`: those that are named after dates; `examples`:
    a value of each; `growing`: whether the numbers of dated ones only grow, as totals do.
    """

    form: Format
    columns: Mapping[str, ColumnPrint]
    dated: tuple[str, ...]
    examples: Mapping[str, str]
    growing: bool = False

    @property
    def documents(self) -> bool:
        """Whether rows are JSON documents."""
        return "delimiter" not in OWN_KEYS[self.form.type] and self.form.type not in ("xlsx", "parquet")


def sample_of(file: Path, name: str) -> Sample:
    """Look at the first rows of a file. Raises Refused: it cannot be read in any format, or has no row that can be."""
    limits = Limits()
    form = format_of(file, limits)
    names, rows = _rows(file, name, form, limits)
    if "missing" in OWN_KEYS[form.type] and (missing := _missing(names, rows)):
        form = Format(**{**form.model_dump(exclude_unset=True), "missing": missing})
        rows = [tuple(None if value in missing else value for value in row) for row in rows]
    looks = fingerprint(names, rows).columns
    if "decimal" in OWN_KEYS[form.type] and _has_commas(looks):
        form = Format(**{**form.model_dump(exclude_unset=True), "decimal": ","})
    dated = tuple(each for each in names if column_family(each) != each)
    growing = _growing([[row[names.index(each)] for each in dated] for row in rows[:_COMPARED]])
    return Sample(form, looks, dated, _examples(names, rows), growing)


def _rows(file: Path, name: str, form: Format, limits: Limits) -> tuple[tuple[str, ...], list[tuple[str | None, ...]]]:
    with read(file, name, form, limits) as table:
        outcomes = list(islice(table, ROWS))
    rows = [outcome.values for outcome in outcomes if isinstance(outcome, Row)]
    if not rows:
        told = next((each for each in outcomes if isinstance(each, Unreadable)), None)
        reason = f"; line {told.line}: {told.reason}" if told else ""
        raise Refused(f"looks like {form.type}, but has no row that can be read{reason}", name)
    return table.columns, rows


def _missing(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> tuple[str, ...]:
    """Texts that stand for no value in columns that are numbers otherwise."""
    found: Counter[str] = Counter()
    for column in zip(*rows, strict=True) if tuple(names) != DOC else ():
        absent = Counter(value for value in column if value in MISSING)
        numbers = sum(shape(value) in NUMBERS for value in column)
        if absent and numbers + absent.total() > 0.9 * sum(value is not None for value in column):
            found += absent
    return tuple(sorted(found))


def _has_commas(looks: Mapping[str, ColumnPrint]) -> bool:
    """Whether fractions are written with a comma: some are, and none with a point."""
    shapes = [{*column.shapes} for column in looks.values()]
    return any(_COMMA in each for each in shapes) and not any("number" in each for each in shapes)


def _growing(rows: Sequence[Sequence[str | None]]) -> bool:
    """Whether hardly any number is less than the one before it, and some are more."""
    steps: Counter[int] = Counter()
    for row in rows:
        numbers = [float(value) for value in row if shape(value) in NUMBERS and value]
        steps.update((after > before) - (after < before) for before, after in pairwise(numbers))
    return steps[1] > 0 and steps[-1] < _OFTEN * steps[1]


def _examples(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> dict[str, str]:
    if tuple(names) != DOC:
        found = {
            name: (value for value in column if value)
            for name, column in zip(names, zip(*rows, strict=True), strict=True)
        }
        return {column_family(name): next(values, "") for name, values in reversed(found.items())}
    examples: dict[str, str] = {}
    for row in rows:
        for path, text in values_of(row[0] or ""):
            if text:
                examples.setdefault(path, text)
    return examples
