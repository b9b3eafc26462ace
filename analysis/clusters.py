"""Groups of rows that are alike, and whether others of the same kind would show the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from analysis.daily_counts import Floats
from analysis.errors import NotEnoughDataError
from analysis.observations import Observations

STABLE = 0.75
"""Mean Jaccard similarity from which on a cluster is there in other samples too, as Hennig found."""

FEWEST = 50
_DRAWS = 30
_MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Cluster:
    """`stability`: mean Jaccard similarity with the nearest cluster of bootstrap samples. `centre`: means of the
    columns; `apart`: each as deviations from the mean of all."""

    rows: int
    stability: float
    stable: bool
    centre: tuple[float, ...]
    apart: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Of the number of clusters that separates best: `tried` is each number and its mean silhouette."""

    fields: tuple[str, ...]
    rows: int
    tried: tuple[tuple[int, float], ...]
    clusters: tuple[Cluster, ...]


def clusters(
    given: Observations, fields: Sequence[str] = (), counts: Sequence[int] = (2, 3, 4, 5), seed: int = 0
) -> Clusters:
    """By k-means over standardised columns of the rows that have all of them; 5,000 at most.

    Number: Rousseeuw PJ, "Silhouettes", J Comput Appl Math 20 (1987) 53-65. Stability: Hennig C, "Cluster-wise
    assessment of cluster stability", Comput Stat Data Anal 52 (2007) 258-271.
    """
    names = list(fields) or list(given.numbers)
    matrix = np.column_stack([given.number(name) for name in names])
    matrix = matrix[np.isfinite(matrix).all(axis=1)]
    draw = np.random.default_rng(seed)
    if len(matrix) > _MOST_ROWS:
        matrix = matrix[np.sort(draw.choice(len(matrix), _MOST_ROWS, replace=False))]
    if len(matrix) < FEWEST:
        raise NotEnoughDataError(" and ".join(names), f"{FEWEST} rows that have all", f"{len(matrix)}")
    deviation = matrix.std(axis=0)
    scaled = (matrix - matrix.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    found = {count: _assigned(scaled, count, seed) for count in counts}
    tried = {
        count: float(silhouette_score(scaled, labels, sample_size=2_000, random_state=seed))
        for count, labels in found.items()
        if len(np.unique(labels)) > 1
    }
    if not tried:
        raise NotEnoughDataError(" and ".join(names), "two different rows", "all alike")
    best = max(tried, key=lambda count: tried[count])
    shown = _clusters(matrix, scaled, found[best], _stability(scaled, found[best], best, draw, seed))
    return Clusters(tuple(names), len(matrix), tuple(tried.items()), shown)


def _clusters(
    matrix: Floats, scaled: Floats, labels: NDArray[np.int64], stability: Sequence[float]
) -> tuple[Cluster, ...]:
    made = [
        Cluster(
            int((labels == at).sum()),
            value,
            value >= STABLE,
            tuple(map(float, matrix[labels == at].mean(axis=0))),
            tuple(map(float, scaled[labels == at].mean(axis=0))),
        )
        for at, value in enumerate(stability)
    ]
    return tuple(sorted(made, key=lambda each: -each.rows))


def _assigned(scaled: Floats, count: int, seed: int) -> NDArray[np.int64]:
    return np.asarray(KMeans(count, n_init=5, random_state=seed).fit_predict(scaled), dtype=np.int64)


def _stability(
    scaled: Floats, labels: NDArray[np.int64], count: int, draw: np.random.Generator, seed: int
) -> list[float]:
    similar = np.zeros((_DRAWS, count))
    for at in range(_DRAWS):
        rows = np.unique(draw.integers(0, len(scaled), len(scaled)))
        again = np.asarray(KMeans(count, n_init=1, random_state=seed).fit_predict(scaled[rows]))
        before = labels[rows]
        for one in range(count):
            mine = before == one
            overlaps = [
                (mine & (again == other)).sum() / max((mine | (again == other)).sum(), 1) for other in range(count)
            ]
            similar[at, one] = max(overlaps)
    return [float(value) for value in similar.mean(axis=0)]
