"""Which sources are declared, in which files, and what is wrong with those that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sources.definition import Source
from sources.definition_files import read_files, source_files
from sources.errors import SourceDefinitionError
from sources.runs.declared import Declared
from streams.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`problems`: name → why a source's file cannot be read; the others are not touched by that."""

    declared: dict[str, Declared] = field(default_factory=dict)
    problems: dict[str, SourceDefinitionError] = field(default_factory=dict)

    def get(self, name: str) -> Declared:
        """One of them. Raises SourceDefinitionError, UnknownNameError."""
        if name in self.problems:
            raise self.problems[name]
        if name not in self.declared:
            raise UnknownNameError("source", name, self.declared)
        return self.declared[name]

    @property
    def sources(self) -> dict[str, Source]:
        """Those that can be read, by name."""
        return {name: each.source for name, each in self.declared.items()}


def catalogue(folders: Sequence[Path]) -> Catalogue:
    """All sources of some folders: a name that is in two of them is a problem of that name."""
    files = source_files(folders)
    sources, problems = read_files(files)
    declared = {name: Declared(source, files[name][0]) for name, source in sources.items()}
    return Catalogue(declared, problems)


class CatalogueReader:
    """Reads the folders again only when a file in them has changed."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._marks: dict[Path, tuple[int, int]] | None = None
        self._known = Catalogue()

    def read(self) -> Catalogue:
        """As the folders are now."""
        marks = {path: mark for folder in self._folders for path in folder.glob("*.toml") if (mark := _mark(path))}
        if marks != self._marks:
            self._known, self._marks = catalogue(self._folders), marks
        return self._known


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
