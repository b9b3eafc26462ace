"""First starts of new homes, beside somebody who holds thousands of ephemeral ports and opens new ones all the time.

It needs no running stack. Each start has a home of its own, which is removed with its engines before the next one.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.report import Metrics
from compose.embedded.ports import LOOPBACK
from compose.embedded.settings import CHECKOUT
from scripts.stack.test_command import PLACES
from streams.errors import WindowpaneError


@dataclass(frozen=True)
class Settings:
    """`starts`: how many. `held`: ephemeral ports in use at any moment, `opened_per_second` of which are new."""

    starts: int = 20
    held: int = 2000
    opened_per_second: int = 200
    port: int = 8499


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Seconds of each start until its page answered. Raises WindowpaneError at the first start that fails."""
    with ephemeral_ports_held(settings.held, settings.opened_per_second):
        for number in range(settings.starts):
            say(f"start {number + 1} of {settings.starts}")
            yield {"seconds": _start(settings.port)}


@contextmanager
def ephemeral_ports_held(count: int, opened_per_second: int) -> Iterator[None]:
    """While the block runs, so many listeners are at ports that the kernel chose; the oldest give way to new ones."""
    stop = threading.Event()

    def listener() -> socket.socket:
        return socket.create_server((LOOPBACK, 0), backlog=1)

    held = deque(listener() for _ in range(count))

    def renew() -> None:
        while not stop.wait(random.uniform(0.5, 1.5) / opened_per_second):
            with suppress(OSError):
                held.append(listener())
                held.popleft().close()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        for each in held:
            each.close()


def _start(port: int) -> float:
    home = Path(tempfile.mkdtemp(prefix="windowpane-first-"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WINDOWPANE_") or name in PLACES}
    environment = {**kept, "WINDOWPANE_HOME": str(home), "WINDOWPANE_PORT": str(port)}
    launcher = str(CHECKOUT / "windowpane")
    try:
        begun = time.monotonic()
        done = subprocess.run(
            [launcher, "up", "--no-input"], env=environment, capture_output=True, text=True, check=False
        )
        seconds = time.monotonic() - begun
        if done.returncode:
            raise WindowpaneError(f"a first start failed after {seconds:.0f} s: {done.stderr.strip()[-400:]}")
        return seconds
    finally:
        subprocess.run([launcher, "down"], env=environment, capture_output=True, check=False)
        shutil.rmtree(home, ignore_errors=True)
