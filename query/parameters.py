"""Reads questions from the parameters of a URL or a command line: names, each with a text. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from query.cursors import read_cursor
from query.errors import FieldProblem, InvalidRequestError
from query.record_requests import USUAL_RECORDS, RecordsRequest, can_filter
from query.requests import (
    EARLIEST,
    LATEST,
    OUTSIDE,
    STEPS,
    USUAL_REJECTED,
    Filters,
    RejectedRequest,
    SeriesRequest,
    Step,
    WindowRequest,
    checked_filters,
    refuse,
    shortened,
)
from query.visible import Visible
from streams.breakdowns import main_breakdown
from streams.records import PARAMETERS, record_fields
from streams.time_text import read_time

_COMMON = ("start", "end", "by", "as_known_at", "quantiles")
_MINUTE = timedelta(minutes=1)

Parameters = Sequence[tuple[str, str]]

T = TypeVar("T")
Paged = TypeVar("Paged", WindowRequest, RejectedRequest, RecordsRequest)


def read_window(visible: Visible, params: Parameters) -> WindowRequest:
    """From `start, end, by, as_known_at, quantiles, changed_since, limit, after` and filters.

    Raises InvalidRequestError, which names all that is wrong.
    """
    asked = _Asked(visible, params, (*_COMMON, "changed_since", "limit", "after"))
    return asked.page(asked.window(asked.moment("changed_since"), asked.limit()))


def read_series(visible: Visible, params: Parameters) -> SeriesRequest:
    """From what a window and a series have in common, and `step` and `measure`. Raises InvalidRequestError."""
    asked = _Asked(visible, params, (*_COMMON, "step", "measure"))
    window, step, measures = asked.window(), asked.step(), tuple(asked.all("measure"))
    some = asked.some_window()
    window = some if asked.problems else window
    series = asked.made(lambda: SeriesRequest(window, step, measures), SeriesRequest(some, step))
    asked.check()
    return series


def read_rejected(visible: Visible, params: Parameters) -> RejectedRequest:
    """From `start, end, reason, limit, after`. Raises InvalidRequestError."""
    asked = _Asked(visible, params, ("start", "end", "reason", "limit", "after"), dimensions=False)
    start, end, reason, limit = *asked.span(), asked.one("reason"), asked.limit()
    some = RejectedRequest(visible, EARLIEST, LATEST - _MINUTE)
    more = USUAL_REJECTED if limit is None else limit
    return asked.page(asked.made(lambda: RejectedRequest(visible, start, end, reason, more), some))


def read_records(visible: Visible, params: Parameters) -> RecordsRequest:
    """From `start, end, fields, limit, after` and filters of fields. Raises InvalidRequestError."""
    filters = [each.field for each in record_fields(visible.shown) if can_filter(each)]
    asked = _Asked(visible, params, (*filters, *PARAMETERS), dimensions=False)
    start, end, limit = *asked.span(), asked.limit()
    where = tuple((name, tuple(values)) for name in filters if (values := asked.all(name)))
    named = tuple(name for value in asked.all("fields") for name in value.split(",") if name)
    more = USUAL_RECORDS if limit is None else limit
    some = RecordsRequest(visible, EARLIEST, LATEST - _MINUTE)
    return asked.page(asked.made(lambda: RecordsRequest(visible, start, end, where, named, more), some))


def read_filters(visible: Visible, params: Parameters) -> Filters:
    """Filters of dimensions alone. Raises InvalidRequestError."""
    asked = _Asked(visible, params, ())
    nothing: Filters = ()
    filters = asked.made(lambda: checked_filters(visible, asked.where()), nothing)
    asked.check()
    return filters


def read_comparison(visible: Visible, params: Parameters) -> tuple[Filters, tuple[str, ...] | None]:
    """Filters, and the dimensions `by` which panes are to be compared, None if they are not named.

    Raises InvalidRequestError.
    """
    asked = _Asked(visible, params, ("by",))
    nothing: Filters = ()
    filters = asked.made(lambda: checked_filters(visible, asked.where()), nothing)
    by = asked.by() if asked.all("by") else None
    for name in by or ():
        if name not in visible.shown.dimensions:
            asked.note("by", f"{shortened(name)!r} is not a dimension; known: {', '.join(visible.shown.dimensions)}")
    asked.check()
    return filters, by


class _Asked:
    """The parameters of one question. Methods read them and note what is wrong, so that all of it is said at once.

    Something else stands in for what cannot be read, so that the question can be made and checks the rest.
    """

    def __init__(
        self, visible: Visible, params: Parameters, allowed: Sequence[str], *, dimensions: bool = True
    ) -> None:
        self.visible, self.params = visible, params
        self._dimensions = visible.shown.dimensions
        self.problems: list[FieldProblem] = []
        self._unparseable = False
        known = [*(self._dimensions if dimensions else ()), *allowed]
        for name in dict.fromkeys(name for name, _ in params):
            if name not in known:
                self.note(name, f"is not a dimension or parameter; known: {', '.join(known)}")

    def note(self, name: str, reason: str, *, unparseable: bool = False) -> None:
        self.problems.append(FieldProblem(shortened(name), reason))
        self._unparseable |= unparseable

    def made(self, make: Callable[[], T], instead: T) -> T:
        """What is made, unless it refuses its values."""
        try:
            return make()
        except InvalidRequestError as error:
            self.problems += error.errors
            return instead

    def check(self) -> None:
        refuse(self.problems, unparseable=self._unparseable)

    def page(self, request: Paged) -> Paged:
        """The question from where the page before ended, if it is asked so; the rest of it has been read."""
        text = self.one("after")
        if text is not None and not self.problems:
            try:
                after = read_cursor(text, request.question, request.cursor_kinds)
            except ValueError as error:
                self.note("after", f"is {error}; give what the page before says as next", unparseable=True)
            else:
                request = self.made(lambda: replace(request, after=after), request)
        self.check()
        return request

    def window(self, changed_since: datetime | None = None, limit: int | None = None) -> WindowRequest:
        (start, end), by, where = self.span(), self.by(), self.where()
        known, quantiles = self.moment("as_known_at"), self.quantiles()
        return self.made(
            lambda: WindowRequest(self.visible, start, end, by, where, known, quantiles, changed_since, limit),
            self.some_window(),
        )

    def some_window(self) -> WindowRequest:
        return WindowRequest(self.visible, EARLIEST, EARLIEST + _MINUTE, ())

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.params if key == name]

    def one(self, name: str) -> str | None:
        values = self.all(name)
        if len(values) > 1:
            self.note(name, "is given more than once")
        return values[0] if values else None

    def span(self) -> tuple[datetime, datetime]:
        moments = [self.moment(name, needed=True) for name in ("start", "end")]
        return moments[0] or EARLIEST, moments[1] or LATEST - _MINUTE

    def moment(self, name: str, *, needed: bool = False) -> datetime | None:
        text = self.one(name)
        if text is None:
            if needed:
                self.note(name, "is missing; give a time such as 2026-03-01T10:17:00Z")
            return None
        try:
            return read_time(text)
        except ValueError:
            self.note(name, "is not a time such as 2026-03-01T10:17:00Z", unparseable=True)
        except OverflowError:
            self.note(name, OUTSIDE)
        return None

    def by(self) -> tuple[str, ...]:
        values = self.all("by")
        names = (name for value in values for name in value.split(",") if name)
        return tuple(names if values else main_breakdown(self.visible.shown).dimensions)

    def where(self) -> Filters:
        return tuple((name, tuple(values)) for name in self._dimensions if (values := self.all(name)))

    def limit(self) -> int | None:
        text = self.one("limit")
        if text is None or (text.isascii() and text.isdigit()):
            return int(text[:10]) if text else None  # more digits are as much too large
        self.note("limit", "is not a number such as 100", unparseable=True)
        return None

    def quantiles(self) -> tuple[float, ...]:
        text = self.one("quantiles")
        try:
            if text is not None and ("_" in text or not text.isascii()):  # Python reads more than others would
                raise ValueError
            return () if text is None else tuple(float(part) for part in text.split(","))
        except ValueError:
            self.note("quantiles", "are numbers such as 0.5,0.99", unparseable=True)
            return ()

    def step(self) -> Step:
        text = self.one("step")
        if text in {*STEPS}:
            return Step(text or "")
        wrong = "is missing" if text is None else f"{shortened(text)!r} is not a step"
        self.note("step", f"{wrong}; known: {', '.join(STEPS)}")
        return Step.DAY
