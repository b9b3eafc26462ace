"""Messages as bytes, many at once: a matrix of characters with one row per message, in which zero means nothing.

Fixed text and the columns of fields stand side by side; dropping the zeros leaves the messages.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import orjson

from services.generator.chance import Floats, Ints

Matrix = npt.NDArray[np.uint8]
Column = Matrix
"""The characters of one field, one row per message, padded with zeros."""

_ZERO = ord("0")


class Layout:
    """The order and names of a message's fields, nested as their dotted names say.

    Fields of one object stand together, those that may be missing last. Raises ValueError if all of an object may.
    """

    def __init__(self, names: Sequence[str], optional: Collection[str] = ()) -> None:
        self._parts = _parts(_arranged([tuple(name.split(".")) for name in names], optional))

    def render(self, columns: dict[str, Column], missing: dict[str, npt.NDArray[np.bool_]]) -> Matrix:
        """Put the columns into the text; a field's name goes with it where it is missing."""
        rows = next(iter(columns.values())).shape[0]
        pieces: list[Matrix] = []
        for text, name in self._parts:
            fixed = np.broadcast_to(np.frombuffer(text, np.uint8), (rows, len(text)))
            if name is None:
                pieces.append(fixed)
                continue
            column = columns[name]
            if name in missing:
                absent = missing[name][:, None]
                fixed, column = np.where(absent, 0, fixed), np.where(absent, 0, column)
            pieces += [fixed, column]
        return np.concatenate(pieces, axis=1, dtype=np.uint8)


def _arranged(paths: Sequence[tuple[str, ...]], optional: Collection[str], depth: int = 0) -> list[str]:
    """The paths as dotted names, objects together, what is always there first."""
    grouped: dict[str, list[tuple[str, ...]]] = {}
    for path in paths:
        grouped.setdefault(path[depth], []).append(path)
    present: list[str] = []
    rest: list[str] = []
    for members in grouped.values():
        name = ".".join(members[0])
        if len(members[0]) > depth + 1:
            present += _arranged(members, optional, depth + 1)
        elif name in optional:
            rest.append(name)
        else:
            present.append(name)
    if not present:
        raise ValueError(f"{rest[0]} may be missing, and nothing else of its object is always there")
    return present + rest


def _parts(names: Sequence[str]) -> list[tuple[bytes, str | None]]:
    """Fixed text, and the field that follows it; the last closes the message."""
    parts: list[tuple[bytes, str | None]] = []
    depth: tuple[str, ...] = ()
    text = b"{"
    for name in names:
        *folders, leaf = name.split(".")
        shared = 0
        while shared < min(len(depth), len(folders)) and depth[shared] == folders[shared]:
            shared += 1
        text += b"}" * (len(depth) - shared)
        if not text.endswith(b"{"):
            text += b","
        for folder in folders[shared:]:
            text += orjson.dumps(folder) + b":{"
        parts.append((text + orjson.dumps(leaf) + b":", name))
        depth, text = tuple(folders), b""
    parts.append((b"}" * (len(depth) + 1), None))
    return parts


def text_column(values: Sequence[object]) -> Matrix:
    """A table of JSON values, one row each; index it with whole numbers to make a column."""
    encoded = [orjson.dumps(value) for value in values]
    width = max(map(len, encoded))
    return np.frombuffer(b"".join(text.ljust(width, b"\0") for text in encoded), np.uint8).reshape(-1, width)


def digits_column(values: Floats, decimals: int, largest: float) -> Column:
    """Numbers in [0, largest] cut (not rounded up) to `decimals`."""
    scaled = (values * 10.0**decimals + 1e-7).astype(np.int64)
    whole, rest = np.divmod(scaled, 10**decimals)
    column = _whole(whole, len(str(int(largest))))
    if decimals == 0:
        return column
    point = np.full((len(values), 1), ord("."), np.uint8)
    return np.concatenate([column, point, _digits(decimals)[rest]], axis=1)


def times_column(at_ms: Ints, style: str) -> Column:
    """Event times: whole milliseconds, or RFC 3339 in UTC."""
    if style == "milliseconds":
        return _whole(at_ms, 15)
    seconds, milliseconds = np.divmod(at_ms, 1000)
    minutes, second = np.divmod(seconds, 60)
    first, last = int(minutes.min()), int(minutes.max())
    known = np.arange(first, last + 1, dtype="int64").astype("datetime64[m]")
    table = text_column([f"{minute}:" for minute in np.datetime_as_string(known)])[:, :-1]
    end = np.broadcast_to(np.frombuffer(b'Z"', np.uint8), (len(at_ms), 2))
    point = np.full((len(at_ms), 1), ord("."), np.uint8)
    return np.concatenate([table[minutes - first], _digits(2)[second], point, _digits(3)[milliseconds], end], axis=1)


def messages_of(matrix: Matrix) -> list[bytes]:
    """Each row without its zeros."""
    kept = matrix != 0
    ends = np.cumsum(kept.sum(axis=1)).tolist()
    text = matrix[kept].tobytes()
    return [text[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


@cache
def _digits(width: int) -> Matrix:
    """All numbers of `width` digits with their leading zeros."""
    numbers = np.arange(10**width)
    return np.stack([numbers // 10**place % 10 + _ZERO for place in reversed(range(width))], axis=1).astype(np.uint8)


@cache
def _padded(width: int) -> Matrix:
    """All numbers of up to `width` digits; leading zeros are nothing."""
    table = _digits(width).copy()
    numbers = np.arange(10**width)
    for place in range(1, width):
        table[numbers < 10**place, width - 1 - place] = 0
    return table


def _whole(values: Ints, width: int) -> Column:
    if width <= 6:
        return _padded(width)[values]
    high, low = np.divmod(values, 1_000_000)
    first = _whole(high, width - 6)
    if high.min() > 0:
        return np.concatenate([first, _digits(6)[low]], axis=1)
    small = high[:, None] == 0
    parts = [np.where(small, 0, first), np.where(small, _padded(6)[low], _digits(6)[low])]
    return np.concatenate(parts, axis=1, dtype=np.uint8)
