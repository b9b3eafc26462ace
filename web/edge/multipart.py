"""`multipart/form-data` (RFC 7578) as it comes: files go on in parts, and no more is held than the end of a chunk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from web.edge.problems import ProblemError

FILES = "multipart/form-data"

_LARGEST_HEAD = 8 << 10
_LARGEST_PADDING = 1 << 10
_MOST_PARTS = 100
_LONGEST_BOUNDARY = 70
_PARAMETER = re.compile(rb';\s*([a-zA-Z*]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";]+))', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Began:
    """A part begins. `file`: the name of the file that it is; None: a field of the form."""

    name: str
    file: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of the part that began last."""

    data: bytes


Event = Began | Piece


def boundary_of(content_type: str) -> bytes:
    """What is between the parts of a body of that type. Raises ProblemError, 400, where it is not said."""
    boundary = _parameters(content_type.encode("latin-1", "replace")).get(b"boundary", b"")
    if not 1 <= len(boundary) <= _LONGEST_BOUNDARY:
        raise ProblemError("unparseable", "The form does not say what is between its parts (boundary=…).")
    return boundary


class FormParts:
    """Takes a form apart. Raises ProblemError, 400, for what is no form, or ends too early."""

    def __init__(self, boundary: bytes) -> None:
        self._between = b"\r\n--" + boundary
        self._held = b"\r\n"  # the first line of a body has none before it
        self._step = self._before
        self._parts = 0
        self._over = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """What the next bytes hold."""
        if self._over:
            return
        self._held += chunk
        while True:
            events, again = self._step()
            yield from events
            if not again:
                return

    def finish(self) -> None:
        """400 unless the end was there."""
        if not self._over:
            raise _broken("it ends too early")

    def _before(self) -> tuple[list[Event], bool]:
        if len(self._held) < len(self._between):
            return [], False
        if not self._held.startswith(self._between):
            raise _broken("it does not begin with its boundary")
        self._held = self._held[len(self._between) :]
        self._step = self._after_boundary
        return [], True

    def _after_boundary(self) -> tuple[list[Event], bool]:
        if len(self._held) < 2:
            return [], False
        if self._held.startswith(b"--"):
            self._over, self._held = True, b""
            return [], False
        line, end, rest = self._held.partition(b"\r\n")
        if line.strip(b" \t") or len(line) > _LARGEST_PADDING:
            raise _broken("something stands beside a boundary")
        if not end:
            return [], False
        self._held, self._step = rest, self._head
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise _broken(f"it has more than {_MOST_PARTS} parts")
        return [], True

    def _head(self) -> tuple[list[Event], bool]:
        head, end, rest = self._held.partition(b"\r\n\r\n")
        if len(head) > _LARGEST_HEAD:
            raise _broken("the head of a part is too long")
        if not end:
            return [], False
        self._held, self._step = b"\r\n" + rest, self._data_begins
        return [_began(head)], True

    def _data_begins(self) -> tuple[list[Event], bool]:
        """Of a part without bytes its boundary follows the head at once."""
        if len(self._held) < len(self._between):
            return [], False
        self._step = self._data
        if not self._held.startswith(self._between):
            self._held = self._held[2:]
        return [], True

    def _data(self) -> tuple[list[Event], bool]:
        at = self._held.find(self._between)
        if at >= 0:
            piece, self._held = self._held[:at], self._held[at + len(self._between) :]
            self._step = self._after_boundary
            return ([Piece(piece)] if piece else []), True
        sure = len(self._held) - len(self._between) + 1
        if sure <= 0:
            return [], False
        piece, self._held = self._held[:sure], self._held[sure:]
        return [Piece(piece)], False


def _began(head: bytes) -> Began:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() != b"content-disposition":
            continue
        kind, _, _ = value.partition(b";")
        if kind.strip().lower() != b"form-data":
            break
        given = _parameters(value)
        if b"name" not in given:
            break
        return Began(_text(given[b"name"]), _text(given[b"filename"]) if b"filename" in given else None)
    raise _broken("a part does not say which field it is")


def _parameters(value: bytes) -> dict[bytes, bytes]:
    """Those after a header's value, by their names in small letters; without quotation marks around them."""
    found = _PARAMETER.finditer(value)
    return {match[1].lower(): match[3] if match[2] is None else match[2] for match in found}


def _text(raw: bytes) -> str:
    """As browsers write it: UTF-8, with `%22` for a quotation mark and `%0D%0A` for the end of a line."""
    raw = re.sub(rb"\\(.)", rb"\1", raw).replace(b"%22", b'"').replace(b"%0D", b"\r").replace(b"%0A", b"\n")
    return raw.decode("utf-8", "replace")


def _broken(why: str) -> ProblemError:
    return ProblemError("unparseable", f"The form cannot be read: {why}; none of it was taken.")
