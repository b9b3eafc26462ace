"""What a trial is told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sources.definition import Source
from streams.definition import Definition


@dataclass(frozen=True, slots=True)
class Sample:
    """A file, what it is called, and the state that the source of that name left, if there is one with corrections."""

    file: Path
    name: str
    landed: Path | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A sample for a stream, and the source that it is tried with; None: how that looks is to be guessed.

    `folder`: an empty one to work in.
    """

    definition: Definition
    source: Source | None
    sample: Sample
    folder: Path
