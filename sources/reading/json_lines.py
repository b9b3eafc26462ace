"""Newline-delimited JSON: one object a line, as text in the column `doc`."""

from __future__ import annotations

import io
from collections.abc import Iterator

import orjson

from sources.limits import Limits
from sources.reading.outcomes import Outcome, Outcomes, Refused, Row, Table, Unreadable, shown
from sources.reading.texts import refuse_other_files
from streams.json_text import read_object
from streams.reasons import Rejection

DOC = ("doc",)
_MARK = b"\xef\xbb\xbf"
_HEAD = 64


def json_lines_table(stream: io.BufferedReader, limits: Limits) -> Table:
    """The table of a file, which is closed with it. Empty lines hold nothing and are passed over. Raises Refused."""
    check_beginning(stream)
    return Table(DOC, _rows(stream, limits.line_bytes))


def document(line: int, payload: bytes) -> Outcome:
    """One object as a row: strict JSON without duplicate keys, at most 64 levels and 1 MiB; or why it is none."""
    read = read_object(payload)
    if isinstance(read, Rejection):
        field = f"{read.field}: " if read.field else ""
        return Unreadable(line, field + read.reason, shown(payload))
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError as error:  # half a surrogate pair, a number beyond all others
        return Unreadable(line, str(error).partition(":")[0], shown(payload))
    return Row(line, (payload.decode(),))


def check_beginning(stream: io.BufferedReader) -> None:
    """Pass over the mark of UTF-8. Raises Refused if a file begins as none of JSON does."""
    head = stream.peek(_HEAD)[:_HEAD]
    if head.startswith(_MARK):
        stream.read(len(_MARK))
    elif head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head[:2]:
        raise Refused("is written in UTF-16; JSON is read as UTF-8: convert it")
    refuse_other_files(head)


def lines_of(stream: io.BufferedReader, most: int) -> Iterator[tuple[int, bytes | None, int]]:
    """Number, content and length of each line that has one; the content is None where it is longer than `most`."""
    number = 0
    while line := stream.readline(most + 2):
        number += 1
        length = len(line)
        if length > most + 1 or (length > most and not line.endswith(b"\n")):
            while not line.endswith(b"\n") and (line := stream.readline(most)):
                length += len(line)
            yield number, None, length
        elif content := line.strip(b" \t\r\n"):
            yield number, content, length


def _rows(stream: io.BufferedReader, most: int) -> Outcomes:
    with stream:
        for number, content, length in lines_of(stream, most):
            if content is None:
                yield Unreadable(number, f"is {length:,} bytes long, more than a line may be", "")
            else:
                yield document(number, content)
