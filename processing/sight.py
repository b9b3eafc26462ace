"""What of results somebody sees who does not see everything of a stream: a table of steps and of what is left of each.

Results are of all rows, so whoever sees some rows only is shown none at all; that is for those who ask. Here columns
that a grant hides are taken out, and whatever could tell of single people unless the grant `detail` shows such. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from processing.store import Step

FEWEST = 5
"""Rows that are told of together to who sees no single message; fewer are counted with others, or left out."""

WITHHELD = "Your grants hide a field that this needs."

_OUTERMOST = 0.05
"""Share of rows beyond the outermost quantiles."""

Json = Mapping[str, Any]
Hidden = Collection[str]


@dataclass(frozen=True, slots=True)
class Sight:
    """`detail`: sees single messages; `administers`: also who began a run, and why it failed; `hidden`: fields that it
    does not see."""

    detail: bool = False
    administers: bool = False
    hidden: frozenset[str] = frozenset()


EVERYTHING = Sight(detail=True, administers=True)


def seen(step: Step, sight: Sight) -> Step:
    """A step as far as it is shown; one that needs a hidden field is withheld, with that as its problem."""
    if step.result is None:
        hides = any(re.search(rf"\b{re.escape(name)}\b", step.problem) for name in sight.hidden)
        return replace(step, problem=WITHHELD) if hides else step
    result: Json | None = step.result
    if sight.hidden:
        result = _WITHOUT[step.name](step.result, sight.hidden)
    if result is not None and not sight.detail:
        result = _OF_MANY.get(step.name, _as_it_is)(result)
    return replace(step, result=result, problem=step.problem if result is not None else WITHHELD)


def _as_it_is(found: Json) -> Json:
    return found


def _kept(listed: Iterable[Json], hidden: Hidden, *names: str) -> list[Json]:
    return [each for each in listed if not {each[name] for name in names} & {*hidden}]


def _descriptives(found: Json, hidden: Hidden) -> Json:
    numbers, labels = (_kept(found[kind], hidden, "name") for kind in ("numbers", "labels"))
    all_shown = len(numbers) + len(labels) == len(found["numbers"]) + len(found["labels"])
    together = [each for each in found["together"] if not {*each[:2]} & {*hidden}]
    complete = found["complete"] if all_shown else None
    return {**found, "complete": complete, "numbers": numbers, "labels": labels, "together": together}


def _drift(found: Json, hidden: Hidden) -> Json:
    return {**found, "columns": _kept(found["columns"], hidden, "name")}


def _correlations(found: Json, hidden: Hidden) -> Json:
    passed = [each for each in found["passed_over"] if not {*re.findall(r"\w+", each)} & {*hidden}]
    return {**found, "pairs": _kept(found["pairs"], hidden, "one", "other"), "passed_over": passed}


def _differences(found: Json, hidden: Hidden) -> Json | None:
    kept = _kept(found["differences"], hidden, "of", "by")
    return {"differences": kept} if kept else None


def _prediction(found: Json, hidden: Hidden) -> Json | None:
    named = {found["target"], found["grouped_by"], *found["predictors"], *(each["by"] for each in found["fairness"])}
    if named & {*hidden}:
        return None
    # The guess by one column does not say of which, and that may be a hidden one.
    identifiers = [name for name in found["identifiers"] if name not in hidden]
    return {**found, "naive": None, "identifiers": identifiers}


def _clusters(found: Json, hidden: Hidden) -> Json | None:
    return None if {*found["fields"]} & {*hidden} else found


_WITHOUT: Mapping[str, Callable[[Json, Hidden], Json | None]] = {
    "descriptives": _descriptives,
    "drift": _drift,
    "correlations": _correlations,
    "differences": _differences,
    "prediction": _prediction,
    "clusters": _clusters,
}


def _described_of_many(found: Json) -> Json:
    numbers = [{**each, "least": None, "most": None, **_of_enough(each)} for each in found["numbers"]]
    together = [each for each in found["together"] if each[2] >= FEWEST]
    return {**found, "numbers": numbers, "labels": [_grouped(each) for each in found["labels"]], "together": together}


def _of_enough(column: Json) -> Json:
    """Quantiles beyond which there are enough rows."""
    enough = column["count"] * _OUTERMOST >= FEWEST
    return {name: column[name] if enough else [] for name in ("quantiles", "shares")}


def _grouped(label: Json) -> Json:
    kept = [[name, count] for name, count in label["top"] if count >= FEWEST]
    rare = sum(count for _, count in label["top"] if count < FEWEST)
    return {**label, "top": kept, "others": label["others"] + rare}


def _differing_of_many(found: Json) -> Json:
    counted = [(each, len(each["left_out"])) for each in found["differences"]]
    told = [{**each, "left_out": [f"{count} small groups"] if count else []} for each, count in counted]
    return {"differences": told}


def _clustered_of_many(found: Json) -> Json:
    clusters = [each if each["rows"] >= FEWEST else {**each, "centre": [], "apart": []} for each in found["clusters"]]
    return {**found, "clusters": clusters}


_OF_MANY: Mapping[str, Callable[[Json], Json]] = {
    "descriptives": _described_of_many,
    "differences": _differing_of_many,
    "clusters": _clustered_of_many,
}
"""The other steps tell of no fewer rows than their own bounds let through."""
