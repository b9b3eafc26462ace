"""Columns as models take them: a matrix of numbers and of codes, and what prepares it inside each fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from analysis.daily_counts import Floats
from analysis.observations import Observations

_MOST_SHARE = 0.5
_FEW_LABELS = 20


class Model(StrEnum):
    """FOREST: Breiman L, "Random forests", Machine Learning 45 (2001) 5-32; LINEAR: ridge or logistic regression."""

    FOREST = "forest"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """`matrix`: a row each, labels as codes (-1: missing); `labels`: positions of those columns.

    Codes say nothing of the target, so making them once leaks nothing; all else is fitted inside folds.
    """

    names: tuple[str, ...]
    matrix: Floats
    labels: tuple[int, ...]

    @property
    def numbers(self) -> list[int]:
        """Positions of the other columns."""
        return [at for at in range(len(self.names)) if at not in self.labels]


def design(given: Observations, predictors: Sequence[str]) -> Design:
    """Of these columns. Raises UnusableDataError for one that is not there."""
    columns, labels = list[Floats](), list[int]()
    for at, name in enumerate(predictors):
        given.missing(name)
        if name in given.numbers:
            columns.append(given.numbers[name])
            continue
        known = {value: code for code, value in enumerate(sorted({*given.labels[name]} - {None}))}
        columns.append(np.array([known.get(value, -1) for value in given.labels[name]], dtype=np.float64))
        labels.append(at)
    matrix = np.column_stack(columns) if columns else np.empty((len(given), 0))
    return Design(tuple(predictors), matrix, tuple(labels))


def identifiers(given: Observations, predictors: Sequence[str]) -> list[str]:
    """Labels of which more than half are different, and more than twenty: they name rows, and tell of no others."""
    found = []
    for name in predictors:
        if name in given.labels:
            values = {*given.labels[name].tolist()} - {None}
            if len(values) > max(_FEW_LABELS, _MOST_SHARE * (len(given) - given.missing(name).sum())):
                found.append(name)
    return found


def pipeline(shape: Design, model: Model, *, numeric: bool, trees: int, seed: int) -> Pipeline:
    """Gaps are filled by medians and marked, labels become columns, then the model; nothing is fitted yet."""
    filled: list[Any] = [SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)]
    if model is Model.LINEAR:
        filled.append(StandardScaler())
    prepare = ColumnTransformer(
        [
            ("numbers", make_pipeline(*filled), shape.numbers),
            ("labels", OneHotEncoder(handle_unknown="ignore", sparse_output=False), [*shape.labels]),
        ]
    )
    return make_pipeline(prepare, _estimator(model, numeric=numeric, trees=trees, seed=seed))


def _estimator(model: Model, *, numeric: bool, trees: int, seed: int) -> Any:
    if model is Model.LINEAR:
        return RidgeCV(np.logspace(-2, 4, 13)) if numeric else LogisticRegression(max_iter=5_000)
    if numeric:
        return RandomForestRegressor(trees, max_features=1 / 3, random_state=seed)
    return RandomForestClassifier(trees, random_state=seed)


def plain(*, numeric: bool) -> Any:
    """What is predicted for everybody alike: the mean, or the most frequent label."""
    return DummyRegressor() if numeric else DummyClassifier(strategy="most_frequent")
