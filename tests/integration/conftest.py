"""Streams for tests on the real engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compose.embedded.stack import Stack
from tests.integration.live_streams import LiveStream, make_live

StreamFactory = Callable[[str], LiveStream]


@pytest.fixture(scope="module")
def stream_factory(stack: Stack) -> Iterator[StreamFactory]:
    """Makes a stream from the text of a definition, its job running; all are taken away after the module's tests."""
    made: list[LiveStream] = []

    def make(text: str) -> LiveStream:
        live = make_live(Path(stack.environment()["WINDOWPANE_STREAMS"]), text)
        made.append(live)
        live.await_running()
        return live

    yield make
    for live in made:
        live.remove()
