"""Walks through the text of a JSON document to where its records are; gives each as it is written, digits and all."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Sequence
from typing import Any, NoReturn, TypeAlias

from sources.reading.outcomes import Refused

Span: TypeAlias = tuple[int, int]
"""Where a value begins and where it has ended."""

_SPACE = re.compile(r"[ \t\n\r]*")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_scan = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=str, parse_int=str).raw_decode


def records(text: str, path: Sequence[str]) -> Iterator[Span]:
    """Each element of the list at a path, or the one object that is there. Raises Refused, perhaps after some."""
    end = yield from _inside(text, _after_space(text, 0), path, "the document")
    if (rest := _after_space(text, end)) < len(text):
        raise _broken(text, rest, "more follows after its end")


def member(text: str, key: str) -> Span | None:
    """Where the value is of a key of the object that the text is; None if it has none. Raises Refused."""
    at = _after_space(text, 0)
    if text[at : at + 1] != "{":
        return None
    spans, at = list[Span](), _after_space(text, at + 1)
    over = text[at : at + 1] == "}"
    while not over:
        name, at = _key(text, at)
        end = _value(text, at)[1]
        if name == key:
            spans.append((at, end))
        at, over = _next(text, end, "}")
    if (rest := _after_space(text, at + 1)) < len(text):
        raise _broken(text, rest, "more follows after its end")
    if len(spans) > 1:
        raise _broken(text, spans[1][0], f"{key} is there twice")
    return spans[0] if spans else None


def path_of_cut(text: str) -> tuple[str, ...]:
    """Keys to the list that a text ends within, which was cut off; empty if it is itself a list, or is no JSON."""
    keys: list[str] = []
    at = _after_space(text, 0)
    try:
        while text[at : at + 1] == "{":
            key, at = _key(text, _after_space(text, at + 1))
            while (end := _end(text, at)) is not None:
                at, over = _next(text, end, "}")
                if over:
                    return ()
                key, at = _key(text, at)
            keys.append(key)
    except Refused:
        return ()
    return tuple(keys) if text[at : at + 1] == "[" else ()


def _inside(text: str, at: int, path: Sequence[str], where: str) -> Generator[Span, None, int]:
    """Gives the records of the value that begins at a place; returns where it has ended."""
    if not path:
        return (yield from _listed(text, at, where))
    if text[at : at + 1] != "{":
        raise Refused(f"{where} is no object, so it has no {path[0]}; set records to where the list of records is")
    found, keys = 0, list[str]()
    at = _after_space(text, at + 1)
    over = text[at : at + 1] == "}"
    while not over:
        key, at = _key(text, at)
        keys.append(key)
        if key == path[0]:
            found += 1
            end = yield from _inside(text, at, path[1:], key)
        else:
            end = _value(text, at)[1]
        at, over = _next(text, end, "}")
    if found != 1:
        told = f"has {path[0]} {found} times" if found else f"has no {path[0]}; its keys are {', '.join(keys[:10])}"
        raise Refused(f"{where} {told}; set records to where the list of records is")
    return at + 1


def _listed(text: str, at: int, where: str) -> Generator[Span, None, int]:
    if text[at : at + 1] == "{":
        end = _value(text, at)[1]
        yield at, end
        return end
    if text[at : at + 1] != "[":
        _value(text, at)  # if that is no JSON, it is the better reason
        raise Refused(f"{where} is neither a list nor an object; set records to where the list of records is")
    at = _after_space(text, at + 1)
    if text[at : at + 1] == "]":
        return at + 1
    while True:
        end = _value(text, at)[1]
        yield at, end
        at, over = _next(text, end, "]")
        if over:
            return at + 1


def _key(text: str, at: int) -> tuple[str, int]:
    """A key, and where its value begins."""
    if text[at : at + 1] != '"':
        raise _broken(text, at, "a key in quotes is missing")
    key, end = _value(text, at)
    colon = _after_space(text, end)
    if text[colon : colon + 1] != ":":
        raise _broken(text, colon, "a colon is missing")
    return key, _after_space(text, colon + 1)


def _next(text: str, end: int, closing: str) -> tuple[int, bool]:
    """Where the next item begins, or where the container closes."""
    at = _after_space(text, end)
    if text[at : at + 1] == closing:
        return at, True
    if text[at : at + 1] != ",":
        raise _broken(text, at, f"a comma or {closing} is missing")
    return _after_space(text, at + 1), False


def _value(text: str, at: int) -> tuple[Any, int]:
    """The value that begins at a place, numbers as text, and where it has ended."""
    try:
        return _scan(text, at)
    except json.JSONDecodeError as error:
        raise _broken(text, error.pos, error.msg) from None
    except ValueError as error:
        raise _broken(text, at, str(error)) from None
    except RecursionError:
        raise _broken(text, at, "it is nested too deeply") from None
    except StopIteration:
        raise _broken(text, at, "a value is missing") from None


def _end(text: str, at: int) -> int | None:
    """Where a value has ended; None if it has not."""
    try:
        return _value(text, at)[1]
    except Refused:
        return None


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _broken(text: str, at: int, reason: str) -> Refused:
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return Refused(f"is not JSON: {reason} at line {line:,}, column {column:,}")
