"""Files and pages are kept as they came, then noted as landed: what a kill between the two leaves is swept later."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sources.definition import Source
from sources.errors import SourceError
from sources.fetching.folders import Folder
from sources.fetching.http_pages import Look
from sources.files import Files, Kind, NewFile, SourceFile
from sources.raw import Content, Raw
from streams.topic_reading import records
from streams.topics import Topics

SERVICE = "source"
"""By whom a file was kept that nobody uploaded."""

LONGEST_NAME = 500

MOST_MESSAGES = 50_000
"""Of a partition of another topic, in one file."""


@dataclass(frozen=True, slots=True)
class Landing:
    """Keeps what came. Methods raise LakeAwayError, FetchError."""

    raw: Raw
    files: Files

    def from_folder(self, source: Source, folder: Folder, into: Path) -> Iterator[SourceFile]:
        """New files of a folder, each landed before the next one is copied."""
        for found in folder.new(self.files.found(source.name)):
            if not folder.copy(found, into):
                continue
            content = self.raw.keep(into)
            new = _in_one_piece(content, found.name, Kind.FILE, found.place, source, found.mark)
            kept = self._still([(content, into)])
            landed = self.files.land(source.name, new, by=SERVICE, again=uses_name(source), kept=kept)
            if landed is not None:
                yield landed

    def from_pages(self, source: Source, look: Look, known: Mapping[str, Any] | None = None) -> SourceFile | None:
        """The pages of a look, as one file; how far they read is noted in the same step. `known`: the position of
        before: most looks find what the one before found, and cost nothing more."""
        position = {**look.position, "digest": look.digest}
        if position == known:
            return None
        if look.records == 0:
            self.files.position(source.name, position)
            return None
        pages = [(self.raw.keep(page), page) for page in look.pages]
        parts = tuple(content.digest for content, _ in pages)
        size = sum(content.size for content, _ in pages)
        new = NewFile(look.name, look.digest, parts, size, Kind.PAGES, look.place, source.licence)
        kept = self._still(pages)
        return self.files.land(source.name, new, by=SERVICE, position=position, again=True, kept=kept)

    def from_topic(
        self, source: Source, topic: str, position: Mapping[str, Any] | None, kafka: str, into: Path
    ) -> SourceFile | None:
        """What another topic has beyond where it was read, as one file of lines. Raises KafkaAwayError, TopicError."""
        begins, ends = topic_span(kafka, topic, (position or {}).get("offsets", {}))
        count = 0
        with into.open("wb") as file:
            for record in records(kafka, topic, begins, ends):
                if record.value is not None:
                    # Between the tokens of JSON a space is as good as a line feed; within its texts there is none.
                    file.write(re.sub(rb"[\r\n]", b" ", record.value) + b"\n")
                    count += 1
        read = {"offsets": {str(number): end for number, end in ends.items()}}
        if not count:
            self.files.position(source.name, read)
            return None
        content = self.raw.keep(into)
        name = f"{topic} {' '.join(f'{number}:{begin}' for number, begin in sorted(begins.items()))}"
        new = _in_one_piece(content, name[:LONGEST_NAME], Kind.TOPIC, topic, source)
        kept = self._still([(content, into)])
        return self.files.land(source.name, new, by=SERVICE, position=read, again=True, kept=kept)

    def upload(self, source: Source, file: Path, name: str, *, by: str) -> SourceFile | None:
        """A file that somebody gave; None if it is the same as before. Raises SourceError for a name that is none."""
        shown = upload_name(name)
        content = self.raw.keep(file)
        new = _in_one_piece(content, shown, Kind.UPLOAD, "upload", source)
        kept = self._still([(content, file)])
        return self.files.land(source.name, new, by=by, again=uses_name(source), kept=kept)

    def _still(self, pieces: Sequence[tuple[Content, Path]]) -> Callable[[], None]:
        """Keeps again what was taken away since it was kept: bytes that a run left which was killed, say."""

        def keep() -> None:
            for content, file in pieces:
                self.raw.keep_known(content, file)

        return keep


def _in_one_piece(
    content: Content, name: str, kind: Kind, place: str, source: Source, found: str | None = None
) -> NewFile:
    return NewFile(name, content.digest, (content.digest,), content.size, kind, place, source.licence, found)


def topic_span(kafka: str, topic: str, known: Mapping[str, int]) -> tuple[dict[int, int], dict[int, int]]:
    """From which offsets to which a topic is read next: partition → offset, at most so many messages of each."""
    with Topics(kafka) as topics:
        first, end = topics.beginning_offsets(topic), topics.end_offsets(topic)
    begins = {number: max(first.get(number, 0), known.get(str(number), 0)) for number in end}
    return begins, {number: min(end[number], begin + MOST_MESSAGES) for number, begin in begins.items()}


def uses_name(source: Source) -> bool:
    """Whether what a file gives depends on its name, so that a copy by another name is another file."""
    mapping = source.mapping
    texts = [mapping.select, mapping.where, *(mapping.fields or {}).values()]
    return any(re.search(r"\b_name\b", text, re.IGNORECASE) for text in texts if text)


def upload_name(name: str) -> str:
    """The last part of a path, whatever system it is of. Raises SourceError."""
    last = re.split(r"[\\/]", name)[-1].strip()
    if not last or last in {".", ".."} or len(last) > LONGEST_NAME or not last.isprintable():
        raise SourceError(f"the name of a file is 1 to {LONGEST_NAME} printable characters")
    return last
