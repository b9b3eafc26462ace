"""Questions. Making one checks it: what is wrong is an InvalidRequestError that names each parameter. Pure.

`query.parameters` reads them from text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from access.grants import Action
from query.cursors import Cursor
from query.errors import FieldProblem, InvalidRequestError, OutOfScopeError
from query.visible import Visible
from streams.definition import Definition

MOST_POINTS = 5_000
"""Most points of time in a series."""

MOST_GROUPS = 10_000
"""Most groups in a page of a window that is asked for in pages."""

MOST_REJECTED = 1_000
"""Most rejected messages in one answer."""

USUAL_REJECTED = 100
"""Rejected messages in an answer, unless `limit` says otherwise."""

MOST_VALUES = 1_000
"""Most values of dimensions in one question; each stands in the statement."""

MOST_QUANTILES = 20

MOST_REJECTED_BYTES = 16_384
"""Most bytes of a rejected message in an answer; the table keeps all of them."""

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9991, 1, 1, tzinfo=UTC)
"""Moments that can be asked for: from the one, before the other."""

OUTSIDE = f"is outside the years {EARLIEST.year} to {LATEST.year - 1}"

_MOST_PROBLEMS = 20

Filters = tuple[tuple[str, tuple[str, ...]], ...]
"""Dimensions, each with the values that it may have."""


class Step(StrEnum):
    """The length of time between two points of a series. Weeks begin on Monday."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def length(self) -> timedelta:
        """The step as a duration; the shortest, where not all are the same."""
        return timedelta(days=28) if self is Step.MONTH else timedelta(**{f"{self.value}s": 1})

    @property
    def of_calendar(self) -> bool:
        """Whether it begins when a day does, which is another moment in each time zone."""
        return self.length >= timedelta(days=1)


