"""The file that is read, made of the bytes that were kept: so a run can be repeated from them alone."""

from __future__ import annotations

from pathlib import Path

from sources.definition import Source
from sources.errors import Held
from sources.fetching.errors import FetchError
from sources.fetching.json_records import read_page
from sources.files import Kind, SourceFile
from sources.origins import Url
from sources.raw import Raw


def assemble(raw: Raw, source: Source, file: SourceFile, into: Path) -> None:
    """Write a landed file as it is to be read. Raises Held, SourceError for what is gone, LakeAwayError."""
    records = source.origin.records if isinstance(source.origin, Url) else None
    if file.kind is not Kind.PAGES or not records:
        if len(file.parts) != 1:
            raise Held("it is of several pages, but the source does not say where their records are; put records back")
        raw.fetch(file.parts[0], into)
        return
    page = into.with_name(f"{into.name}-page")
    with into.open("wb") as target:
        for digest in file.parts:
            raw.fetch(digest, page)
            try:
                target.write(read_page(page.read_bytes(), records, None).lines())
            except FetchError as error:
                raise Held(f"{error}; correct records of the source") from error
    page.unlink(missing_ok=True)
