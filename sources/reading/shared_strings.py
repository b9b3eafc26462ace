"""Whether the table of texts of a workbook may be as long as it says: room is made for that many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.parsers import expat
from zipfile import ZipInfo

from sources.reading.outcomes import Refused

_SMALLEST = len("<si/>")


def is_shared_strings(entry: ZipInfo) -> bool:
    """Whether a member of the archive is that table."""
    return entry.filename.lower().endswith("sharedstrings.xml")


def check_shared_strings(chunks: Iterable[bytes], entry: ZipInfo) -> None:
    """Raises Refused: there is no room in the member for as many texts as it announces, or it is no XML."""
    parser = expat.ParserCreate(namespace_separator="}")
    announced, size = 0, 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal announced
        if tag.rpartition("}")[2] == "sst":
            told = [value for name, value in attributes.items() if name.rpartition("}")[2] == "uniqueCount"]
            announced = max([announced, *(int(value) if value.isdecimal() else 0 for value in told)])

    def doctype(*_: Any) -> None:
        raise Refused(f"its {entry.filename[:100]} declares a DTD, which is not read")

    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, doctype
    try:
        for chunk in chunks:
            size += len(chunk)
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as error:
        raise Refused(f"its {entry.filename[:100]} is damaged ({error}); save and send it again") from error
    if announced * _SMALLEST > size:
        raise Refused(
            f"its {entry.filename[:100]} announces {announced:,} texts, which it has no room for; save it anew"
        )
