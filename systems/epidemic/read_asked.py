"""Questions of the API about case reports, read from the parameters of an address. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from query.errors import FieldProblem
from query.requests import of_moment, refuse, shortened
from streams.time_text import read_time
from systems.epidemic.asked import ALL_VARIANTS, BEGINNING, Asked
from systems.epidemic.shown import Show

_EARLIEST, _LATEST = BEGINNING, date(2100, 1, 1)
_NAMES = ("source", "metric", "variant", "show", "from", "until", "as_known_at")


@dataclass(frozen=True, slots=True)
class Read:
    """`first` and `last`: the days asked for, both inside; None for all there are."""

    asked: Asked
    show: Show
    first: date | None
    last: date | None


def read_asked(params: Sequence[tuple[str, str]]) -> Read:
    """From `source, metric, variant, show, from, until, as_known_at`. Raises InvalidRequestError, which names all that
    is wrong."""
    given = dict(reversed(params))
    problems = [*_unknown(params)]
    problems += [FieldProblem(name, "is missing") for name in ("source", "metric") if not given.get(name)]

    def day(name: str) -> date | None:
        try:
            found = date.fromisoformat(given[name]) if given.get(name) else None
        except ValueError:
            problems.append(FieldProblem(name, "is no day such as 2021-01-31"))
            return None
        if found is not None and not _EARLIEST <= found < _LATEST:
            problems.append(FieldProblem(name, f"is outside the years {_EARLIEST.year} to {_LATEST.year - 1}"))
        return found

    first, last, known = day("from"), day("until"), _known(given.get("as_known_at", ""), problems)
    if first and last and first > last:
        problems.append(FieldProblem("until", "is before from"))
    show = given.get("show", Show.INCIDENCE.value)
    if show not in {*Show}:
        problems.append(FieldProblem("show", f"{shortened(show)!r} is not one of {', '.join(Show)}"))
    refuse(problems)
    asked = Asked(given["source"], given["metric"], given.get("variant", ALL_VARIANTS), known)
    return Read(asked, Show(show), first, last)


def _unknown(params: Sequence[tuple[str, str]]) -> Iterator[FieldProblem]:
    names = [name for name, _ in params]
    for name in dict.fromkeys(names):
        if name not in _NAMES:
            yield FieldProblem(shortened(name), f"is no parameter; known: {', '.join(_NAMES)}")
        elif names.count(name) > 1:
            yield FieldProblem(name, "is given more than once")


def _known(text: str, problems: list[FieldProblem]) -> datetime | None:
    if not text:
        return None
    try:
        known = read_time(text)
    except (ValueError, OverflowError):
        problems.append(FieldProblem("as_known_at", "is not a time such as 2021-01-31T10:00:00Z"))
        return None
    problems += of_moment("as_known_at", known)
    return known
