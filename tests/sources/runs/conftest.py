"""A place to run sources in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sources.store import SourceStore
from tests.sources.runs.running import Place


@pytest.fixture
def place(tmp_path: Path, store: SourceStore) -> Iterator[Place]:
    place = Place(tmp_path, store)
    yield place
    place.client.close()
