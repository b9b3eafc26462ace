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

    def beside(self, home: Path) -> Path:
        """What relative folders are in: where the folder of the source is, or the home for the product's own."""
        folder = self.file.resolve().parent
        return home if folder.parent.parent.name == "systems" else folder.parent
