"""From a sample to the TOML of a source that reads it, for people to look at and mend."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from sources.guessing.mappings import guess_mapping, plain_guess
from sources.guessing.samples import sample_of
from sources.guessing.source_text import Heading, source_text
from sources.guessing.words import sql_name
from streams.definition import Definition

_LONGEST_NAME = 41


def guess(file: Path, name: str, definition: Definition | None) -> str:
    """The TOML of a source for a file of this name; `definition`: of the stream that its messages are for.

    Format, names of columns and expressions are guesses by the first rows. Raises Refused: nothing can be told of it.
    """
    sample = sample_of(file, name)
    source = source_name(name)
    if definition is None:
        return source_text(Heading(source, name, source), sample.form, plain_guess(sample))
    found = guess_mapping(sample, definition, name, source)
    return source_text(Heading(source, name, definition.name), sample.form, found)


def source_name(file: str) -> str:
    """What a source may be called after a file: its name without dates and endings."""
    stem = PurePosixPath(file.replace("\\", "/")).name.split(".")[0] or "source"
    plain = sql_name(re.sub(r"\d{2,4}[-_]\d{2}[-_]\d{2,4}|\d{8}|\d{4}[-_]\d{2}", "", stem) or "source", _LONGEST_NAME)
    return plain.rstrip("_") or "source"