STEPS = (Step.MINUTE, Step.HOUR, Step.DAY)
"""What any stream's points may be asked by; longer steps are asked by systems, whose questions know a time zone."""


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """What happened in `[start, end)`, per values of `by`, where dimensions have one of the given values.

    `as_known_at` asks for the answer from the panes that had arrived by then. `quantiles` are in [0, 1].
    `changed_since` asks which groups are not as they were known then. `limit`: only the first so many groups, of
    those that come `after` a cursor, which is of the page before. Dimensions and values are put into order.
    `sight` tells it from the same question of an asker who sees something else.
    """

    visible: Visible = field(repr=False, compare=False)
    stream: str = field(init=False)
    sight: str = field(init=False)
    start: datetime
    end: datetime
    by: tuple[str, ...]
    where: Filters = ()
    as_known_at: datetime | None = None
    quantiles: tuple[float, ...] = ()
    changed_since: datetime | None = None
    limit: int | None = None
    after: Cursor | None = None

    def __post_init__(self) -> None:
        refuse(self._problems())
        put = object.__setattr__
        put(self, "stream", self.visible.definition.name)
        put(self, "sight", self.visible.sight)
        put(self, "by", tuple(name for name in self.visible.shown.dimensions if name in self.by))
        put(self, "where", _in_order(self.visible.shown, self.where))
        put(self, "quantiles", tuple(sorted(set(self.quantiles))))  # Trino wants them in order

    def _problems(self) -> Iterator[FieldProblem]:
        yield from _of_span(self.start, self.end)
        yield from of_names("by", self.by, "a dimension", self.visible.shown.dimensions)
        yield from _of_filters(self.visible.shown, self.where)
        yield from of_moment("as_known_at", self.as_known_at)
        yield from _of_quantiles(self.visible.shown, self.quantiles)
        yield from of_moment("changed_since", self.changed_since)
        yield from of_limit(self.limit, MOST_GROUPS)
        if self.limit is not None and self.changed_since is not None:
            yield FieldProblem("changed_since", "cannot be asked for in pages; leave out limit")
        if self.limit is None and self.after is not None:
            yield FieldProblem("limit", "is missing; after belongs to an answer in pages")
        yield from of_cursor(self.after, self.cursor_kinds)

    @property
    def cursor_kinds(self) -> tuple[type, ...]:
        """What a cursor is after: a value of each dimension."""
        return (str,) * len(self.by)

    def beyond(self, keys: Sequence[str]) -> tuple[str | int, ...]:
        """The values of the condition that a group comes after the cursor: of each key but the last, twice."""
        if self.after is None:
            return ()
        after = dict(zip(self.by, self.after.after, strict=True))
        return tuple(after[name] for name in keys for _ in range(1 if name == keys[-1] else 2))

    @property
    def question(self) -> WindowRequest:
        """What all its pages have in common."""
        return replace(self, limit=None, after=None)

    def known_at(self, at: datetime | None) -> WindowRequest:
        """The same question as known at another moment, or now; only as much of it as two answers are compared by."""
        return replace(self.question, as_known_at=at, quantiles=(), changed_since=None)


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """The same question for each step of `[start, end)`; `measures` limits which are answered.

    `zone`: by whose clocks days, weeks and months begin; an IANA name.
    """

    window: WindowRequest
    step: Step
    measures: tuple[str, ...] = ()
    zone: str = "UTC"

    def __post_init__(self) -> None:
        refuse(self._problems())
        object.__setattr__(self, "measures", tuple(dict.fromkeys(self.measures)))

    def _problems(self) -> Iterator[FieldProblem]:
        length, shown = self.window.end - self.window.start, self.window.visible.shown
        if length / self.step.length > MOST_POINTS:
            fitting = next((step for step in STEPS if length / step.length <= MOST_POINTS), None)
            advice = f"use step={fitting}" if fitting else "ask for a shorter window"
            yield FieldProblem("step", f"gives more than {MOST_POINTS} points; {advice}")
        yield from of_names("measure", self.measures, "a measure", [*shown.measures, *shown.distincts])
        for name in ("limit", "changed_since"):
            if getattr(self.window, name) is not None:
                yield FieldProblem(name, "is of windows, not of series")

    @property
    def local(self) -> ZoneInfo | None:
        """The zone, where it makes a difference to the step."""
        return ZoneInfo(self.zone) if self.zone != "UTC" and self.step.of_calendar else None

    @property
    def stream(self) -> str:
        """The stream that is asked."""
        return self.window.stream

    @property
    def visible(self) -> Visible:
        """What its asker sees of it."""
        return self.window.visible


@dataclass(frozen=True, slots=True)
class RejectedRequest:
    """The rejected messages that arrived in `[start, end)`, newest first, `limit` of those `after` a cursor.

    A cursor is after an arrival in microseconds since the epoch, a partition and an offset. `sight`: as of a window.
    Raises OutOfScopeError to whom not every row of the stream is shown, or no single message.
    """

    visible: Visible = field(repr=False, compare=False)
    stream: str = field(init=False)
    sight: str = field(init=False)
    start: datetime
    end: datetime
    reason: str | None = None
    limit: int = MOST_REJECTED
    after: Cursor | None = None

    def __post_init__(self) -> None:
        if not self.visible.scope.all_rows or Action.DETAIL not in self.visible.scope.actions:
            raise OutOfScopeError
        refuse(self._problems())
        put = object.__setattr__
        put(self, "stream", self.visible.definition.name)
        put(self, "sight", self.visible.sight)

    def _problems(self) -> Iterator[FieldProblem]:
        yield from _of_span(self.start, self.end)
        yield from of_limit(self.limit, MOST_REJECTED)
        yield from of_cursor(self.after, self.cursor_kinds)

    @property
    def cursor_kinds(self) -> tuple[type, ...]:
        """What a cursor is after."""
        return (int, int, int)

    @property
    def question(self) -> RejectedRequest:
        """What all its pages have in common."""
        return replace(self, limit=MOST_REJECTED, after=None)


