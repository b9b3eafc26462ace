"""Which breakdown answers a question: the cheapest one that has its dimensions and panes that fit its ends. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from iceberg.intervals import floored
from iceberg.lake_view import LakeView
from query.errors import FieldProblem
from query.requests import LATEST, WindowRequest
from query.visible import Visible, named_by
from query.windows import EPOCH, Span, WindowPlan, plan_window
from streams.breakdowns import Breakdown, Layer, breakdowns
from streams.definition import Definition
from streams.panes import Grain
from streams.time_text import timestamp

_ALWAYS = datetime.min.replace(tzinfo=EPOCH.tzinfo)


@dataclass(frozen=True, slots=True)
class Covered:
    """The breakdown that a question is answered from, what its asker knows it as, and which of its panes do.

    `shortest`: the shortest grain of which there are panes of all that time, if that is not the finest. `by_records`:
    it stands for records, of which panes are made for the question.
    """

    breakdown: Breakdown
    name: str
    plan: WindowPlan
    shortest: Grain | None = None
    by_records: bool = False


@dataclass(frozen=True, slots=True)
class NotCovered:
    """No breakdown answers the question: it needs these dimensions together, and this is what is wrong with it.

    What a stream keeps besides panes may answer it yet. `nearest`: where panes that it needs are kept no longer, the
    nearest window that there are panes of.
    """

    dimensions: tuple[str, ...]
    problems: tuple[FieldProblem, ...]
    nearest: Span | None = None


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
    plans = {each.name: _plan(view, request, each, longest) for each in whole}
    kept = [each for each in whole if is_kept(view, each, plans[each.name])]
    if not kept:
        return _not_kept(visible, view, request, needed, min(whole, key=lambda each: each.finest.seconds), longest)
    chosen = min(kept, key=lambda each: cost(view, each))
    shortest = _shortest(view, chosen, request.start)
    coarser = None if shortest is chosen.finest else shortest
    return Covered(chosen, shown_name(visible, chosen), plans[chosen.name], coarser)


def kept_since(view: LakeView, grain: Grain) -> datetime:
    """Since when there are panes of a grain: retention took those of before."""
    return dict(view.kept_from).get(grain, _ALWAYS)


def is_kept(view: LakeView, breakdown: Breakdown, plan: WindowPlan) -> bool:
    """Whether retention left all panes that a plan reads."""
    spans = {Grain.MINUTE: plan.minutes, Grain.HOUR: plan.hours, Grain.DAY: () if plan.days is None else (plan.days,)}
    return all(span.start >= kept_since(view, grain) for grain in breakdown.grains for span in spans[grain])


def answers_from(view: LakeView, breakdown: Breakdown) -> datetime:
    """The first moment of event time of which a breakdown holds every message: no earlier one can be of it."""
    begun = dict(view.begun).get(breakdown.name)
    if begun is None:
        return _ALWAYS
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


def cost(view: LakeView, breakdown: Breakdown) -> tuple[int, int]:
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
    first, last = _rounded(start, grain), _rounded(end, grain)
    if first < last:
        return first, last
    first = floored(start, grain.seconds)
    return first, first + timedelta(seconds=grain.seconds)


def _rounded(at: datetime, grain: Grain) -> datetime:
    return floored(at + timedelta(seconds=grain.seconds / 2), grain.seconds)


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


def _shortest(view: LakeView, breakdown: Breakdown, at: datetime) -> Grain | None:
    """The shortest grain of a breakdown of which there are panes since a moment; None if there are none."""
    return next((grain for grain in breakdown.grains if kept_since(view, grain) <= at), None)


def _not_kept(
    visible: Visible,
    view: LakeView,
    request: WindowRequest,
    needed: tuple[str, ...],
    breakdown: Breakdown,
    longest: Grain,
) -> NotCovered:
    """What panes there are of each end's time, and the nearest window that they answer."""
    ends = request.start, request.end
    of_ends = [_shortest(view, breakdown, at) for at in ends]
    near = [_nearest(view, breakdown, at, grain) for at, grain in zip(ends, of_ends, strict=True)]
    if near[0] >= near[1]:
        near[1] = near[0] + timedelta(seconds=(_shortest(view, breakdown, near[0]) or breakdown.grains[-1]).seconds)
    name, shortest = shown_name(visible, breakdown), of_ends[0]
    if shortest is None:
        problems = [FieldProblem("start", f"is before {timestamp(near[0])}; nothing of before is kept any longer")]
    elif shortest.seconds > longest.seconds:
        gone = f"{longest} panes of {name} are kept from {timestamp(kept_since(view, longest))} on"
        problems = [FieldProblem("step", f"{gone}; of what was before use step={shortest}")]
    else:
        problems = [
            FieldProblem(
                field, f"must be a whole {grain}: {_gone(view, breakdown, grain)}; the nearest is {timestamp(to)}"
            )
            for field, at, grain in zip(("start", "end"), ends, of_ends, strict=True)
            if grain is not None and at != (to := _nearest(view, breakdown, at, grain))
        ]
    if not problems:  # its panes are there, but do not count yet
        problems = [FieldProblem("start", f"needs {shortest} panes that are not made yet; try again later")]
    return NotCovered(needed, tuple(problems), Span(*near))


def _gone(view: LakeView, breakdown: Breakdown, grain: Grain) -> str:
    """Since when there are panes of the grains that are shorter than one."""
    shorter = [each for each in breakdown.grains if each.seconds < grain.seconds] or [grain]
    return f"{shorter[-1]} panes are kept from {timestamp(kept_since(view, shorter[-1]))} on"


def _nearest(view: LakeView, breakdown: Breakdown, at: datetime, grain: Grain | None) -> datetime:
    """The nearest start of a window of a grain, of those that there are panes of; of None the first of the longest."""
    since = kept_since(view, grain or breakdown.grains[-1])
    return since if grain is None else max(_rounded(at, grain), since)


def _names(visible: Visible, known: Sequence[Breakdown]) -> str:
    return " and ".join(f"{shown_name(visible, each)} ({', '.join(each.grains)})" for each in known)
