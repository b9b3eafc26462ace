"""What came of sources, kept as it came: by the hash of its content, before anybody reads it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from sources.objects import Objects


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes. `digest`: SHA-256 of them, in hexadecimal."""

    digest: str
    size: int


def content_of(file: Path) -> Content:
    """Read a file once, to know it."""
    with file.open("rb") as source:
        return Content(file_digest(source, "sha256").hexdigest(), source.tell())


class Raw:
    """The bytes of files and pages, each content once. Methods raise LakeAwayError."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def keep(self, file: Path) -> Content:
        """Keep a file's bytes; those that are kept already stay as they are."""
        content = content_of(file)
        self.keep_known(content, file)
        return content

    def keep_known(self, content: Content, file: Path) -> None:
        """Keep a file of which it is known what is in it."""
        key = raw_key(content.digest)
        if self._objects.size(key) != content.size:
            self._objects.put(key, file)

    def fetch(self, digest: str, file: Path) -> None:
        """Write kept bytes to a file. Raises SourceError when they are gone, or not what was kept."""
        self._objects.fetch(raw_key(digest), file)


def raw_key(digest: str) -> str:
    """The key of kept bytes."""
    return f"raw/{digest[:2]}/{digest}"
