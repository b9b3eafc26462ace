"""FHIR resources, as text in the column `doc`: newline-delimited, in bundles, or one alone.

A file is newline-delimited if its first line is an object from its first character to its last; a bundle on a line of
its own gives the resources of its entries.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import orjson

from sources.limits import Limits
from sources.reading.json_document import document_text
from sources.reading.json_lines import DOC, check_beginning, document, lines_of
from sources.reading.json_walk import member, records
from sources.reading.outcomes import Outcome, Outcomes, Refused, Row, Table, Unreadable, shown

_HEAD = 1 << 12


def fhir_table(stream: io.BufferedReader, limits: Limits) -> Table:
    """The table of a file, which is closed with it. Raises Refused."""
    check_beginning(stream)
    return Table(DOC, _lines(stream, limits) if _by_lines(stream) else _one(stream, limits))


def _by_lines(stream: io.BufferedReader) -> bool:
    """Whether the first line is not the beginning of an object that goes on: one that is indented ends early."""
    first, end, _ = stream.peek(_HEAD).lstrip().partition(b"\n")
    return first.startswith(b"{") and (not end or first.rstrip().endswith(b"}"))


def _lines(stream: io.BufferedReader, limits: Limits) -> Outcomes:
    with stream:
        most = min(limits.memory_bytes // 16, limits.unpacked_bytes)  # a bundle may be on one line
        for number, content, length in lines_of(stream, most):
            if content is None:
                yield Unreadable(number, f"is {length:,} bytes long, more than a bundle may be", "")
                continue
            try:
                yield from _resources(content.decode(), number, limits)
            except UnicodeDecodeError:
                yield Unreadable(number, "not valid UTF-8", shown(content))
            except Refused as error:
                yield Unreadable(number, error.reason, shown(content))


def _one(stream: io.BufferedReader, limits: Limits) -> Outcomes:
    with stream:
        yield from _resources(document_text(stream, limits), 0, limits)


def _resources(text: str, number: int, limits: Limits) -> Iterator[Outcome]:
    """`number`: of the line that the text is, 0 if it has lines of its own."""
    kind = member(text, "resourceType")
    if kind is None or text[slice(*kind)] != '"Bundle"':
        yield _resource(text, number or 1, limits)
        return
    if (entry := member(text, "entry")) is None:
        return  # an empty page of a search
    line, counted = number or 1, 0
    for begin, end in records(text[slice(*entry)], ()):
        begin, end = begin + entry[0], end + entry[0]
        if not number:
            line, counted = line + text.count("\n", counted, begin), begin
        part = text[begin:end]
        if (resource := member(part, "resource")) is None:
            yield Unreadable(line, "is an entry without a resource", shown(part))
        else:
            yield _resource(part[slice(*resource)], line, limits)


def _resource(text: str, line: int, limits: Limits) -> Outcome:
    payload = text.encode("utf-8", "surrogatepass")
    if len(payload) > limits.line_bytes:
        return Unreadable(line, f"is {len(payload):,} bytes long, more than a record may be", shown(text))
    outcome = document(line, payload)
    if isinstance(outcome, Row):
        kind = orjson.loads(payload).get("resourceType")
        if not isinstance(kind, str) or not kind:
            return Unreadable(line, "has no resourceType; it is no FHIR resource", shown(text))
    return outcome
