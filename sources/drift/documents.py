"""The values of a JSON document by path, as if they were columns of a table. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

DOC = ("doc",)
MOST_VALUES = 200
_DEEPEST = 6
_ITEMS = 3
"""Elements of a list that are looked at."""


def values_of(text: str) -> Iterator[tuple[str, str | None]]:
    """Path, as `$.patient.name[*].family`, and text of the first values that are no objects or lists."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    for number, found in enumerate(_values("$", document, _DEEPEST)):
        if number == MOST_VALUES:
            return
        yield found


def _values(path: str, value: Any, levels: int) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, dict) and levels:
        for key, item in value.items():
            yield from _values(f"{path}.{key}" if key.isidentifier() else f'{path}."{key}"', item, levels - 1)
    elif isinstance(value, list) and levels:
        for item in value[:_ITEMS]:
            yield from _values(f"{path}[*]", item, levels - 1)
    elif value is None or isinstance(value, str):
        yield path, value
    else:
        yield path, orjson.dumps(value).decode()
