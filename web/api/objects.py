"""The JSON object in the body of a request that changes something: its members, checked by name and type."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

import orjson
from starlette.requests import Request

from streams.time_text import read_time
from web.edge.bodies import JSON, whole_body
from web.edge.problems import FieldError, ProblemError
from web.service import service_of

_LARGEST = 1 << 20
_LONGEST_LIST = 20_000
_LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Members:
    """The members of the object. Each method raises ProblemError, 422, that names the member."""

    values: Mapping[str, Any]

    def __contains__(self, name: str) -> bool:
        """Whether it was given; null is as if it was not."""
        return self.values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """A text; required without a default."""
        value = self.values.get(name)
        if value is None:
            value = default if default is not None else invalid(name, "is missing")
        if not isinstance(value, str) or "\0" in value:
            invalid(name, "is a text")
        return value

    def optional_text(self, name: str) -> str | None:
        """A text, or None where it was not given."""
        return self.text(name) if name in self else None

    def flag(self, name: str) -> bool | None:
        """True, false, or None where it was not given."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            invalid(name, "is true or false")
        return value

    def number(self, name: str, default: int) -> int:
        """A whole number, not negative."""
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_NUMBER:
            invalid(name, "is a whole number, not negative")
        return value

    def moment(self, name: str) -> datetime | None:
        """A time with an offset, or None where it was not given."""
        if name not in self:
            return None
        try:
            moment = read_time(self.text(name))
        except (ValueError, OverflowError):
            invalid(name, "is no time such as 2026-03-01T10:17:00Z")
        return moment if moment.tzinfo is not None else invalid(name, "has no offset, such as Z or +01:00")

    def texts(self, name: str) -> list[str] | None:
        """A list of texts, or None where it was not given."""
        return _texts(name, self.values[name]) if name in self else None

    def lists(self, name: str) -> dict[str, list[str]]:
        """An object of lists of texts; empty where it was not given."""
        value = self.values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            invalid(name, 'is an object such as {"site": ["a.example"]}')
        return {key: _texts(name, listed) for key, listed in value.items()}


def invalid(name: str, reason: str) -> NoReturn:
    """422 that names a member or a parameter."""
    raise ProblemError("invalid-values", f"{name}: {reason}", (FieldError(name, reason),))


async def read_members(
    request: Request, known: Collection[str], *, optional: bool = False, most: int = _LARGEST
) -> Members:
    """The members of the body, of at most so many bytes. Raises ProblemError, also for a member that is not known.

    `optional`: there need be no body.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    no_type = ProblemError("unsupported-type", f"The body is a JSON object; its Content-Type is {JSON}.")
    if kind != JSON and (kind or not optional):
        raise no_type
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ProblemError("unsupported-type", "The body is sent as it is, not packed.")
    body = await whole_body(request.stream(), service_of(request).settings, most)
    if optional and not body:
        return Members({})
    if kind != JSON:
        raise no_type
    try:
        content = orjson.loads(body)
    except ValueError as error:
        raise ProblemError("unparseable", f"The body is not valid JSON: {error}.") from None
    if not isinstance(content, dict):
        raise ProblemError("unparseable", "The body is no JSON object.")
    wrong = [FieldError(name[:100], f"is not one of {', '.join(known)}") for name in content if name not in known]
    if wrong:
        raise ProblemError("invalid-values", f"{wrong[0].field}: {wrong[0].reason}", wrong[:20])
    return Members(content)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for. `after`: the `next` of the page before."""

    search: str
    after: str
    limit: int

    @property
    def one_more(self) -> int:
        """To tell whether there is a next page."""
        return self.limit + 1


def page_of(request: Request, more: Collection[str] = ()) -> Page:
    """`search`, `after` and `limit` of the address, which knows `more` parameters. Raises ProblemError."""
    known = ("search", "after", "limit", *more)
    for name in request.query_params:
        if name not in known:
            invalid(name[:100], f"is not one of {', '.join(known)}")
    given = {name: request.query_params.get(name, "") for name in known}
    for name, text in given.items():
        if "\0" in text or len(text) > 500:
            invalid(name, "is too long, or has a character that no name has")
    limit = given["limit"] or "100"
    if not (limit.isascii() and limit.isdigit() and len(limit) < 5 and 1 <= int(limit) <= 1000):
        invalid("limit", "is a number from 1 to 1,000")
    return Page(given["search"], given["after"], int(limit))


def _texts(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > _LONGEST_LIST:
        invalid(name, f"is a list of up to {_LONGEST_LIST:,} texts")
    if not all(isinstance(each, str) and "\0" not in each for each in value):
        invalid(name, "has something else than texts")
    return value
