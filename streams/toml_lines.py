"""On which line of a TOML a key stands. Pure; of a text that is TOML, though it is only looked at line by line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.|$)""")
_TABLE = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_.\s-])+?)\s*=""")
_LONG = re.compile(r'"""|' + "'''")
_AT = re.compile(r"at line (\d+)")


def line_of(text: str, key: str) -> int | None:
    """Of a key as errors name it, `form.pages.0.title`; of what holds it where it has no line of its own."""
    lines: dict[str, int] = {}
    for name, line in _keys(text):
        lines.setdefault(name, line)
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key)


def line_in(said: str) -> int | None:
    """That which a parser's words name."""
    found = _AT.search(said)
    return int(found[1]) if found else None


def _keys(text: str) -> Iterator[tuple[str, int]]:
    """Dotted keys with their lines, those of tables too; tables of an array by their places."""
    counted, table, within = Counter[str](), "", ""
    for number, line in enumerate(text.splitlines(), 1):
        marks = _LONG.findall(line)
        if within:
            within = "" if within in marks else within
            continue
        if header := _TABLE.fullmatch(line):
            table = _placed(_parts(header[2]), counted, another=header[1] == "[[")
            yield table, number
        elif found := _KEY.match(line):
            parts = _parts(found[1])
            for length in range(1, len(parts) + 1):
                yield ".".join([*([table] if table else []), *parts[:length]]), number
        if marks and marks.count(marks[0]) % 2:
            within = marks[0]


def _placed(parts: list[str], counted: Counter[str], *, another: bool) -> str:
    """The key of a table, in the newest tables of arrays that it lies in."""
    name = ""
    for place, part in enumerate(parts):
        name = f"{name}.{part}" if name else part
        if another and place == len(parts) - 1:
            counted[name] += 1
            for inner in [each for each in counted if each.startswith(f"{name}.")]:
                del counted[inner]
        if counted[name]:
            name = f"{name}.{counted[name] - 1}"
    return name


def _parts(text: str) -> list[str]:
    return [found[1] or found[2] or found[3] or "" for found in _PART.finditer(text)]
