"""One message's JSON, read strictly: one RFC 8259 object in UTF-8, no duplicate key anywhere, at most 64 levels, 1 MiB.

orjson reads nearly every message. What it refuses, or might have read differently from a parser that keeps everything,
is read again by the standard library's parser, whose hooks show duplicate keys and the text of long numbers.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any, NoReturn

import orjson

from streams.reasons import Reason, Rejection, printable

LARGEST = 1 << 20
DEEPEST = 64

_EXACT_DIGITS = 18
_LONG_NUMBER = 1e18
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class LongWhole(float):
    """The value, perhaps infinite, of an integer of more than 18 characters: larger than any whole number may be."""


def read_object(payload: bytes) -> dict[str, Any] | Rejection:
    """The object, integers as int or LongWhole, other numbers as float (perhaps infinite); or why it is none."""
    if not payload:
        return Rejection(None, Reason.EMPTY)
    if len(payload) > LARGEST:
        return Rejection(None, Reason.LARGER_THAN_1_MIB)
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return _read_again(payload)
    # Each key is followed by a colon. If the keys that were kept and the colons in texts make up all colons there are,
    # no key was dropped as a duplicate. An escape could hide a colon.
    if type(value) is dict and b"\\" not in payload and _colons(value, DEEPEST) == payload.count(b":"):
        return value
    return _read_again(payload)


def _colons(value: dict[str, Any] | list[Any], levels: int) -> int:
    """How many colons its text has if no key is duplicate or holds one; far too few to ask for a second look."""
    if levels == 0:
        return -LARGEST
    count, items = (len(value), value.values()) if isinstance(value, dict) else (0, value)
    for item in items:
        if isinstance(item, str):
            if ":" in item:
                count += item.count(":")
        elif isinstance(item, (dict, list)):
            count += _colons(item, levels - 1)
        elif isinstance(item, float) and not -_LONG_NUMBER < item < _LONG_NUMBER:
            return -LARGEST
    return count


def _read_again(payload: bytes) -> dict[str, Any] | Rejection:
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return Rejection(None, Reason.NOT_VALID_UTF_8)
    if _depth(payload) > DEEPEST:
        return Rejection(None, Reason.NESTED_TOO_DEEPLY)
    try:
        value = _DECODER.decode(text)
    except ValueError:
        return Rejection(None, Reason.NOT_VALID_JSON)
    if not isinstance(value, _Pairs):
        return Rejection(None, Reason.NOT_AN_OBJECT)
    try:
        return _objects(value, None)  # type: ignore[no-any-return]
    except _DuplicateKeyError as duplicate:
        return Rejection(printable(duplicate.path), Reason.DUPLICATE_KEY)


def _depth(payload: bytes) -> int:
    """The deepest nesting of brackets outside strings, whatever else is wrong with the text."""
    if payload.count(b"[") + payload.count(b"{") <= DEEPEST:
        return 0
    brackets = _STRINGS.sub(b"", payload).translate(None, _NOT_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)


class _Pairs(list[tuple[str, Any]]):
    """An object as it is written, duplicate keys and all."""


class _DuplicateKeyError(Exception):
    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def _objects(value: Any, path: str | None) -> Any:
    """Dicts of pairs; raises at the first key in the text that its object already has. A path has no indices."""
    if type(value) is _Pairs:
        result: dict[str, Any] = {}
        for key, item in value:
            inner = key if path is None else f"{path}.{key}"
            if key in result:
                raise _DuplicateKeyError(inner)
            result[key] = None
            result[key] = _objects(item, inner)
        return result
    if type(value) is list:
        return [_objects(item, path) for item in value]
    return value


def _whole(text: str) -> int | float:
    return int(text) if len(text) <= _EXACT_DIGITS else LongWhole(text)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_Pairs, parse_int=_whole, parse_constant=_refuse)
