"""Predictors that are the target under another name: it rounded, scaled, averaged with others, or judged passed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from analysis.daily_counts import Floats
from analysis.design import Design

DETERMINED = 0.99
"""Share of the target's variance (or of what the most frequent label gets wrong) that is told, on rows that were not
learned from, from which on a relation is near-deterministic.

A number that is rounded into ten equal steps still tells 1 - 1/10² = 0.99 of itself, so whatever is the target made
coarser reaches it. What was measured otherwise does not: two measurements of the same person that agree with a
reliability of 0.95 tell 0.90 of each other, and marks of two periods (G2 and G3 of the sample) tell 0.82.
"""

_MOST_ROWS = 5_000
_FEWEST = 50
_FOLDS = 5


def leaks(shape: Design, target: Floats | NDArray[np.object_], seed: int = 0) -> dict[str, str]:
    """Predictor → how it tells the target; empty if none does. Needs 50 rows that have both.

    Three rules: a predictor tells the target; the target tells a predictor that has fewer values, as `passed` of a
    mark; predictors together give a number exactly, as a mean of marks does with the others, each of which is needed.
    """
    chosen = _chosen(len(target), seed)
    matrix, known = shape.matrix[chosen], target[chosen]
    numeric = known.dtype != object
    found: dict[str, str] = {}
    for at, name in enumerate(shape.names):
        column, labelled = matrix[:, at], at in shape.labels
        both = np.isfinite(column) & (column >= 0 if labelled else True)
        x, y = column[both], known[both]
        if len(x) < _FEWEST or len({*x.tolist()}) < 2 or len({*y.tolist()}) < 2:
            continue
        told = _told(_one_hot(x) if labelled else x[:, None], y, numeric=numeric, seed=seed)
        if told >= DETERMINED:
            found[name] = f"alone tells {told:.1%} of it"
            continue
        back = _told(_coded(y)[:, None], x, numeric=not labelled, seed=seed)
        if back >= DETERMINED and len({*x.tolist()}) < len({*y.tolist()}):
            found[name] = f"is made of it: it tells {back:.1%} of this"
    return found or (_together(shape, matrix, _coded(known)) if numeric else {})


def _chosen(rows: int, seed: int) -> NDArray[np.int64]:
    if rows <= _MOST_ROWS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, _MOST_ROWS, replace=False))


def _one_hot(codes: Floats) -> Floats:
    return np.asarray(codes[:, None] == np.unique(codes)[None, :], dtype=np.float64)


def _coded(values: Any) -> Floats:
    """Numbers as they are, labels as codes."""
    if values.dtype != object:
        return np.asarray(values, np.float64)
    return np.asarray(np.unique(values.astype(str), return_inverse=True)[1], dtype=np.float64)


def _told(x: Floats, y: Any, *, numeric: bool, seed: int) -> float:
    """The share of `y` that `x` tells on rows that were not learned from, by a tree or, of numbers, by a line."""
    if numeric:
        folds: Any = KFold(_FOLDS, shuffle=True, random_state=seed)
        models = (DecisionTreeRegressor(min_samples_leaf=3, random_state=seed), LinearRegression())
        return max(_explained(y, cross_val_predict(model, x, y, cv=folds)) for model in models)
    labels = _coded(y)
    counts = np.unique(labels, return_counts=True)[1]
    if counts.min() < _FOLDS:
        kept = np.isin(labels, np.unique(labels)[counts >= _FOLDS])
        x, labels = x[kept], labels[kept]
        if len({*labels.tolist()}) < 2:
            return 0.0
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
    guessed = cross_val_predict(DecisionTreeClassifier(min_samples_leaf=3, random_state=seed), x, labels, cv=folds)
    wrong, plain = float((guessed != labels).mean()), 1 - np.unique(labels, return_counts=True)[1].max() / len(labels)
    return 1 - wrong / float(plain)


def _explained(y: Floats, guessed: Floats) -> float:
    return 1 - float(((y - guessed) ** 2).sum()) / float(((y - y.mean()) ** 2).sum())


def _together(shape: Design, matrix: Floats, target: Floats) -> dict[str, str]:
    """Numbers of which each is needed to give the target exactly."""
    numbers: Sequence[int] = shape.numbers
    whole = np.isfinite(matrix[:, numbers]).all(axis=1)
    x, y = matrix[whole][:, numbers], target[whole]
    if len(x) < max(_FEWEST, 3 * len(numbers)) or len(numbers) < 2 or y.min() == y.max():
        return {}
    if _by_line(x, y) < DETERMINED:
        return {}
    needed = [at for at in range(len(numbers)) if _by_line(np.delete(x, at, axis=1), y) < DETERMINED]
    names = [shape.names[numbers[at]] for at in needed or range(len(numbers))]
    return {name: f"gives it exactly together with {_others(names, name)}" for name in names}


def _by_line(x: Floats, y: Floats) -> float:
    folds = KFold(_FOLDS, shuffle=True, random_state=0)
    return _explained(y, cross_val_predict(LinearRegression(), x, y, cv=folds))


def _others(names: Sequence[str], name: str) -> str:
    return " and ".join(other for other in names if other != name) or "the others"
