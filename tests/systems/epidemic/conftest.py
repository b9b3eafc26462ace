"""Published files, each taken in a folder of its own."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from tests.systems.epidemic.published import SOURCES, Take, Taken, take


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Take:
    """Take a file by the source of a name: `taken("who", path, name=…, landed=…)`."""
    numbers = count()

    def of(source: str, file: Path, name: str = "", landed: Path | None = None) -> Taken:
        return take(SOURCES[source], file, tmp_path_factory.mktemp(f"{source}_{next(numbers)}"), name, landed)

    return of
