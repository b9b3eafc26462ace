"""Tables that are shipped, as CSV with a header."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path


def rows_of(file: Path) -> Iterator[dict[str, str]]:
    """Each row: column → its text."""
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, strict=True)
