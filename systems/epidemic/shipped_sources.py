"""What is said of each source to people: its title, its licence, and whom its numbers are attributed to."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "sources"


@dataclass(frozen=True, slots=True)
class SourceText:
    """Of one source; empty where nobody said it."""

    name: str
    title: str
    licence: str = ""
    attribution: str = ""
    homepage: str = ""

    @property
    def credit(self) -> str:
        """Whom to name, and under which licence."""
        return ", ".join(each for each in (self.attribution or self.title, self.licence) if each)


@functools.cache
def source_texts() -> Mapping[str, SourceText]:
    """Source → what is said of it, of all that are shipped."""
    found = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        told = tomllib.loads(path.read_text("utf-8"))
        texts = [str(told.get(name, "")) for name in ("title", "licence", "attribution", "homepage")]
        found[path.stem] = SourceText(path.stem, texts[0] or path.stem, *texts[1:])
    return found


def source_text(name: str) -> SourceText:
    """What is said of a source; of one that is not shipped, its name alone."""
    return source_texts().get(name, SourceText(name, name))
