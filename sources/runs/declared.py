"""A source and the file that declares it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sources.definition import Source


@dataclass(frozen=True, slots=True)
class Declared:
    """A source as its file says it is, and where that lies."""

    source: Source
    file: Path

    @property
    def beside(self) -> Path:
        """What relative folders of files are in: where the folder of the source is."""
        return self.file.resolve().parent.parent
