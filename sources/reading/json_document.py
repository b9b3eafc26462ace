"""One JSON document with its records in a list, as text in the column `doc`, each as it is written."""

from __future__ import annotations

import io

from sources.limits import Limits
from sources.reading.bounded import whole
from sources.reading.json_lines import DOC, check_beginning, document
from sources.reading.json_walk import records
from sources.reading.outcomes import Outcomes, Refused, Table, Unreadable, shown

_MEMORY = 16
"""Bytes of memory that one byte of a document may take while it is read."""


def json_document_table(stream: io.BufferedReader, path: str | None, limits: Limits) -> Table:
    """The table of a file, which is closed with it. `path`: names of keys with dots between. Raises Refused."""
    text = document_text(stream, limits)
    return Table(DOC, _rows(stream, text, tuple(path.split(".")) if path else (), limits))


def document_text(stream: io.BufferedReader, limits: Limits) -> str:
    """All of a document. Raises Refused: it is too large, or not UTF-8."""
    check_beginning(stream)
    content = whole(stream, min(limits.memory_bytes // _MEMORY, limits.unpacked_bytes), "a JSON document")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Refused(f"is not JSON: line {line:,} has a byte that is no UTF-8: convert it") from None


def _rows(stream: io.BufferedReader, text: str, path: tuple[str, ...], limits: Limits) -> Outcomes:
    with stream:
        line, counted = 1, 0
        for begin, end in records(text, path):
            line, counted = line + text.count("\n", counted, begin), begin
            part = text[begin:end]
            if end - begin > limits.line_bytes:
                yield Unreadable(line, f"is {end - begin:,} characters long, more than a line may be", shown(part))
            else:
                yield document(line, part.encode("utf-8", "surrogatepass"))
