"""Numbers and labels predicted, and how well: judged only on rows of which nothing was learned."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from analysis.daily_counts import Floats
from analysis.design import Design, Model, design, identifiers, pipeline, plain
from analysis.errors import LeakError, NotEnoughDataError
from analysis.fairness import GroupScore, fairness
from analysis.leaks import leaks
from analysis.observations import Labels, Observations
from analysis.scoring import Calibration, Score, calibration, scored

FEWEST = 60
"""Rows with a target that a model needs."""

Splits = Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PredictionSettings:
    """What is predicted, of what, and how it is judged.

    `groups`: a label whose rows stay together in a fold, as those of a school or a student. `naive`: a column that is
    itself a guess at the target, compared with. `fair_by`: labels whose groups are compared.
    """

    target: str
    predictors: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    model: Model = Model.FOREST
    groups: str = ""
    naive: str = ""
    fair_by: tuple[str, ...] = ()
    folds: int = 10
    trees: int = 200
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Importance:
    """By how much the error grows on average when a predictor's values are shuffled among rows, with its interval."""

    predictor: str
    grows: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """`score` of the model beside `plain`, which says the same of everybody, and `naive`, if a column was named."""

    target: str
    numeric: bool
    model: str
    rows: int
    folds: int
    grouped_by: str
    predictors: tuple[str, ...]
    identifiers: tuple[str, ...]
    score: Score
    plain: Score
    naive: Score | None
    calibration: Calibration
    importances: tuple[Importance, ...]
    fairness: tuple[GroupScore, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    guessed: Any
    sure: Floats
    plain: Any
    losses: Floats
    """A row for each fold: by how much shuffling each predictor raised the error."""
    share: float
    """Rows judged in a fold for each that was learned from."""


def predict(given: Observations, settings: PredictionSettings, told: Told = lambda _done, _of: None) -> Prediction:
    """Learn and judge in folds. `told`: how many of the folds are done.

    Raises LeakError where a predictor is the target under another name, NotEnoughDataError, UnusableDataError.
    """
    numeric = settings.target in given.numbers
    known = given.take(~given.missing(settings.target))
    if len(known) < FEWEST:
        raise NotEnoughDataError(settings.target, f"{FEWEST} rows that have it", f"{len(known)}")
    asked = [*(settings.predictors or known.names)]
    never = {settings.target, settings.groups, *settings.left_out}
    asked = [name for name in asked if name not in never]
    naming = identifiers(known, asked)
    shape = design(known, [name for name in asked if name not in naming])
    target = known.numbers[settings.target] if numeric else known.labels[settings.target]
    if found := leaks(shape, target, settings.seed):
        raise LeakError(settings.target, found)
    splits, groups = _splits(known, target, settings, numeric=numeric)
    judged = _judged(shape, target, splits, settings, told, numeric=numeric)
    naive = None
    if settings.naive:
        guesses = known.number(settings.naive) if numeric else known.label(settings.naive)
        naive = scored(target, guesses, groups, settings.seed)
    return Prediction(
        settings.target,
        numeric,
        str(settings.model),
        len(known),
        len(splits),
        settings.groups,
        shape.names,
        tuple(naming),
        scored(target, judged.guessed, groups, settings.seed),
        scored(target, judged.plain, groups, settings.seed),
        naive,
        calibration(target, judged.guessed, judged.sure),
        _importances(shape, judged),
        fairness(known, settings.fair_by, target, judged.guessed, settings.seed),
    )


def _splits(
    known: Observations, target: Any, settings: PredictionSettings, *, numeric: bool
) -> tuple[Splits, Labels | None]:
    """The folds, and the group of each row if there are any."""
    rows = np.zeros(len(known))
    if settings.groups:
        groups = np.array([value or "" for value in known.label(settings.groups)], dtype=object)
        count = len({*groups.tolist()})
        if count < 2:
            raise NotEnoughDataError(settings.groups, "two groups", f"{count}")
        by_group = GroupKFold(min(settings.folds, count), shuffle=True, random_state=settings.seed)
        return list(by_group.split(rows, groups=groups.astype(str))), groups
    if numeric:
        return list(KFold(settings.folds, shuffle=True, random_state=settings.seed).split(rows)), None
    fewest = min(np.unique(target.astype(str), return_counts=True)[1])
    if fewest < settings.folds:
        raise NotEnoughDataError(settings.target, f"{settings.folds} rows of each label", f"{fewest} of one")
    folds = StratifiedKFold(settings.folds, shuffle=True, random_state=settings.seed)
    return list(folds.split(rows, target.astype(str))), None


def _judged(
    shape: Design, target: Any, splits: Splits, settings: PredictionSettings, told: Told, *, numeric: bool
) -> _Judged:
    y = target if numeric else target.astype(str)
    guessed, dull, sure = np.empty_like(target), np.empty_like(target), np.ones(len(target))
    losses, draw = list[Floats](), np.random.default_rng(settings.seed)
    blank = pipeline(shape, settings.model, numeric=numeric, trees=settings.trees, seed=settings.seed)
    for done, (learned, held) in enumerate(splits):
        model = clone(blank).fit(shape.matrix[learned], y[learned])
        guessed[held] = model.predict(shape.matrix[held])
        if not numeric:
            sure[held] = model.predict_proba(shape.matrix[held]).max(axis=1)
        dull[held] = plain(numeric=numeric).fit(shape.matrix[learned], y[learned]).predict(shape.matrix[held])
        losses.append(np.array([*_shuffled(model, shape.matrix[held], y[held], draw, numeric=numeric)]))
        told(done + 1, len(splits))
    share = float(np.mean([len(held) / len(learned) for learned, held in splits]))
    return _Judged(guessed, sure, dull, np.array(losses), share)


def _shuffled(model: Any, held: Floats, y: Any, draw: np.random.Generator, *, numeric: bool) -> Iterator[float]:
    """Of each predictor, by how much the error on held rows grows once its values are shuffled among them."""
    copies = np.repeat(held[None], held.shape[1], axis=0)
    for at in range(held.shape[1]):
        copies[at, :, at] = draw.permutation(copies[at, :, at])
    before = _error(y, model.predict(held), numeric=numeric)
    after = model.predict(copies.reshape(-1, held.shape[1])).reshape(held.shape[1], -1)
    yield from (_error(y, each, numeric=numeric) - before for each in after)


def _error(y: Any, guessed: Any, *, numeric: bool) -> float:
    return math.sqrt(float(((guessed - y) ** 2).mean())) if numeric else float((guessed != y).mean())


def _importances(shape: Design, judged: _Judged) -> tuple[Importance, ...]:
    """Intervals by the corrected variance of results that share rows: Nadeau C, Bengio Y, "Inference for the
    generalization error", Machine Learning 52 (2003) 239-281."""
    count = len(judged.losses)
    width = float(student.ppf(0.975, count - 1)) * math.sqrt(1 / count + judged.share)
    means, deviations = judged.losses.mean(axis=0), judged.losses.std(axis=0, ddof=1)
    found = [
        Importance(name, float(mean), float(mean - width * deviation), float(mean + width * deviation))
        for name, mean, deviation in zip(shape.names, means, deviations, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: -each.grows))
