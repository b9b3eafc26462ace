"""The window page's summary and charts: what the tiles say, and what the charts draw. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from query.requests import MOST_POINTS, Step
from streams.definition import Definition
from web.times import short_moment, span
from web.units import count, quantity, spoken_name
from web.window_form import WindowForm
from web.window_table import group_label, moment_of

__all__ = ["Tile", "chart_plan", "leading_groups", "step_for", "tiles_of"]

GROUPS_DRAWN = 6
VALUES_DRAWN = 9_000
"""Most points x groups that a chart loads; beyond it the step is longer."""

Group = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tile:
    """One big number. `unit` is set smaller; `group` is the one that it is about, if any."""

    label: str
    value: str
    note: str
    group: Group | None = None


def tiles_of(definition: Definition, groups: Sequence[Group], form: WindowForm, *, days: bool) -> list[Tile]:
    """The summary: messages, then the peak of each measure, whose it was and when."""
    start, end = form.bounds
    length = end - start
    messages = sum(group["messages"] for group in groups)
    per_minute = messages / (length.total_seconds() / 60)
    note = f"{quantity(per_minute, '')} a minute over {span(length)}"
    tiles = [Tile("Messages", count(messages), note)]
    if form.by:
        what = " and ".join(spoken_name(name, definition.dimensions[name].title).lower() for name in form.by)
        tiles.append(Tile("Groups", count(len(groups)), f"by {what}"))
    for name, measure in definition.measures.items():
        having = [group for group in groups if group.get(name, {}).get("max") is not None]
        if not having:
            continue
        top = max(having, key=lambda group: group[name]["max"])
        at = short_moment(moment_of(top[name]["max_at"], form.zone), day=days)
        who = f"{group_label(top, form.by)}, {at}" if form.by else f"at {at}"
        label = f"Peak {spoken_name(name, measure.title)}"
        tiles.append(Tile(label, quantity(top[name]["max"], measure.unit), who, top))
    return tiles


def leading_groups(definition: Definition, groups: Sequence[Group], sort: str) -> list[Group]:
    """The groups to draw: the table's first ones if it is sorted, else those with the largest total."""
    if sort:
        return list(groups[:GROUPS_DRAWN])
    first = next(iter(definition.measures), None)

    def total(group: Group) -> tuple[float, int]:
        part = group.get(first, {}) if first else {}
        return (part.get("mean") or 0.0) * (part.get("count") or 0), group["messages"]

    return sorted(groups, key=total, reverse=True)[:GROUPS_DRAWN]


def step_for(minutes: float, groups: int) -> Step:
    """The shortest step whose points can be asked for and drawn."""
    for step in Step:
        points = minutes * 60 / step.length.total_seconds()
        if points <= MOST_POINTS and (points * max(1, groups) <= VALUES_DRAWN or points < 48):
            return step
    return Step.DAY


def chart_plan(definition: Definition, groups: Sequence[Group], total: int, form: WindowForm) -> dict[str, Any]:
    """What the page's script draws: where to load points from, which groups, and one chart a measure."""
    start, end = form.bounds
    step = step_for((end - start).total_seconds() / 60, len(groups))
    asked = [pair for pair in form.question() if pair[0] not in definition.dimensions]
    kept = dict.fromkeys(pair for pair in form.question() if pair[0] in definition.dimensions)
    drawn = dict.fromkeys((name, str(group[name])) for group in groups for name in form.by)
    filters = [*drawn, *(pair for pair in kept if pair[0] not in form.by)]
    charts = [
        {
            "key": name,
            "title": spoken_name(name, measure.title),
            "unit": measure.unit,
            "min": measure.min,
            "max": measure.max,
        }
        for name, measure in definition.measures.items()
    ]
    return {
        "path": f"/v1/streams/{definition.name}/series",
        "question": [*asked, ("step", str(step)), *filters],
        "compared": None,
        "stream": definition.name,
        "zone": form.zone.key,
        "start": start.timestamp(),
        "end": end.timestamp(),
        "step": str(step),
        "seconds": step.length.total_seconds(),
        "by": list(form.by),
        "groups": [{"label": group_label(g, form.by), "key": [g[name] for name in form.by]} for g in groups],
        "left_out": total - len(groups),
        "charts": charts,
    }
