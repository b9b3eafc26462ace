"""What each step of a process computes, of rows in memory: a table of names and functions, each gives JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from analysis.clusters import clusters
from analysis.correlations import correlations
from analysis.descriptives import Descriptives, LabelColumn, NumberColumn
from analysis.design import Model
from analysis.errors import NotEnoughDataError
from analysis.group_differences import group_differences
from analysis.observations import Observations
from analysis.population_drift import population_drift, shares_now
from analysis.prediction import PredictionSettings, predict
from processing.definition import Process

Json = dict[str, Any]
Told = Callable[[float], None]


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What steps are given: the rows that are held, what is known of all rows, and of those of the run before."""

    process: Process
    rows: Observations
    described: Descriptives
    before: Mapping[str, Any] | None
    told: Told = lambda _share: None


def _descriptives(given: Given) -> Json:
    return asdict(given.described)


def _drift(given: Given) -> Json:
    if given.before is None:
        raise NotEnoughDataError("drift", "an earlier run", "none")
    before = described_of(given.before)
    columns = population_drift(before, given.described, shares_now(before, given.rows))
    return {"rows_before": before.rows, "columns": [asdict(each) for each in columns]}


def _correlations(given: Given) -> Json:
    asked = given.process.correlations
    assert asked is not None
    return asdict(correlations(given.rows, asked.fields, method=asked.method))


def _differences(given: Given) -> Json:
    asked = given.process.differences
    assert asked is not None
    found = group_differences(given.rows, asked.of, asked.by, seed=given.process.seed)
    return {"differences": [asdict(each) for each in found]}


def _prediction(given: Given) -> Json:
    asked = given.process.prediction
    assert asked is not None
    settings = PredictionSettings(**{**asked.model_dump(), "model": Model(asked.model)}, seed=given.process.seed)
    return asdict(predict(given.rows, settings, lambda done, of: given.told(done / of)))


def _clusters(given: Given) -> Json:
    asked = given.process.clusters
    assert asked is not None
    return asdict(clusters(given.rows, asked.fields, asked.counts, given.process.seed))


STEPS: Mapping[str, Callable[[Given], Json]] = {
    "descriptives": _descriptives,
    "drift": _drift,
    "correlations": _correlations,
    "differences": _differences,
    "prediction": _prediction,
    "clusters": _clusters,
}
"""Each raises AnalysisError where its numbers cannot honestly be given."""


def compute(step: str, given: Given) -> Json:
    """The result of a step, as JSON has it: what is no number is null. Raises AnalysisError."""
    found: Json = _plain(STEPS[step](given))
    return found


def described_of(result: Mapping[str, Any]) -> Descriptives:
    """Descriptives of their JSON."""
    numbers = tuple(_number(each) for each in result["numbers"])
    labels = tuple(LabelColumn(**{**each, "top": tuple((a, b) for a, b in each["top"])}) for each in result["labels"])
    together = tuple((one, other, rows) for one, other, rows in result["together"])
    return Descriptives(result["rows"], result["complete"], numbers, labels, together)


def _number(column: Mapping[str, Any]) -> NumberColumn:
    listed = {name: tuple(column.get(name, ())) for name in ("quantiles", "shares")}
    return NumberColumn(**{**column, **listed})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return bool(value) if type(value).__name__ == "bool" else value
