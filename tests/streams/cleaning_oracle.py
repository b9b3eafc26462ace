"""What the documented rules of cleaning make of a value, letter by letter; nothing of `streams.cleaning` is used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import Any

Rule = Mapping[str, Any]


def cleaned(rules: Sequence[Rule], value: Any) -> Any:
    """The value after all rules; None is one that is missing or null."""
    if isinstance(value, str) and any(ord(c) == 0 or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        return value
    for rule in rules:
        is_empty = value is None or value == ""
        if rule["rule"] == "default":
            value = rule["value"] if is_empty else value
        elif isinstance(value, str) and not is_empty:
            value = _RULES[rule["rule"]](rule, value)
    return value


def is_white(letter: str) -> bool:
    """Unicode's White_Space: Python's own idea of it, without the four separators of ASCII."""
    return letter.isspace() and not 0x1C <= ord(letter) <= 0x1F


def _trim(_: Rule, text: str) -> str:
    letters = list(text)
    while letters and is_white(letters[0]):
        letters.pop(0)
    return _without_end(letters)


def _without_end(letters: list[str]) -> str:
    while letters and is_white(letters[-1]):
        letters.pop()
    return "".join(letters)


def _collapse(_: Rule, text: str) -> str:
    made = ""
    for letter in text:
        if not is_white(letter):
            made += letter
        elif not made.endswith(" "):
            made += " "
    return made


def _nfc(_: Rule, text: str) -> str:
    fits = len(text) <= 4096 and all(ord(letter) < 0x10000 for letter in text)
    return unicodedata.normalize("NFC", text) if fits else text


def _case(rule: Rule, text: str) -> str:
    changed = [letter.lower() if rule["rule"] == "lower" else letter.upper() for letter in text]
    kept = zip(text, changed, strict=True)
    return "".join(new if len(new) == 1 and ord(old) < 0x2C00 else old for old, new in kept)


def _number(rule: Rule, text: str) -> Any:
    sign = -1 if text.startswith("-") else 1
    digits = text[1:] if text[0] in "+-" else text
    whole, point, fraction = digits.partition("," if rule["rule"] == "decimal_comma" else ".")
    parts = [whole, fraction] if point else [whole]
    if not all(1 <= len(part) <= 15 and set(part) <= set("0123456789") for part in parts):
        return text
    made = sign * Fraction(int(whole + fraction), 10 ** len(fraction))
    return float(made) if point else int(made)


def _remove(rule: Rule, text: str) -> str:
    for letter in rule["characters"]:
        text = text.replace(letter, "")
    return text


def _keep(rule: Rule, text: str) -> str:
    for letter in set(text) - set(rule["characters"]):
        text = text.replace(letter, "")
    return text


def _unit(rule: Rule, text: str) -> str:
    for suffix in rule["suffixes"]:
        if text[max(0, len(text) - len(suffix)) :] == suffix:
            return _without_end(list(text[: len(text) - len(suffix)]))
    return text


def _replace(rule: Rule, text: str) -> str:
    """Python's own expressions, for patterns that mean the same there and never match nothing."""
    into = str(rule.get("into", ""))
    return re.sub(rule["pattern"], lambda _: into, text, flags=re.ASCII) if len(text) <= 500 else text


def _date(rule: Rule, text: str) -> str:
    """For formats in which a sign that is no digit follows each number."""
    rest, read = text, dict.fromkeys("YMDhms", 0)
    for token, length in ((key, len([*run])) for key, run in groupby(rule["format"])):
        if not token.isalpha() or token == "T":
            if not rest.startswith(token * length):
                return text
            rest = rest[length:]
            continue
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        if not (1 <= len(digits) <= 2 if length == 1 else len(digits) == length):
            return text
        if token == "Y" and length == 2:
            digits = ("19" if int(digits) >= rule["pivot"] else "20") + digits
        read[token], rest = int(digits), rest[len(digits) if token != "Y" else length :]
    try:
        day = date(read["Y"], read["M"], read["D"]).isoformat()
    except ValueError:
        return text
    if rest or read["h"] > 23 or read["m"] > 59 or read["s"] > 59:
        return text
    time = "T{h:02}:{m:02}:{s:02}".format(**read)
    return day + time + rule.get("offset", "") if "h" in rule["format"] or "offset" in rule else day


def _mapped(key: str) -> Callable[[Rule, str], Any]:
    return lambda rule, text: rule[key].get(text, text)


_RULES: Mapping[str, Callable[[Rule, str], Any]] = {
    "trim": _trim,
    "collapse": _collapse,
    "nfc": _nfc,
    "lower": _case,
    "upper": _case,
    "number": _number,
    "decimal_comma": _number,
    "remove": _remove,
    "keep": _keep,
    "unit": _unit,
    "replace": _replace,
    "date": _date,
    "choices": _mapped("spellings"),
    "words": _mapped("numbers"),
}
