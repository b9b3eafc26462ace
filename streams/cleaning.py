"""What is made of a field's value before it is checked, with the same outcome as the JVM's `Cleaning`.

Rules are of texts; any other value they leave, but for `default`. A condition looks at fields that were read before.
Text that cannot be stored (NUL, half of a surrogate pair) stays as it is, and is rejected. White
space is what Unicode's `White_Space` names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from streams.conditions import test_of
from streams.date_formats import units_of_time
from streams.patterns import replacing

Clean: TypeAlias = Callable[[Any, Sequence[Any]], Any]
"""Value, and those of the fields before as checks left them → value; None is one that is missing or null."""

_Step: TypeAlias = Callable[[Any], Any]

WHITE_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
WHITE_SPACE += "\u2028\u2029\u202f\u205f\u3000"

LONGEST_NORMALISED = 4_096
"""Code points of a text that NFC is made of: marks without end take the square of their number to be put in order."""

_CASED_BELOW, _NORMALISED_BELOW = "\u2c00", "\U00010000"
"""Beyond, and of `_YOUNGER`, Java's and Python's tables of Unicode differ, which are of different years."""

_YOUNGER = re.compile("[\u0898-\u089f\u08ca-\u08d2\u0c3c\u1715\u1ac1-\u1ace\u1dfa]")
_RUN = re.compile(f"[{WHITE_SPACE}]+")
_NUMBER = {"number": re.compile(r"([+-]?[0-9]{1,15})(?:\.([0-9]{1,15}))?")}
_NUMBER["decimal_comma"] = re.compile(_NUMBER["number"].pattern.replace(r"\.", ","))


def cleaning(rules: Sequence[Mapping[str, Any]]) -> Clean:
    """The rules of one field, as the plan writes them, in one."""
    steps = [(rule["rule"] == "default", _condition(rule), _STEPS[rule["rule"]](rule)) for rule in rules]

    def clean(value: Any, before: Sequence[Any]) -> Any:
        if type(value) is str and not _is_storable(value):
            return value
        for fills, holds, step in steps:
            fits = fills if value is None or value == "" else not fills and type(value) is str
            if fits and (holds is None or holds(before)):
                value = step(value)
        return value

    return clean


def _condition(rule: Mapping[str, Any]) -> Callable[[Sequence[Any]], bool] | None:
    return test_of(rule["when"], lambda values, place: values[place]) if "when" in rule else None


def _is_storable(text: str) -> bool:
    return "\0" not in text and (text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text))


def _nfc(text: str) -> str:
    if len(text) > LONGEST_NORMALISED or max(text, default="") >= _NORMALISED_BELOW or _YOUNGER.search(text):
        return text
    return unicodedata.normalize("NFC", text)


def _cased(change: Callable[[str], str]) -> _Step:
    """Letters of which the other case is one letter too, each by itself."""

    def one(letter: str) -> str:
        changed = change(letter)
        return changed if len(changed) == 1 and letter < _CASED_BELOW else letter

    return lambda text: change(text) if text.isascii() else "".join(map(one, text))


def _spelled(rule: Mapping[str, Any]) -> _Step:
    pattern = _NUMBER[rule["rule"]]

    def clean(text: str) -> str | float:
        found = pattern.fullmatch(text)
        if found is None:
            return text
        whole, fraction = found.groups()
        return int(whole) if fraction is None else float(f"{whole}.{fraction}")

    return clean


def _characters(rule: Mapping[str, Any]) -> _Step:
    named, keeps = frozenset(rule["characters"]), rule["rule"] == "keep"
    return lambda text: "".join(c for c in text if (c in named) is keeps)


def _unit(rule: Mapping[str, Any]) -> _Step:
    suffixes = tuple(rule["suffixes"])

    def clean(text: str) -> str:
        suffix = next((each for each in suffixes if text.endswith(each)), None)
        return text if suffix is None else text[: -len(suffix)].rstrip(WHITE_SPACE)

    return clean


def _replace(rule: Mapping[str, Any]) -> _Step:
    return replacing(rule["pattern"], rule["into"])


def _date(rule: Mapping[str, Any]) -> _Step:
    pattern, units = re.compile(rule["pattern"]), rule["units"]
    pivot, offset = rule.get("pivot", 0), rule.get("offset", "")
    has_time = bool(offset or units_of_time(units))

    def clean(text: str) -> str:
        found = pattern.fullmatch(text)
        if found is None:
            return text
        read = dict(zip(units, found.groups(), strict=True))
        year = int(read["Y"])
        if len(read["Y"]) == 2:
            year += 1900 if year >= pivot else 2000
        try:
            month, day, hour, minute, second = (int(read.get(unit, 0)) for unit in "MDhms")
            at = datetime(year, month, day, hour, minute, second)
        except ValueError:
            return text
        return at.isoformat() + offset if has_time else at.date().isoformat()

    return clean


def _mapped(mapping: Mapping[str, Any]) -> _Step:
    meant = {text: _plain(value) for text, value in mapping.items()}
    return lambda text: meant.get(text, text)


def _plain(value: Any) -> Any:
    """A number without a fraction is a whole one, as in JSON."""
    return int(value) if type(value) is float and value.is_integer() else value


def _default(rule: Mapping[str, Any]) -> _Step:
    value = _plain(rule["value"])
    return lambda _: value


_STEPS: Mapping[str, Callable[[Mapping[str, Any]], _Step]] = {
    "trim": lambda _: lambda text: text.strip(WHITE_SPACE),
    "collapse": lambda _: lambda text: _RUN.sub(" ", text),
    "nfc": lambda _: _nfc,
    "lower": lambda _: _cased(str.lower),
    "upper": lambda _: _cased(str.upper),
    "number": _spelled,
    "decimal_comma": _spelled,
    "remove": _characters,
    "keep": _characters,
    "unit": _unit,
    "replace": _replace,
    "date": _date,
    "choices": lambda rule: _mapped(rule["spellings"]),
    "words": lambda rule: _mapped(rule["numbers"]),
    "default": _default,
}
