"""How good guesses were, with intervals, and whether they were as sure as they should have been."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.daily_counts import Floats
from analysis.observations import Labels

_DRAWS = 1_000
_BINS = 10


@dataclass(frozen=True, slots=True)
class Score:
    """`value`: root mean square error of numbers, share of right labels; with its 95 % interval."""

    measure: str
    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Of rows with guesses of about one size: the mean guess (of labels, how sure it was), and what was true."""

    guessed: float
    true: float
    rows: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """`off`: mean distance between guess and truth over the bins, by rows: Guo C et al., "On calibration of modern
    neural networks", ICML 2017."""

    off: float
    bins: tuple[CalibrationBin, ...]


def losses(target: Any, guessed: Any) -> Floats:
    """Of each row: the squared error of a number, whether a label is right."""
    if target.dtype != object:
        return np.asarray((guessed - target) ** 2, dtype=np.float64)
    return np.asarray(guessed == target, dtype=np.float64)


def scored(target: Any, guessed: Any, groups: Labels | None, seed: int) -> Score:
    """Over all rows that have a guess. Intervals by bootstrap; of groups, whole groups are drawn.

    Field CA, Welsh AH, "Bootstrapping clustered data", J R Statist Soc B 69 (2007) 369-390.
    """
    numeric = target.dtype != object
    each = losses(target, guessed)
    known = np.isfinite(each)
    draw = np.random.default_rng(seed)
    if groups is None:
        sums, counts = each[known], np.ones(int(known.sum()))
    else:
        codes = np.unique(groups[known].astype(str), return_inverse=True)[1]
        sums, counts = np.bincount(codes, each[known]).astype(np.float64), np.bincount(codes).astype(np.float64)
    means = [sums[at].sum() / counts[at].sum() for at in _drawn(draw, len(sums))]
    value, ends = float(sums.sum() / counts.sum()), np.quantile(means, [0.025, 0.975])
    if numeric:
        return Score("RMSE", math.sqrt(value), math.sqrt(float(ends[0])), math.sqrt(float(ends[1])))
    return Score("accuracy", value, float(ends[0]), float(ends[1]))


def _drawn(draw: np.random.Generator, count: int) -> Any:
    return (draw.integers(0, count, count) for _ in range(_DRAWS))


def calibration(target: Any, guessed: Any, sure: Floats) -> Calibration:
    """In ten bins of as many rows each. Of labels: how sure each guess was, and how often such were right."""
    numeric = target.dtype != object
    x = np.asarray(guessed, dtype=np.float64) if numeric else sure
    y = np.asarray(target, dtype=np.float64) if numeric else losses(target, guessed)
    parts = [part for part in np.array_split(np.argsort(x, kind="stable"), _BINS) if len(part)]
    bins = tuple(CalibrationBin(float(x[part].mean()), float(y[part].mean()), len(part)) for part in parts)
    off = sum(abs(each.guessed - each.true) * each.rows for each in bins) / len(x)
    return Calibration(off, bins)
