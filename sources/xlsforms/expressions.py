"""Expressions of XLSForm as conditions of forms here, and constraints as rules of a field. Pure.

The common part: comparisons of one answer with a value, `selected`, `and`, `or`, `not`, brackets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:\$\{(?P<name>[^}]+)\}|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z][\w-]*)|(?P<sign><=|>=|!=|=|<|>|\(|\)|,))"
)
_CONSTRAINT = re.compile(r"\.\s*(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)")
_LENGTH = re.compile(r"string-length\(\s*\.\s*\)\s*(<=|>=)\s*(\d+)")
_SIGNS = {"=": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_BOUNDS = {"<=": "max", ">=": "min", "<": "below", ">": "above"}


class NotUnderstoodError(ValueError):
    """An expression that has no condition of the same meaning; the message says what of it."""


def condition_of(
    text: str, kinds: Mapping[str, str], named: Mapping[str, str], chosen: Mapping[tuple[str, str], str]
) -> str:
    """A `relevant` as a condition.

    `kinds`: field → its type; `named`: a question's name → its field, of those before; `chosen`: (name, choice) → the
    field that says whether a choice among several was made. Raises NotUnderstoodError.
    """
    return _Reader(text, kinds, named, chosen).read()


def constraint_of(text: str, kind: str) -> dict[str, Any]:
    """A `constraint` as keys of a field's rule. Raises NotUnderstoodError."""
    found: dict[str, Any] = {}
    for part in re.split(r"\s+and\s+", text.strip()):
        bound, length = _CONSTRAINT.fullmatch(part), _LENGTH.fullmatch(part)
        if bound is not None and kind in ("integer", "number"):
            key, value = _BOUNDS[bound[1]], float(bound[2])
            found[key] = int(value) if kind == "integer" and value.is_integer() and key in ("min", "max") else value
        elif length is not None and kind == "string":
            found["max_length" if length[1] == "<=" else "min_length"] = int(length[2])
        else:
            raise NotUnderstoodError(f"{part!r} is no comparison of the answer with a number")
    return found


class _Reader:
    """Reads one expression, token by token."""

    def __init__(
        self, text: str, kinds: Mapping[str, str], named: Mapping[str, str], chosen: Mapping[tuple[str, str], str]
    ) -> None:
        self._kinds, self._named, self._chosen = kinds, named, chosen
        self._tokens: list[tuple[str, str]] = []
        at, text = 0, text.strip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise NotUnderstoodError(f"{text[at : at + 40]!r} is not understood")
            self._tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
            at = found.end()
        self._at = 0

    def read(self) -> str:
        """All of it."""
        try:
            made = self._joined("or", lambda: self._joined("and", self._single))
        except RecursionError:
            raise NotUnderstoodError("it has too many brackets") from None
        if self._at < len(self._tokens):
            raise NotUnderstoodError(f"{self._tokens[self._at][1]!r} is not expected there")
        return made

    def _joined(self, word: str, part: Callable[[], str]) -> str:
        parts = [part()]
        while self._next() == ("word", word):
            self._at += 1
            parts.append(part())
        return f" {word} ".join(parts)

    def _single(self) -> str:
        kind, text = self._take()
        if (kind, text) == ("sign", "("):
            inner = self._joined("or", lambda: self._joined("and", self._single))
            self._expect(")")
            return f"({inner})"
        if (kind, text) == ("word", "not"):
            self._expect("(")
            inner = self._joined("or", lambda: self._joined("and", self._single))
            self._expect(")")
            return f"not ({inner})"
        if (kind, text) == ("word", "selected"):
            return self._selected()
        if kind == "name":
            return self._comparison(text)
        raise NotUnderstoodError(f"{text!r} is not understood; it begins no comparison of an answer")

    def _selected(self) -> str:
        self._expect("(")
        kind, name = self._take()
        self._expect(",")
        value = self._take()
        self._expect(")")
        if kind != "name" or value[0] not in ("single", "double"):
            raise NotUnderstoodError("selected(…) is understood of an answer and a text")
        if (several := self._chosen.get((name, value[1]))) is not None:
            return several
        return f"{self._field(name)} == {self._value(self._field(name), value)}"

    def _comparison(self, name: str) -> str:
        field = self._field(name)
        sign = self._take()[1]
        if sign not in _SIGNS:
            raise NotUnderstoodError(f"{sign!r} after {name} compares nothing")
        value = self._take()
        if value[0] == "name":
            raise NotUnderstoodError(f"{name} is compared with another answer, {value[1]}")
        return f"{field} {_SIGNS[sign]} {self._value(field, value)}"

    def _field(self, name: str) -> str:
        name = name.strip()
        if name not in self._named:
            raise NotUnderstoodError(f"{name} is no question before it that has one answer")
        return self._named[name]

    def _value(self, field: str, token: tuple[str, str]) -> str:
        """A value as the field's type has it."""
        group, text = token
        if group not in ("single", "double", "number"):
            raise NotUnderstoodError(f"{text!r} is no value")
        if text == "":
            raise NotUnderstoodError("whether there is an answer at all is nothing that a condition can ask")
        match self._kinds[field]:
            case "string":
                return json.dumps(text, ensure_ascii=False)
            case "boolean" if text.lower() in ("yes", "true", "no", "false", "1", "0"):
                return "true" if text.lower() in ("yes", "true", "1") else "false"
            case "integer" | "number" if re.fullmatch(r"-?\d+(\.\d+)?", text):
                return text
        raise NotUnderstoodError(f"{text!r} is no value of {field}")

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _take(self) -> tuple[str, str]:
        token = self._next()
        if not token[0]:
            raise NotUnderstoodError("it ends too early")
        self._at += 1
        return token

    def _expect(self, sign: str) -> None:
        token = self._take()
        if token != ("sign", sign):
            raise NotUnderstoodError(f"{token[1]!r} stands where {sign!r} should")
