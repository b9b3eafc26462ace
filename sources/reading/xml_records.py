"""XML: each element of a name is a record, as JSON text in the column `doc`. No DTD, no entity, nothing fetched.

An element is `{"@attribute": "…", "child": …, "#text": "…"}`; one with text alone is that text, an empty one is null.
Children of one name are a list if there are several. Namespaces are left out of names.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import orjson
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from sources.limits import Limits
from sources.reading.json_lines import DOC
from sources.reading.outcomes import Outcome, Outcomes, Refused, Row, Table, Unreadable, shown
from sources.reading.texts import refuse_other_files
from streams.json_text import DEEPEST, LARGEST

_HEAD = 64


class _TooDeepError(Exception):
    """Elements lie within each other deeper than JSON may be."""


def xml_table(stream: io.BufferedReader, element: str, limits: Limits) -> Table:
    """The table of a file, which is closed with it. `element`: name of what is one record. Raises Refused."""
    refuse_other_files(stream.peek(_HEAD)[:_HEAD])
    return Table(DOC, _rows(stream, element, limits))


class _Fed:
    """What the parser reads from; knows how much it has read since something was complete."""

    def __init__(self, stream: io.BufferedReader, most: int) -> None:
        self._stream, self._most, self.since = stream, most, 0

    def read(self, size: int) -> bytes:
        chunk = self._stream.read(size)
        self.since += len(chunk)
        if self.since > self._most + 2 * size:
            raise Refused(f"has an element of more than {self._most:,} bytes; raise limits.line_bytes if it may be")
        return chunk


def _rows(stream: io.BufferedReader, element: str, limits: Limits) -> Outcomes:
    number = 0
    with stream:
        try:
            for number, each in enumerate(_elements(_Fed(stream, limits.line_bytes), element), 1):
                yield _row(number, each)
        except DefusedXmlException:
            raise Refused("declares a DTD or entities, which are not read; send it without <!DOCTYPE …>") from None
        except ParseError as error:
            raise Refused(f"is not XML: {error}") from None
        except (LookupError, ValueError) as error:
            raise Refused(f"states an encoding that is not read: {error}") from None
    if not number:
        raise Refused(f"has no element {element}; set records to the name of the element that is one record")


def _elements(fed: _Fed, element: str) -> Iterator[Element]:
    """Each outermost element of a name, complete; it is let go of when the next is asked for."""
    around, within = deque[Element](), 0
    for event, each in iterparse(fed, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            around.append(each)
            within += _local(each.tag) == element
            continue
        around.pop()
        if _local(each.tag) == element:
            within -= 1
            if not within:
                yield each
        if not within:
            fed.since = 0
            if around:
                around[-1].remove(each)


def _row(number: int, element: Element) -> Outcome:
    try:
        value = _value(element, 1)
    except _TooDeepError:
        return Unreadable(number, "nested too deeply", f"<{element.tag}>"[:100])
    payload = orjson.dumps(value if isinstance(value, dict) else {"#text": value})
    if len(payload) > LARGEST:
        return Unreadable(number, "larger than 1 MiB", shown(payload))
    return Row(number, (payload.decode(),))


def _value(element: Element, depth: int) -> Any:
    if depth > DEEPEST // 2:
        raise _TooDeepError
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    text = text.strip()
    if not len(element) and not element.attrib:
        return text or None
    found: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    several: set[str] = set()
    for child in element:
        name, value = _local(child.tag), _value(child, depth + 1)
        if name in several:
            found[name].append(value)
        elif name in found:
            several.add(name)
            found[name] = [found[name], value]
        else:
            found[name] = value
    return {**found, "#text": text} if text else found


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
