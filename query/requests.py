"""Questions, parsed from the parameters of a URL or a command line. Pure; every rule names its parameter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from query.cursors import Cursor, read_cursor
from query.errors import FieldProblem, InvalidRequestError
from streams.definition import Definition

__all__ = [
    "MOST_POINTS",
    "Filters",
    "Question",
    "RejectedRequest",
    "SeriesRequest",
    "Step",
    "WindowRequest",
    "parse_filters",
    "parse_time",
]

MOST_POINTS = 5_000
"""Most points of time in a series."""

MOST_GROUPS = 10_000
"""Most groups in a page of a window that is asked for in pages."""

MOST_REJECTED = 1_000
"""Most rejected messages in one answer."""

USUAL_REJECTED = 100
"""Rejected messages in an answer, unless `limit` says otherwise."""

MOST_VALUES = 1_000
"""Most values of dimensions in one question; each stands in the statement once for each source of panes."""

MOST_REJECTED_BYTES = 16_384
"""Most bytes of a rejected message in an answer; the table keeps all of them."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?")
_COMMON = ("start", "end", "by", "as_known_at")

_FIRST_YEAR, _LAST_YEAR = 1900, 9990
_MOST_PROBLEMS = 20

Parameters = Sequence[tuple[str, str]]

Filters = tuple[tuple[str, tuple[str, ...]], ...]
"""Dimensions, each with the values that it may have."""


