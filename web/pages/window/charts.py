"""The window page's summary and charts: what the tiles say, and what the charts draw. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from query.groups import Group
from query.requests import MOST_POINTS, STEPS, Step
from streams.definition import Definition
from streams.panes import Grain
from web.page.table import Row
from web.page.times import Detail, short_moment, span
from web.page.units import change_of, count, quantity, spoken_name, total
from web.pages.window.columns import group_label
from web.pages.window.compared import Compared
from web.pages.window.form import MOST_DRAWN, WindowForm

GROUPS_DRAWN = 6
"""Groups that are drawn when the reader chose none."""
VALUES_DRAWN = 9_000
"""Most points x groups that a chart loads; beyond it the step is longer."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One big number. `change` is set beside it, and says what became of the number compared with another time."""

    label: str
    value: str
    note: str
    change: str = ""
    before: str = ""


def tiles_of(
    definition: Definition, groups: Sequence[Group], form: WindowForm, compared: Compared | None = None
) -> list[Tile]:
    """The summary: messages, then of each measure its total, if it keeps one, or its peak, whose it was and when."""
    start, end = form.bounds
    length, detail = end - start, Detail.of(*form.local_bounds)
    then = compared.groups if compared else None
    messages = sum(group.messages for group in groups)
    per_minute = messages / (length.total_seconds() / 60)
    note = f"{quantity(per_minute, '')} a minute over {span(length)}"
    before = then and sum(group.messages for group in then)
    tiles = [Tile("Messages", count(messages), note, *_was(messages, before or 0, "", then, relative=True))]
    if definition.visits and any(group.visits for group in groups):
        tiles += _of_visits(groups, then)
    if form.by:
        what = " and ".join(spoken_name(name, definition.dimensions[name].title).lower() for name in form.by)
        was = _was(len(groups), len(then or ()), "", then, relative=True)
        tiles.append(Tile("Groups", count(len(groups)), f"by {what}", *was))
    for name, measure in definition.measures.items():
        if measure.total:
            tiles.append(_total(definition, name, groups, then))
            continue
        top = _peak(groups, name)
        if top is None:
            continue
        value, at = top.value(name, "max"), short_moment(top.value(name, "max_at").astimezone(form.zone), detail)
        who = f"{group_label(top)}, {at}" if form.by else f"at {at}"
        high = _peak(then or (), name)
        was = _was(value, high.value(name, "max") if high else None, measure.unit, then, relative=False)
        tiles.append(Tile(f"Peak {spoken_name(name, measure.title)}", quantity(value, measure.unit), who, *was))
    return tiles


def _of_visits(groups: Sequence[Group], then: Sequence[Group] | None) -> list[Tile]:
    """Visits in all, and what part of them were bounces and how long one takes."""
    now, before = (_in_all(each) for each in (groups, then or ()))
    visits, was = (each.visits.get("visits", 0) for each in (now, before))
    note = f"{quantity(now.bounce_rate, 'ratio')} bounced; one takes {quantity(now.visit_length, 'ms')}"
    return [Tile("Visits", count(visits), note, *_was(visits, was, "", then, relative=True))]


def _in_all(groups: Sequence[Group]) -> Group:
    totals: Counter[str] = Counter()
    for group in groups:
        totals.update(group.visits)
    return Group((), 0, {}, visits=totals)


def _total(definition: Definition, measure: str, groups: Sequence[Group], then: Sequence[Group] | None) -> Tile:
    it, title = definition.measures[measure], spoken_name(measure, definition.measures[measure].title)
    value, before = (sum(group.value(measure, "total") or 0 for group in each) for each in (groups, then or ()))
    number = sum(group.value(measure, "count") or 0 for group in groups)
    note = f"{quantity(float(value) / number, it.unit)} on average" if number else "no message has it"
    was = (change_of(value, before, it.unit, relative=True), total(before, it.unit)) if then is not None else ()
    return Tile(f"Total {title}", total(value, it.unit), note, *was)


def _was(
    value: float, before: float | None, unit: str, then: Sequence[Group] | None, *, relative: bool
) -> tuple[str, str]:
    """What became of a tile's number, and what it was; nothing if no other time is compared with."""
    if then is None:
        return "", ""
    shown = quantity(before, unit) if not relative else count(int(before or 0))
    return change_of(value, before, unit, relative=relative), shown


