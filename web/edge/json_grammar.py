"""Whether bytes of any size and nesting are one JSON text by RFC 8259, in little memory and in small steps."""

from __future__ import annotations

import codecs
import re
from collections.abc import Generator

_AT_ONCE = 1 << 16
_STEPS = 1 << 10

_SPACE = rb"[ \t\r\n]*+"
_STRING = rb'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"'
_NUMBER = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_SCALAR = rb"(?:" + _STRING + rb"|" + _NUMBER + rb"|true|false|null)"


def _expected(grammar: bytes) -> re.Pattern[bytes]:
    return re.compile(_SPACE + rb"(?:" + grammar + rb")")


_BLANKS = re.compile(_SPACE)
_VALUE = _expected(rb"[\[{]|" + _SCALAR)
_ELEMENT_OR_END = _expected(rb"[\[{\]]|" + _SCALAR)
_KEY = _expected(_STRING + _SPACE + rb":")
_KEY_OR_END = _expected(_STRING + _SPACE + rb":|}")
_AFTER_ELEMENT = _expected(rb"[,\]]")
_AFTER_MEMBER = _expected(rb"[,}]")

_ARRAY, _OBJECT = ord("["), ord("{")
_NEXT = {_ARRAY: _ELEMENT_OR_END, _OBJECT: _KEY_OR_END, ord(":"): _VALUE}
"""By the last byte of what was matched; a comma depends on what is open, and anything else ends a value."""


def first_fault(text: bytes) -> Generator[None, None, int | None]:
    """Where `text` stops being JSON in UTF-8, or None if it does not. Yields where its caller may pause."""
    wrong = yield from _not_utf8(text)
    return wrong if wrong is not None else (yield from _not_json(text))


def _not_utf8(text: bytes) -> Generator[None, None, int | None]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(text), _AT_ONCE):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(text[start : start + _AT_ONCE], final=start + _AT_ONCE >= len(text))
        except UnicodeDecodeError as error:
            return start - pending + error.start
        yield
    return None


def _not_json(text: bytes) -> Generator[None, None, int | None]:
    opened = bytearray()
    expected, at, steps = _VALUE, 0, 0
    while match := expected.match(text, at):
        at = match.end()
        mark = text[at - 1]
        if mark in b"[{":
            opened.append(mark)
        elif mark in b"]}":
            opened.pop()
        if mark in _NEXT:
            expected = _NEXT[mark]
        elif not opened:
            break
        elif mark == ord(","):
            expected = _KEY if opened[-1] == _OBJECT else _VALUE
        else:
            expected = _AFTER_MEMBER if opened[-1] == _OBJECT else _AFTER_ELEMENT
        if (steps := steps + 1) % _STEPS == 0:
            yield
    end = _BLANKS.match(text, at).end()  # type: ignore[union-attr]
    return None if match and end == len(text) else end