class Step(StrEnum):
    """The length of time between two points of a series."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def length(self) -> timedelta:
        """The step as a duration."""
        return timedelta(**{f"{self.value}s": 1})


class _Problems:
    """Collects what is wrong with the parameters, so that all of it is said at once."""

    def __init__(self) -> None:
        self.found: list[FieldProblem] = []
        self.unparseable = False

    def add(self, name: str, reason: str, *, unparseable: bool = False) -> None:
        if len(self.found) < _MOST_PROBLEMS:
            self.found.append(FieldProblem(_short(name), reason))
        self.unparseable |= unparseable

    def check(self) -> None:
        if self.found:
            raise InvalidRequestError(self.found, status=400 if self.unparseable else 422)


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """What happened in `[start, end)`, per values of `by`, where dimensions have one of the given values.

    `as_known_at` asks for the answer from the panes that had arrived by then. `quantiles` are in [0, 1].
    `changed_since` asks which groups are not as they were known then. `limit`: only the first so many groups, of
    those that come `after` a cursor, which is of the page before.
    """

    stream: str
    start: datetime
    end: datetime
    by: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    as_known_at: datetime | None = None
    quantiles: tuple[float, ...] = ()
    changed_since: datetime | None = None
    limit: int | None = None
    after: Cursor | None = None

    @classmethod
    def parse(cls, definition: Definition, params: Parameters) -> WindowRequest:
        """Read `start, end, by, as_known_at, quantiles, changed_since, limit, after` and filters.

        Raises InvalidRequestError.
        """
        problems = _Problems()
        allowed = (*_COMMON, "quantiles", "changed_since", "limit", "after")
        asked = _Asked(definition, params, problems, allowed)
        start, end = asked.span()
        request = cls(
            definition.name,
            start,
            end,
            asked.by(),
            asked.where(),
            asked.moment("as_known_at"),
            asked.quantiles(),
            asked.moment("changed_since"),
            asked.limit(MOST_GROUPS),
        )
        if request.limit is not None and request.changed_since is not None:
            problems.add("changed_since", "cannot be asked for in pages; leave out limit")
        if request.limit is None and asked.all("after"):
            problems.add("limit", "is missing; after belongs to an answer in pages")
        request = replace(request, after=asked.cursor(request.question, [str] * len(request.by)))
        problems.check()
        return request

    @property
    def question(self) -> WindowRequest:
        """What all its pages have in common."""
        return replace(self, limit=None, after=None)

    def known_at(self, at: datetime | None) -> WindowRequest:
        """The same question as known at another moment, or now; only as much of it as two answers are compared by."""
        return replace(self.question, as_known_at=at, quantiles=(), changed_since=None)


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """The same question for each step of `[start, end)`; `measures` limits which are answered."""

    window: WindowRequest
    step: Step
    measures: tuple[str, ...] = field(default=())

    @property
    def stream(self) -> str:
        """The stream that is asked."""
        return self.window.stream

    @classmethod
    def parse(cls, definition: Definition, params: Parameters) -> SeriesRequest:
        """As WindowRequest, plus `step` and `measure`. Raises InvalidRequestError."""
        problems = _Problems()
        asked = _Asked(definition, params, problems, allowed=(*_COMMON, "quantiles", "step", "measure"))
        start, end = asked.span()
        step = asked.step(start, end)
        measures = asked.measures()
        window = WindowRequest(
            definition.name, start, end, asked.by(), asked.where(), asked.moment("as_known_at"), asked.quantiles()
        )
        problems.check()
        return cls(window, step, measures)


@dataclass(frozen=True, slots=True)
class RejectedRequest:
    """The rejected messages that arrived in `[start, end)`, newest first, `limit` of those `after` a cursor.

    A cursor is after an arrival in microseconds since the epoch, a partition and an offset.
    """

    stream: str
    start: datetime
    end: datetime
    reason: str | None = None
    limit: int = MOST_REJECTED
    after: Cursor | None = None

    @classmethod
    def parse(cls, definition: Definition, params: Parameters) -> RejectedRequest:
        """Read `start, end, reason, limit, after`. Raises InvalidRequestError."""
        problems = _Problems()
        allowed = ("start", "end", "reason", "limit", "after")
        asked = _Asked(definition, params, problems, allowed, dimensions=False)
        start, end = asked.span()
        request = cls(definition.name, start, end, asked.one("reason"), asked.limit(MOST_REJECTED) or USUAL_REJECTED)
        request = replace(request, after=asked.cursor(request.question, [int, int, int]))
        problems.check()
        return request

    @property
    def question(self) -> RejectedRequest:
        """What all its pages have in common."""
        return replace(self, limit=MOST_REJECTED, after=None)


Question = WindowRequest | SeriesRequest | RejectedRequest


def parse_filters(definition: Definition, params: Parameters) -> Filters:
    """Read dimension filters alone. Raises InvalidRequestError."""
    problems = _Problems()
    found = _Asked(definition, params, problems, allowed=()).where()
    problems.check()
    return found


class _Asked:
    """The parameters of one question; each method reads one of them and notes what is wrong with it."""

    def __init__(
        self,
        definition: Definition,
        params: Parameters,
        problems: _Problems,
        allowed: Sequence[str],
        *,
        dimensions: bool = True,
    ) -> None:
        self.definition, self.params, self.problems = definition, params, problems
        filters = list(definition.dimensions) if dimensions else []
        for name in dict.fromkeys(name for name, _ in params):
            if name not in allowed and name not in filters:
                known = ", ".join([*filters, *allowed])
                problems.add(name, f"is not a dimension or parameter; known: {known}")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.params if key == name]

    def one(self, name: str) -> str | None:
        values = self.all(name)
        if len(values) > 1:
            self.problems.add(name, "is given more than once")
        return values[0] if values else None

    def span(self) -> tuple[datetime, datetime]:
        start, end = self.minute("start"), self.minute("end")
        if start is not None and end is not None and start >= end:
            self.problems.add("end", "must be after start")
        return start or datetime.min.replace(tzinfo=UTC), end or datetime.max.replace(tzinfo=UTC)

    def minute(self, name: str) -> datetime | None:
        text = self.one(name)
        if text is None:
            self.problems.add(name, "is missing; give a time such as 2026-03-01T10:17:00Z")
            return None
        at = self.time(name, text)
        if at is not None and (at.second or at.microsecond):
            self.problems.add(name, "must be a whole minute")
            return None
        return at

    def time(self, name: str, text: str) -> datetime | None:
        try:
            at = parse_time(text)
            if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
                raise OverflowError
            return at
        except TimeWithoutOffsetError:
            self.problems.add(name, "has no offset; add Z or an offset such as +02:00")
        except ValueError:
            self.problems.add(name, "is not a time such as 2026-03-01T10:17:00Z", unparseable=True)
        except OverflowError:
            self.problems.add(name, f"is outside the years {_FIRST_YEAR} to {_LAST_YEAR}")
        return None

    def moment(self, name: str) -> datetime | None:
        text = self.one(name)
        return None if text is None else self.time(name, text)

    def by(self) -> tuple[str, ...]:
        values = self.all("by")
        if not values:
            return tuple(self.definition.dimensions)
        names = list(dict.fromkeys(name for value in values for name in value.split(",") if name))
        for name in names:
            if name not in self.definition.dimensions:
                known = ", ".join(self.definition.dimensions)
                self.problems.add("by", f"{_short(name)!r} is not a dimension; known: {known}")
        return tuple(name for name in self.definition.dimensions if name in names)

    def where(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        found = tuple(
            (name, tuple(sorted(set(values)))) for name in self.definition.dimensions if (values := self.all(name))
        )
        if sum(len(values) for _, values in found) > MOST_VALUES:
            self.problems.add(found[0][0], f"at most {MOST_VALUES:,} values can be asked for at once")
        return found

    def limit(self, most: int) -> int | None:
        text = self.one("limit")
        if text is None:
            return None
        if not (text.isascii() and text.isdigit()):
            self.problems.add("limit", "is not a number such as 100", unparseable=True)
        elif len(text) > 9 or not 0 < int(text) <= most:
            self.problems.add("limit", f"is from 1 to {most:,}")
        else:
            return int(text)
        return None

    def cursor(self, question: object, kinds: Sequence[type]) -> Cursor | None:
        """The cursor of a question whose other parameters have been read."""
        text = self.one("after")
        if text is None or self.problems.found:
            return None
        try:
            return read_cursor(text, question, kinds)
        except ValueError as error:
            self.problems.add("after", f"is {error}; give what the page before says as next", unparseable=True)
            return None

    def quantiles(self) -> tuple[float, ...]:
        text = self.one("quantiles")
        if text is None:
            return ()
        if not any(measure.quantiles for measure in self.definition.measures.values()):
            self.problems.add("quantiles", f"{self.definition.name} keeps none; set quantiles = true on a measure")
        try:
            if "_" in text or not text.isascii():  # Python reads more than others would
                raise ValueError
            values = tuple(sorted({float(part) for part in text.split(",")}))  # Trino wants them in order
        except ValueError:
            self.problems.add("quantiles", "are numbers such as 0.5,0.99", unparseable=True)
            return ()
        if not all(0 <= value <= 1 for value in values) or len(values) > 20:
            self.problems.add("quantiles", "are at most 20 numbers from 0 to 1")
        return values

    def step(self, start: datetime, end: datetime) -> Step:
        text = self.one("step")
        if text is None:
            self.problems.add("step", f"is missing; known: {', '.join(Step)}")
            return Step.DAY
        if text not in set(Step):
            self.problems.add("step", f"{_short(text)!r} is not a step; known: {', '.join(Step)}")
            return Step.DAY
        step = Step(text)
        if not self.problems.found and (end - start) / step.length > MOST_POINTS:
            fitting = next((s for s in Step if (end - start) / s.length <= MOST_POINTS), None)
            advice = f"use step={fitting}" if fitting else "ask for a shorter window"
            self.problems.add("step", f"gives more than {MOST_POINTS} points; {advice}")
        return step

    def measures(self) -> tuple[str, ...]:
        known = [*self.definition.measures, *self.definition.distincts]
        names = tuple(dict.fromkeys(self.all("measure")))
        for name in names:
            if name not in known:
                self.problems.add("measure", f"{_short(name)!r} is not a measure; known: {', '.join(known)}")
        return names


def _short(text: str) -> str:
    """As much of what was asked as a refusal repeats."""
    return text if len(text) <= 100 else f"{text[:99]}…"


class TimeWithoutOffsetError(ValueError):
    """The time would mean different moments to different readers."""


def parse_time(text: str) -> datetime:
    """An RFC 3339 time as an aware datetime in UTC, at microseconds.

    A space before the offset is read as `+`, which is what a URL makes of it. Raises TimeWithoutOffsetError,
    ValueError, or OverflowError when it leaves the calendar.
    """
    mended = re.sub(r" (?=\d\d:\d\d$)", "+", text) if len(text) > 16 else text
    match = _TIME.fullmatch(mended)
    if match is None or not mended.isascii():
        raise ValueError(f"not a time: {text!r}")
    if match.group(3) is None:
        raise TimeWithoutOffsetError(text)
    return datetime.fromisoformat(mended.upper()).astimezone(UTC)
