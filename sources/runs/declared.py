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
        return home if self.shipped else self.file.resolve().parent.parent

    @property
    def shipped(self) -> bool:
        """Whether it is one of the product's own, which lie in `systems/*/sources`; many of them wait for files."""
        return self.file.resolve().parents[2].name == "systems"
