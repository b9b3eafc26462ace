"""Runs as they are told: in a line each, and as JSON; what tells of single people only to those who see such. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from processing.store import Run, Step
from streams.time_text import timestamp

FEWEST = 5
"""Rows of a label that are told to who sees no single message; rarer ones are counted with the others."""

Json = Mapping[str, Any]


def run_json(run: Run, *, detail: bool) -> dict[str, Any]:
    """A run with what it was made by, and its results."""
    return {
        "id": run.id,
        "state": str(run.state),
        "snapshot": str(run.snapshot),
        "definition": run.definition,
        "declaration": run.declaration,
        "code": run.code,
        "seed": run.seed,
        "rows": run.rows,
        "sampled": run.sampled,
        "begun": timestamp(run.begun_at),
        "ended": timestamp(run.ended_at),
        "results": {name: _step_json(each, detail=detail) for name, each in run.steps.items()},
    }


def shown(step: Step, *, detail: bool) -> Json | None:
    """The result of a step, without values and texts of single people unless `detail`."""
    if step.result is None or detail or step.name != "descriptives":
        return step.result
    numbers = [{**each, "least": None, "most": None} for each in step.result["numbers"]]
    return {**step.result, "numbers": numbers, "labels": [_grouped(each) for each in step.result["labels"]]}


def _step_json(step: Step, *, detail: bool) -> dict[str, Any]:
    return {"seconds": step.seconds, "problem": step.problem, "result": shown(step, detail=detail)}


def _grouped(label: Json) -> Json:
    kept = [[name, count] for name, count in label["top"] if count >= FEWEST]
    rare = sum(count for _, count in label["top"] if count < FEWEST)
    return {**label, "top": kept, "others": label["others"] + rare}


def headline(step: Step) -> str:
    """What a step found, in a line; empty if it has no result."""
    return _HEADLINES[step.name](step.result) if step.result is not None and step.name in _HEADLINES else ""


def score_text(score: Json) -> str:
    """A score with its interval."""
    return f"{score['measure']} {score['value']:.3g} ({score['lower']:.3g} to {score['upper']:.3g})"


def _described(found: Json) -> str:
    columns = len(found["numbers"]) + len(found["labels"])
    return f"{columns} columns of {found['rows']:,} rows, of which {found['complete']:,} lack nothing"


def _drifted(found: Json) -> str:
    moved = [each["name"] for each in found["columns"] if each["verdict"] != "as before"]
    return f"moved: {', '.join(moved)}" if moved else "as before"


def _correlated(found: Json) -> str:
    if not found["pairs"]:
        return "nothing to compare"
    first, sure = found["pairs"][0], sum(each["adjusted"] < 0.05 for each in found["pairs"])
    closest = f"closest: {first['one']} and {first['other']}, {first['coefficient']:.2f}"
    return (
        f"{closest} ({first['lower']:.2f} to {first['upper']:.2f}); {sure} of {len(found['pairs'])} pairs beyond chance"
    )


def _differing(found: Json) -> str:
    return "; ".join(
        f"{each['of']} by {each['by']}: {each['measure']} {each['effect']:.2f}"
        f" ({each['lower']:.2f} to {each['upper']:.2f}), p {each['adjusted']:.2g}"
        for each in found["differences"]
    )


def _predicted(found: Json) -> str:
    naive = f", {found['target']} guessed by one column {score_text(found['naive'])}" if found["naive"] else ""
    return (
        f"{found['target']}: {score_text(found['score'])}; the same for everybody {score_text(found['plain'])}{naive}"
    )


def _clustered(found: Json) -> str:
    stable = sum(each["stable"] for each in found["clusters"])
    return f"{len(found['clusters'])} clusters, of which {stable} stable"


_HEADLINES: Mapping[str, Callable[[Json], str]] = {
    "descriptives": _described,
    "drift": _drifted,
    "correlations": _correlated,
    "differences": _differing,
    "prediction": _predicted,
    "clusters": _clustered,
}