def checked_filters(visible: Visible, where: Filters) -> Filters:
    """Filters alone, in order. Raises InvalidRequestError."""
    refuse(_of_filters(visible.shown, where))
    return _in_order(visible.shown, where)


def keeps_quantiles(definition: Definition) -> bool:
    """Whether quantiles can be asked for: of one measure at least."""
    return any(measure.quantiles for measure in definition.measures.values())


def refuse(problems: Iterable[FieldProblem], *, unparseable: bool = False) -> None:
    """Raise InvalidRequestError if there is any; it names the first of them."""
    if named := [*islice(problems, _MOST_PROBLEMS)]:
        raise InvalidRequestError(named, status=400 if unparseable else 422)


def shortened(text: str) -> str:
    """As much of what was asked as a refusal repeats."""
    return text if len(text) <= 100 else f"{text[:99]}…"


def _of_span(start: datetime, end: datetime) -> Iterator[FieldProblem]:
    wrong = [*_of_minute("start", start), *_of_minute("end", end)]
    yield from wrong
    if not wrong and start >= end:
        yield FieldProblem("end", "must be after start")


def _of_minute(name: str, at: datetime) -> Iterator[FieldProblem]:
    yield from (wrong := [*of_moment(name, at)])
    if not wrong and (at.second or at.microsecond):
        yield FieldProblem(name, "must be a whole minute")


def of_moment(name: str, at: datetime | None) -> Iterator[FieldProblem]:
    """What is wrong with a moment that is asked for."""
    if at is not None and at.tzinfo is None:
        yield FieldProblem(name, "has no offset; add Z or an offset such as +02:00")
    elif at is not None and not EARLIEST <= at < LATEST:
        yield FieldProblem(name, OUTSIDE)


def of_names(parameter: str, names: Iterable[str], what: str, known: Iterable[str]) -> Iterator[FieldProblem]:
    """What is wrong with names, of which some are known."""
    for name in dict.fromkeys(names):
        if name not in known:
            yield FieldProblem(parameter, f"{shortened(name)!r} is not {what}; known: {', '.join(known)}")


def _of_filters(definition: Definition, where: Filters) -> Iterator[FieldProblem]:
    for name, values in where:
        if name not in definition.dimensions:
            yield FieldProblem(shortened(name), f"is not a dimension; known: {', '.join(definition.dimensions)}")
        elif not values:
            yield FieldProblem(name, "has no value to filter by")
    if sum(len(values) for _, values in _in_order(definition, where)) > MOST_VALUES:
        yield FieldProblem(where[0][0], f"at most {MOST_VALUES:,} values can be asked for at once")


def _in_order(definition: Definition, where: Filters) -> Filters:
    """Dimensions as they are defined, each once, with its values sorted."""
    values: dict[str, set[str]] = {}
    for name, listed in where:
        values.setdefault(name, set()).update(listed)
    return tuple((name, tuple(sorted(values[name]))) for name in definition.dimensions if name in values)


def _of_quantiles(definition: Definition, quantiles: Sequence[float]) -> Iterator[FieldProblem]:
    if quantiles and not keeps_quantiles(definition):
        yield FieldProblem("quantiles", f"{definition.name} keeps none; set quantiles = true on a measure")
    if not all(0 <= value <= 1 for value in quantiles) or len(set(quantiles)) > MOST_QUANTILES:
        yield FieldProblem("quantiles", f"are at most {MOST_QUANTILES} numbers from 0 to 1")


def of_limit(limit: int | None, most: int) -> Iterator[FieldProblem]:
    """What is wrong with how many are asked for."""
    if limit is not None and not 0 < limit <= most:
        yield FieldProblem("limit", f"is from 1 to {most:,}")


def of_cursor(after: Cursor | None, kinds: Sequence[type]) -> Iterator[FieldProblem]:
    """What is wrong with a cursor, after values of these kinds."""
    if after is not None and not after.fits(kinds):
        yield FieldProblem("after", "is not a cursor of this question")
