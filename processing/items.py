"""Results as rows of a table: one for each thing that a step found, with the fields that it is about. Pure.

Whoever does not see a field sees no row that is about it, so a row is about every field that could be told from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from processing.sight import Json, Sight, seen
from processing.store import Run, Step

Fields = Collection[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing. `result`: as it is shown to who sees no single messages, None where it is not; `detail`: all of it."""

    name: str
    fields: tuple[str, ...]
    result: Json | None
    detail: Json | None
    problem: str | None = None


Found = tuple[str, Fields, Json]
"""Kind, fields, and what was found."""


def items(step: Step, read: Fields) -> Iterator[Item]:
    """Of one step of a process that reads these fields."""
    if step.result is None:
        named = tuple(name for name in read if re.search(rf"\b{re.escape(name)}\b", step.problem))
        yield Item("problem", named, None, None, step.problem)
        return
    of_many = {_key(each): each[2] for each in _found(seen(step, Sight()), read)}
    for each in _found(step, read):
        yield Item(each[0], tuple(sorted(each[1])), of_many.get(_key(each)), each[2])


def rows_of(run: Run, read: Fields, ended: datetime) -> Iterator[dict[str, Any]]:
    """Of a whole run, as `iceberg.results` keeps them."""
    about = {
        **{name: getattr(run, name) for name in ("process", "snapshot", "definition", "declaration", "code", "seed")},
        "run": run.id,
        "rows": run.rows or 0,
        "sampled": run.sampled or 0,
        "begun": run.begun_at,
        "ended": ended,
    }
    for step in run.steps.values():
        for each in items(step, read):
            texts = {name: _text(value) for name, value in (("result", each.result), ("detail", each.detail))}
            told = {"item": each.name, "fields": [*each.fields], "problem": each.problem, **texts}
            yield {**about, "step": step.name, "seconds": step.seconds, **told}


def _text(value: Json | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _key(found: Found) -> tuple[str, tuple[str, ...]]:
    kind, fields, _ = found
    return kind, tuple(sorted(fields))


def _found(step: Step, read: Fields) -> Iterator[Found]:
    assert step.result is not None
    return _FOUND[step.name](step.result, read)


def _descriptives(found: Json, read: Fields) -> Iterator[Found]:
    yield "rows", (), {"rows": found["rows"]}
    yield "complete", read, {"complete": found["complete"]}
    yield from (("number", [each["name"]], each) for each in found["numbers"])
    yield from (("label", [each["name"]], each) for each in found["labels"])
    yield from (("missing together", [one, other], {"rows": rows}) for one, other, rows in found["together"])


def _drift(found: Json, _: Fields) -> Iterator[Found]:
    yield "rows before", (), {"rows_before": found["rows_before"]}
    yield from (("column", [each["name"]], each) for each in found["columns"])


def _correlations(found: Json, read: Fields) -> Iterator[Found]:
    how = {"method": found["method"], "level": found["level"]}
    yield from (("pair", [each["one"], each["other"]], {**each, **how}) for each in found["pairs"])
    for why in found["passed_over"]:
        yield "passed over", {*read} & {*re.findall(r"\w+", why)}, {"why": why}


def _differences(found: Json, _: Fields) -> Iterator[Found]:
    yield from (("difference", [each["of"], each["by"]], each) for each in found["differences"])


def _prediction(found: Json, read: Fields) -> Iterator[Found]:
    """The guess by one column does not say of which."""
    named = {found["target"], found["grouped_by"], *found["predictors"], *found["identifiers"]}
    fair = {each["by"] for each in found["fairness"]}
    yield "prediction", ({*read} if found["naive"] is not None else set()) | (named | fair) - {""}, found


def _clusters(found: Json, _: Fields) -> Iterator[Found]:
    yield "clusters", found["fields"], found


_FOUND: Mapping[str, Callable[[Json, Fields], Iterator[Found]]] = {
    "descriptives": _descriptives,
    "drift": _drift,
    "correlations": _correlations,
    "differences": _differences,
    "prediction": _prediction,
    "clusters": _clusters,
}
