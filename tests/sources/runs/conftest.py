"""A place to run sources in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sources.store import SourceStore
from tests.access.conftest import Clock
from tests.sources.runs.running import Place, Received


@pytest.fixture
def place(tmp_path: Path, store: SourceStore, clock: Clock) -> Iterator[Place]:
    place = Place(tmp_path, store, Received(clock))
    yield place
    place.client.close()
