"""What statistics of people and things take: columns of one length, of numbers and of labels, with gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.daily_counts import Floats
from analysis.errors import UnusableDataError

Labels = NDArray[np.object_]
"""Texts; None where there is none."""

Rows = NDArray[np.int64] | NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """`numbers`: column → values, not a number where missing; `labels`: column → texts, None where missing."""

    numbers: Mapping[str, Floats] = field(default_factory=dict)
    labels: Mapping[str, Labels] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Of all columns, numbers first."""
        return [*self.numbers, *self.labels]

    def __len__(self) -> int:
        return next((len(each) for each in (*self.numbers.values(), *self.labels.values())), 0)

    def number(self, name: str) -> Floats:
        """A column of numbers. Raises UnusableDataError."""
        if name not in self.numbers:
            known = ", ".join(self.numbers) or "none"
            raise UnusableDataError(name, f"is no column of numbers here; there are: {known}")
        return self.numbers[name]

    def label(self, name: str) -> Labels:
        """A column of labels; numbers are taken for such. Raises UnusableDataError."""
        if name in self.labels:
            return self.labels[name]
        values = self.number(name)
        return np.array([None if np.isnan(value) else f"{value:g}" for value in values], dtype=object)

    def missing(self, name: str) -> NDArray[np.bool_]:
        """Where a column has no value. Raises UnusableDataError."""
        if name in self.labels:
            return np.array([value is None for value in self.labels[name]], dtype=bool)
        return np.asarray(np.isnan(self.number(name)), dtype=bool)

    def only(self, names: Sequence[str]) -> Observations:
        """These columns. Raises UnusableDataError for one that is not there."""
        for name in names:
            self.missing(name)
        wanted = {*names}
        return Observations(
            {name: each for name, each in self.numbers.items() if name in wanted},
            {name: each for name, each in self.labels.items() if name in wanted},
        )

    def without(self, names: Sequence[str]) -> Observations:
        """All other columns."""
        return self.only([name for name in self.names if name not in {*names}])

    def take(self, rows: Rows) -> Observations:
        """These rows."""
        return Observations(
            {name: each[rows] for name, each in self.numbers.items()},
            {name: each[rows] for name, each in self.labels.items()},
        )


def joined(parts: Sequence[Observations]) -> Observations:
    """One after the other; all have the same columns."""
    if not parts:
        return Observations()
    return Observations(
        {name: np.concatenate([part.numbers[name] for part in parts]) for name in parts[0].numbers},
        {name: np.concatenate([part.labels[name] for part in parts]) for name in parts[0].labels},
    )


def observations(batch: pa.RecordBatch | pa.Table) -> Observations:
    """Of Arrow columns: numbers, texts and booleans (as `true` and `false`); others are left out.

    A number that is not finite, and a text of nothing but spaces, are missing.
    """
    numbers, labels = dict[str, Floats](), dict[str, Labels]()
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        kind = column.type
        if pa.types.is_boolean(kind):
            labels[name] = np.asarray(pc.cast(column, pa.string()).to_numpy(zero_copy_only=False), dtype=object)
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
            values = np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64)
            numbers[name] = np.where(np.isfinite(values), values, np.nan)
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            trimmed = pc.utf8_trim_whitespace(column)
            filled = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)
            labels[name] = np.asarray(filled.to_numpy(zero_copy_only=False), dtype=object)
    return Observations(numbers, labels)
