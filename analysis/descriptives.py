"""What columns hold, and what they lack: one pass over batches of any number, in memory that does not grow."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.daily_counts import Floats
from analysis.observations import Observations, joined

MOST_VALUES = 1_000
"""Labels of a column that are counted by name; the others are counted together."""

SHOWN = 20
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """`quantiles`: of `QUANTILES`; their ranks are off by `rank_error` at most (95 %), by nothing where all rows were
    held. `shares`: of the `held` values, how many lie between them, the two ends included."""

    name: str
    count: int
    missing: int
    mean: float | None
    deviation: float | None
    least: float | None
    most: float | None
    quantiles: tuple[float, ...]
    rank_error: float
    held: int = 0
    shares: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelColumn:
    """`top`: the most frequent labels, and how often each is; `others`: rows with any other label."""

    name: str
    count: int
    missing: int
    distinct: int
    more: bool
    """Whether there are more labels than `MOST_VALUES`."""
    top: tuple[tuple[str, int], ...]
    others: int


@dataclass(frozen=True, slots=True)
class Descriptives:
    """`complete`: rows that lack nothing; `together`: pairs of columns that are missing together, in how many rows."""

    rows: int
    complete: int
    numbers: tuple[NumberColumn, ...]
    labels: tuple[LabelColumn, ...]
    together: tuple[tuple[str, str, int], ...]


@dataclass(slots=True)
class _Moments:
    """Mean and sum of squares, merged by batches: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for
    computing sample variances", COMPSTAT 1982."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    least: float = math.inf
    most: float = -math.inf

    def add(self, values: NDArray[np.float64]) -> None:
        if not len(values):
            return
        count, mean = len(values), float(values.mean())
        apart, total = mean - self.mean, self.count + count
        self.squares += float(((values - mean) ** 2).sum()) + apart**2 * self.count * count / total
        self.mean += apart * count / total
        self.count = total
        self.least, self.most = min(self.least, float(values.min())), max(self.most, float(values.max()))


@dataclass(slots=True)
class _Counted:
    values: Counter[str] = field(default_factory=Counter)
    count: int = 0
    others: int = 0

    def add(self, values: NDArray[np.object_]) -> None:
        for value, times in Counter(values.tolist()).items():
            if value is None:
                continue
            self.count += times
            if value in self.values or len(self.values) < MOST_VALUES:
                self.values[value] += times
            else:
                self.others += times


def shares_between(quantiles: Sequence[float], values: Floats) -> tuple[float, ...]:
    """The shares of known values that lie between quantiles. Where values are few and many are alike, as answers from 1
    to 5 are, these are not what the ranks of the quantiles say."""
    if not len(values) or not quantiles:
        return ()
    counts = np.bincount(np.searchsorted(quantiles, values), minlength=len(quantiles) + 1)
    return tuple(float(count) for count in counts / len(values))


class RowSample:
    """A uniform sample of rows of one or many batches, all of them up to `size`: those with the smallest of numbers
    that are drawn for each. The same seed and the same rows in the same order give the same sample."""

    def __init__(self, size: int, seed: int) -> None:
        self._size, self._draw = size, np.random.default_rng(seed)
        self._parts: list[Observations] = []
        self._keys: list[NDArray[np.float64]] = []
        self._held = 0

    def add(self, batch: Observations) -> None:
        """More rows."""
        self._parts.append(batch)
        self._keys.append(self._draw.random(len(batch)))
        self._held += len(batch)
        if self._held > 2 * self._size:
            self._cut()

    def _cut(self) -> None:
        keys, rows = np.concatenate(self._keys), joined(self._parts)
        kept = np.sort(np.argsort(keys, kind="stable")[: self._size])
        self._parts, self._keys, self._held = [rows.take(kept)], [keys[kept]], len(kept)

    def rows(self) -> Observations:
        """The sample, in the order in which rows came."""
        if self._held > self._size:
            self._cut()
        return joined(self._parts)


class Describing:
    """Takes batches that have the same columns. `sampled`: rows that are held, for quantiles."""

    def __init__(self, sampled: int = 100_000, seed: int = 0) -> None:
        self.rows = 0
        self.sample = RowSample(sampled, seed)
        self._complete = 0
        self._moments: dict[str, _Moments] = {}
        self._counted: dict[str, _Counted] = {}
        self._names: list[str] = []
        self._together: NDArray[np.int64] | None = None

    def add(self, batch: Observations) -> None:
        """More rows."""
        self.rows += len(batch)
        self.sample.add(batch)
        for name, values in batch.numbers.items():
            self._moments.setdefault(name, _Moments()).add(values[~np.isnan(values)])
        for name, labels in batch.labels.items():
            self._counted.setdefault(name, _Counted()).add(labels)
        self._names = batch.names
        missing = np.array([batch.missing(name) for name in self._names], dtype=np.float64)
        if len(missing):
            self._complete += int((~missing.any(axis=0)).sum())
            together = np.rint(missing @ missing.T).astype(np.int64)
            self._together = together if self._together is None else self._together + together

    def result(self) -> Descriptives:
        """Of all that was taken."""
        sample = self.sample.rows()
        numbers = tuple(self._number(name, each, sample) for name, each in self._moments.items())
        labels = tuple(self._label(name, each) for name, each in self._counted.items())
        return Descriptives(self.rows, self._complete, numbers, labels, tuple(self._missing_together()))

    def _number(self, name: str, each: _Moments, sample: Observations) -> NumberColumn:
        held = sample.numbers[name][~np.isnan(sample.numbers[name])]
        quantiles = tuple(float(value) for value in np.quantile(held, QUANTILES)) if len(held) else ()
        # Dvoretzky, Kiefer, Wolfowitz, with Massart's constant.
        error = math.sqrt(math.log(2 / 0.05) / (2 * len(held))) if 0 < len(held) < each.count else 0.0
        known = each.count > 0
        return NumberColumn(
            name,
            each.count,
            self.rows - each.count,
            each.mean if known else None,
            math.sqrt(each.squares / (each.count - 1)) if each.count > 1 else None,
            each.least if known else None,
            each.most if known else None,
            quantiles,
            error,
            len(held),
            shares_between(quantiles, held),
        )

    def _label(self, name: str, each: _Counted) -> LabelColumn:
        top = tuple(sorted(each.values.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN])
        others = each.count - sum(times for _, times in top)
        distinct = len(each.values)
        return LabelColumn(name, each.count, self.rows - each.count, distinct, each.others > 0, top, others)

    def _missing_together(self) -> list[tuple[str, str, int]]:
        if self._together is None:
            return []
        pairs = [
            (one, other, int(self._together[at, below]))
            for at, one in enumerate(self._names)
            for below, other in enumerate(self._names[:at])
            if self._together[at, below]
        ]
        return sorted(pairs, key=lambda pair: (-pair[2], pair[:2]))[:SHOWN]
