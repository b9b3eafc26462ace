"""Runs as they are told: in a line each, and as JSON; what tells of single people only to those who see such. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from processing.definition import Process
from processing.sight import Json, Sight, seen
from processing.store import Run, Step
from streams.time_text import timestamp


def process_json(process: Process, newest: Run | None, *, applied: bool) -> dict[str, Any]:
    """A process as it is declared, and how its newest run stands."""
    return {
        "name": process.name,
        "title": process.title,
        "stream": process.stream,
        "about": process.about,
        "every": process.every,
        "after": process.after,
        "seed": process.seed,
        "sample": process.sample,
        "steps": [*process.steps],
        "state": state_of(newest, applied=applied),
        "last_run": timestamp(newest.begun_at if newest else None),
    }


def state_of(newest: Run | None, *, applied: bool) -> str:
    """How a process stands, in a word or two."""
    if not applied:
        return "not applied"
    return str(newest.state) if newest else "not run yet"


def line_json(run: Run, sight: Sight) -> dict[str, Any]:
    """A run with what it was made by; who began it, and why it failed, is for those who administer."""
    told = {
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
    }
    return {**told, "by": run.begun_by, "problem": run.problem} if sight.administers else told


def run_json(run: Run, sight: Sight) -> dict[str, Any]:
    """The same, with its results as far as they are shown."""
    steps = {name: seen(each, sight) for name, each in run.steps.items()}
    results = {
        name: {"seconds": each.seconds, "problem": each.problem, "result": each.result} for name, each in steps.items()
    }
    return {**line_json(run, sight), "results": results}


def headline(step: Step) -> str:
    """What a step found, in a line; empty if it has no result."""
    return _HEADLINES[step.name](step.result) if step.result is not None and step.name in _HEADLINES else ""


def score_text(score: Json) -> str:
    """A score with its interval."""
    return f"{score['measure']} {score['value']:.3g} ({score['lower']:.3g} to {score['upper']:.3g})"


def _described(found: Json) -> str:
    columns = len(found["numbers"]) + len(found["labels"])
    complete = "" if found["complete"] is None else f", of which {found['complete']:,} lack nothing"
    return f"{columns} columns of {found['rows']:,} rows{complete}"


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
