"""Which breakdown answers a question: the cheapest one that has its dimensions and panes that fit its ends. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from iceberg.lake_view import LakeView
from query.errors import FieldProblem
from query.requests import LATEST, WindowRequest
from query.visible import Visible, named_by
from query.windows import EPOCH, WindowPlan, plan_window
from streams.breakdowns import Breakdown, Layer, breakdowns
from streams.definition import Definition
from streams.panes import Grain
from streams.time_text import timestamp


@dataclass(frozen=True, slots=True)
class Covered:
    """The breakdown that a question is answered from, what its asker knows it as, and which of its panes do.

    `by_records`: it stands for records, of which panes are made for the question.
    """

    breakdown: Breakdown
    name: str
    plan: WindowPlan
    by_records: bool = False


@dataclass(frozen=True, slots=True)
class NotCovered:
    """No breakdown answers the question: it needs these dimensions together, and this is what is wrong with it.

    What a stream keeps besides panes may answer it yet.
    """

    dimensions: tuple[str, ...]
    problems: tuple[FieldProblem, ...]


def coverage(
    definition: Definition,
    view: LakeView,
    request: WindowRequest,
    dimensions: Collection[str],
    longest: Grain = Grain.DAY,
) -> Covered | NotCovered:
    """The breakdown that answers a question of some dimensions, its conditions on rows included.

    `definition`: of the view. `longest`: no pane of a longer grain may answer.
    """
    visible = request.visible.over(definition)
    needed = tuple(name for name in definition.dimensions if name in dimensions)
    having = [each for each in breakdowns(definition) if {*needed} <= {*each.dimensions}]
    if not having:
        return NotCovered(needed, (_no_breakdown(visible, request, needed),))
    short = [each for each in having if each.finest.seconds <= longest.seconds]
    if not short:
        return NotCovered(needed, (_no_step(visible, having),))
    fitting = [each for each in short if _fits(request.start, each) and _fits(request.end, each)]
    if not fitting:
        return NotCovered(needed, tuple(_no_grain(visible, request, short)))
    whole = [each for each in fitting if request.start >= answers_from(view, each)]
    if not whole:
        return NotCovered(needed, (_not_yet(visible, view, fitting),))
    chosen = min(whole, key=lambda each: _cost(view, each))
    return Covered(chosen, shown_name(visible, chosen), _plan(view, request, chosen, longest))


def answers_from(view: LakeView, breakdown: Breakdown) -> datetime:
    """The first moment of event time of which a breakdown holds every message: no earlier one can be of it."""
    begun = dict(view.begun).get(breakdown.name)
    if begun is None:
        return datetime.min.replace(tzinfo=EPOCH.tzinfo)
    return min(begun.since, LATEST) + timedelta(seconds=begun.ahead)


def shown_name(visible: Visible, breakdown: Breakdown) -> str:
    """What an asker knows a breakdown as: where it has hidden dimensions, by the others."""
    shown = [name for name in breakdown.dimensions if name in visible.shown.dimensions]
    return breakdown.name if len(shown) == len(breakdown.dimensions) else named_by(shown)


def described(definition: Definition) -> str:
    """The breakdowns of a stream, for people who choose among them."""
    return ", ".join(_described(each) for each in breakdowns(definition))


def _described(breakdown: Breakdown) -> str:
    by = ", ".join(breakdown.dimensions) or "no dimension"
    return f"{breakdown.name} (by {by}; {', '.join(breakdown.grains)})"


def _fits(at: datetime, breakdown: Breakdown) -> bool:
    return (at - EPOCH) % timedelta(seconds=breakdown.finest.seconds) == timedelta()


def _cost(view: LakeView, breakdown: Breakdown) -> tuple[int, int]:
    """How many panes have to be read, to the power of two, so that what grows alike is not told apart by chance."""
    panes = dict(view.sizes).get(breakdown.name, 0)
    return panes.bit_length(), len(breakdown.dimensions)


def _plan(view: LakeView, request: WindowRequest, breakdown: Breakdown, longest: Grain) -> WindowPlan:
    counted = {
        grain
        for grain in breakdown.grains
        if grain.seconds <= longest.seconds and (breakdown.layer(grain) is not Layer.HOUR or view.hours)
    }
    return plan_window(request.start, request.end, counted, breakdown.finest)


def _no_breakdown(visible: Visible, request: WindowRequest, needed: Sequence[str]) -> FieldProblem:
    field = "by" if request.by else next((name for name, _ in request.where), "by")
    named = " and ".join(name for name in needed if name in visible.shown.dimensions)
    return FieldProblem(field, f"no breakdown has {named}; there are: {described(visible.shown)}")


def _no_step(visible: Visible, having: Sequence[Breakdown]) -> FieldProblem:
    shortest = min((each.finest for each in having), key=lambda grain: grain.seconds)
    names = _names(visible, having)
    return FieldProblem("step", f"is shorter than the panes of {names}; use step={shortest}")


def _no_grain(visible: Visible, request: WindowRequest, having: Sequence[Breakdown]) -> Iterator[FieldProblem]:
    """The nearest ends that the shortest grain there is would fit."""
    finest = min((each.finest for each in having), key=lambda grain: grain.seconds)
    best = [each for each in having if each.finest is finest]
    start, end = nearest(request.start, request.end, finest)
    for field, at, near in (("start", request.start, start), ("end", request.end, end)):
        if at != near:
            what = f"must be a whole {finest} for {_names(visible, best)}; the nearest is {timestamp(near)}"
            yield FieldProblem(field, what)


def nearest(start: datetime, end: datetime, grain: Grain) -> tuple[datetime, datetime]:
    """The nearest two different whole windows' ends of a grain, in UTC."""
    length = timedelta(seconds=grain.seconds)
    first = EPOCH + (start - EPOCH + length / 2) // length * length
    last = EPOCH + (end - EPOCH + length / 2) // length * length
    if first < last:
        return first, last
    first = EPOCH + (start - EPOCH) // length * length
    return first, first + length


def _not_yet(visible: Visible, view: LakeView, fitting: Sequence[Breakdown]) -> FieldProblem:
    first = min(fitting, key=lambda each: answers_from(view, each))
    at = answers_from(view, first)
    name = shown_name(visible, first)
    if at >= LATEST:
        return FieldProblem("as_known_at", f"is before there was the breakdown {name}")
    minute = EPOCH - (EPOCH - at) // timedelta(minutes=1) * timedelta(minutes=1)
    return FieldProblem(
        "start", f"is before {timestamp(minute)}, from when on {name} has every message; replay what arrived earlier"
    )


def _names(visible: Visible, known: Sequence[Breakdown]) -> str:
    return " and ".join(f"{shown_name(visible, each)} ({', '.join(each.grains)})" for each in known)
