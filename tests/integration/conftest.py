"""Streams for tests on the real engines."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from compose.embedded.stack import Stack
from scripts.console import say
from scripts.streams.provision import provision
from tests.definitions import SHIPPED
from tests.integration.live_streams import LiveStream, await_true, make_live

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


@pytest.fixture(scope="session")
def web_events(stack: Stack) -> None:
    """The stream of web events, applied: it takes more of a stack than all others, so it is only where it is needed.

    Files of tests that need it come last in their folder, for it stays.
    """
    file = SHIPPED["web_events"]
    shutil.copyfile(file, stack.settings.streams / file.name)
    provision(say)
    await_true(lambda: httpx.get(f"{stack.url}v1/streams/{file.stem}").status_code == 200, 120, f"{file.stem} is known")
