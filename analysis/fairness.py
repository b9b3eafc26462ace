"""Whether guesses are as good, and lean the same way, for each group of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.observations import Observations
from analysis.scoring import Score, scored

FEWEST = 20
"""Rows that a group needs; of smaller ones a score would tell of single people, and of little else."""

_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class GroupScore:
    """One group of one label. `leans`: of numbers, the mean of guess less truth; of labels, how much more often the
    most frequent one (`leaning`) is guessed than true; with its 95 % interval. `differs`: that leaves nought out."""

    by: str
    group: str
    rows: int
    score: Score
    leaning: str
    leans: float
    lower: float
    upper: float
    differs: bool


def fairness(
    given: Observations, by: Sequence[str], target: Any, guessed: Any, seed: int = 0
) -> tuple[GroupScore, ...]:
    """Each group with 20 rows or more of each label, by guesses at rows that nothing was learned from.

    Error rates by group: Hardt M, Price E, Srebro N, "Equality of opportunity in supervised learning", NIPS 2016.
    """
    leaning, errors = _errors(target, guessed)
    found: list[GroupScore] = []
    for name in by:
        labels = given.label(name)
        for group in sorted({*labels.tolist()} - {None}):
            rows = labels == group
            if int(rows.sum()) < FEWEST:
                continue
            draw, of_group = np.random.default_rng(seed), errors[rows]
            means = [of_group[draw.integers(0, len(of_group), len(of_group))].mean() for _ in range(_DRAWS)]
            lower, upper = map(float, np.quantile(means, [0.025, 0.975]))
            score = scored(target[rows], guessed[rows], None, seed)
            leans, differs = float(of_group.mean()), lower > 0 or upper < 0
            found.append(GroupScore(name, group, len(of_group), score, leaning, leans, lower, upper, differs))
    return tuple(found)


def _errors(target: Any, guessed: Any) -> tuple[str, Any]:
    if target.dtype != object:
        return "", np.asarray(guessed - target, dtype=np.float64)
    values, counts = np.unique(target.astype(str), return_counts=True)
    most = str(values[counts.argmax()])
    return most, (guessed == most).astype(np.float64) - (target == most).astype(np.float64)
