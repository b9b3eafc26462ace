"""Cursors: where the next page of an answer begins, as opaque text. Pure.

A cursor is of one question and one lake view. It is checked, not signed: what it holds anybody may ask for.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

_CHECK_BYTES = 6
_LONGEST = 200_000
_LARGEST = 253_370_764_800_000_000
"""The year 9999 in microseconds; no partition or offset comes near it."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next page has what comes after `after`, in the order of the answer, in the view of that digest."""

    view: str
    after: tuple[str | int, ...]

    def fits(self, kinds: Sequence[type]) -> bool:
        """Whether it is after values of these kinds, which an answer can hold."""
        numbers = (value for value in self.after if isinstance(value, int))
        return [*map(type, self.after)] == [*kinds] and all(0 <= value < _LARGEST for value in numbers)

    def text(self, question: object) -> str:
        """For the address of the next page of a question."""
        payload = orjson.dumps([self.view, *self.after])
        return base64.urlsafe_b64encode(_check(payload, question) + payload).decode().rstrip("=")


def read_cursor(text: str, question: object, kinds: Sequence[type]) -> Cursor:
    """The cursor that a page of the question gave, after values of these kinds. Raises ValueError if it gave none."""
    try:
        if len(text) > _LONGEST or not text.isascii():
            raise ValueError
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        check, payload = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
        values: Any = orjson.loads(payload)
    except (ValueError, binascii.Error):
        raise ValueError("not a cursor") from None
    if check == _check(payload, question) and isinstance(values, list) and values and isinstance(values[0], str):
        cursor = Cursor(values[0], tuple(values[1:]))
        if cursor.fits(kinds):
            return cursor
    raise ValueError("not a cursor of this question")


def digest(*parts: object) -> str:
    """A short text that tells values apart which are written differently."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _check(payload: bytes, question: object) -> bytes:
    made = hashlib.blake2b(payload, key=digest(question).encode(), digest_size=_CHECK_BYTES)
    return made.digest()