def _peak(groups: Sequence[Group], measure: str) -> Group | None:
    having = (group for group in groups if group.value(measure, "max") is not None)
    return max(having, key=lambda group: group.value(measure, "max"), default=None)


def drawn_groups(definition: Definition, groups: Sequence[Group], form: WindowForm) -> list[Group]:
    """The groups that the reader chose, if any is there; else the table's first ones; else the largest totals."""
    keys = {group.key: group for group in groups} if form.drawn else {}
    if chosen := [keys[key] for key in form.drawn if key in keys]:
        return chosen
    if form.sort:
        return list(groups[:GROUPS_DRAWN])
    first = next(iter(definition.measures), None)

    def total(group: Group) -> tuple[float, int]:
        mean, number = (group.value(first or "", part) or 0 for part in ("mean", "count"))
        return mean * number, group.messages

    return sorted(groups, key=total, reverse=True)[:GROUPS_DRAWN]


@dataclass(frozen=True, slots=True)
class Mark:
    """Beside a row: which line of the charts is its group's, if any, and what is drawn once the reader turns it."""

    place: int | None
    turned: tuple[tuple[str, ...], ...]


def marks_of(rows: Sequence[Row], drawn: Sequence[Group], form: WindowForm) -> list[Mark]:
    """A mark for each row; none where there is but one line anyway."""
    keys = [group.key for group in drawn]
    return [_mark(row.key, keys) for row in rows] if form.by else []


def _mark(key: tuple[str, ...], keys: list[tuple[str, ...]]) -> Mark:
    if key in keys:
        return Mark(keys.index(key), tuple(other for other in keys if other != key))
    return Mark(None, (*keys, key)[-MOST_DRAWN:])


def shortest_step(minutes: float, groups: int) -> Step:
    """The shortest step whose points can be asked for and drawn."""
    for step in STEPS:
        points = minutes * 60 / step.length.total_seconds()
        if points <= MOST_POINTS and (points * max(1, groups) <= VALUES_DRAWN or points < 48):
            return step
    return Step.DAY


def chart_plan(
    definition: Definition,
    drawn: Sequence[Group],
    total: int,
    form: WindowForm,
    compared: Compared | None = None,
    finest: Grain = Grain.MINUTE,
) -> dict[str, Any]:
    """What the page's script draws: what to ask for the points, which groups, and one chart a measure.

    `finest`: no step may be shorter.
    """
    start, end = form.bounds
    lengths = [end - start, *([compared.end - compared.start] if compared else [])]
    readable = shortest_step(max(lengths).total_seconds() / 60, len(drawn))
    step = max(readable, Step(finest.value), key=lambda each: each.length)
    return {
        "path": f"/v1/streams/{definition.name}/series",
        "question": _series(definition, drawn, form, step, start, end),
        "stream": definition.name,
        "zone": form.zone.key,
        "start": start.timestamp(),
        "end": end.timestamp(),
        "step": str(step),
        "by": list(form.by),
        "groups": [{"label": group_label(group), "key": group.key} for group in drawn],
        "left_out": total - len(drawn),
        "charts": [
            {
                "key": name,
                "title": spoken_name(name, measure.title),
                "unit": measure.unit,
                "min": measure.min,
                "max": measure.max,
                "total": measure.total,
            }
            for name, measure in definition.measures.items()
        ],
        "compared": compared
        and {
            "label": compared.label,
            "start": compared.start.timestamp(),
            "end": compared.end.timestamp(),
            "question": _series(definition, drawn, form, step, compared.start, compared.end),
        },
    }


def _series(
    definition: Definition, drawn: Sequence[Group], form: WindowForm, step: Step, start: datetime, end: datetime
) -> list[tuple[str, str]]:
    """The question of the points: of the groups that are drawn, and under the form's other filters."""
    asked = [pair for pair in form.asked(start, end) if pair[0] not in definition.dimensions]
    kept = [pair for pair in form.where if pair[0] not in form.by]
    of_groups = dict.fromkeys(pair for group in drawn for pair in zip(form.by, group.key, strict=True))
    return [*asked, ("step", str(step)), *of_groups, *kept]
