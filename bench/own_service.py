"""A service beside the stack's, on the same engines: its settings and its processor time are known."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from compose.embedded.settings import CHECKOUT
from compose.embedded.waiting import until
from streams.errors import WindowpaneError

_START_SECONDS = 60

WEB = ("web.server", "--host", "127.0.0.1", "--port")
"""The web service."""


@contextmanager
def service(settings: Mapping[str, object], *program: str) -> Iterator[tuple[int, int]]:
    """A module and its words, the last being its port, with settings of its own; its port and its process.

    Raises WindowpaneError.
    """
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    environment = {**os.environ, **{f"WINDOWPANE_{name.upper()}": str(value) for name, value in settings.items()}}
    command = [sys.executable, "-m", *program, str(port)]
    with subprocess.Popen(command, env=environment, cwd=CHECKOUT, stdout=subprocess.DEVNULL) as process:
        try:
            until(lambda: _is_up(port), _START_SECONDS, every=0.2)
            yield port, process.pid
        except TimeoutError:
            raise WindowpaneError(f"the benchmark's own {program[0]} did not start") from None
        finally:
            process.terminate()


def _is_up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).is_success
    except httpx.HTTPError:
        return False
