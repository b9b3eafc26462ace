"""`up --foreground`: a process that stays while the stack runs and takes it down when asked to end.

For whoever watches a single process: a container, systemd, a terminal.
"""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable, Sequence

from compose.embedded.stack import Stack
from compose.errors import EngineError

LOOK_SECONDS = 1.0


def stay(stack: Stack, start: Sequence[str], say: Callable[[str], None]) -> int:
    """Run the command `start`, which brings the stack up and ends; stay while its supervisor runs. The exit code.

    0 after SIGTERM or SIGINT, also in the middle of `start`; that of `start` if it failed; 1 if the supervisor ended
    by itself. The stack is down afterwards in every case. Must be called in the main thread.
    """
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    # In a process of its own, for the middle of a start cannot be left but by ending the process.
    starting = subprocess.Popen(start)
    try:
        return _watch(stack, starting, asked, say)
    finally:
        if starting.poll() is None:
            starting.kill()
            starting.wait()
        stack.down(say)


def _watch(stack: Stack, starting: subprocess.Popen[bytes], asked: threading.Event, say: Callable[[str], None]) -> int:
    while not asked.wait(LOOK_SECONDS):
        code = starting.poll()
        if code:
            # A terminal interrupts both processes, in any order.
            return 0 if asked.is_set() else abs(code)
        if code == 0 and _ended(stack):
            say("The supervisor has ended")
            return 1
    say("Stopping")
    return 0


def _ended(stack: Stack) -> bool:
    try:
        return not stack.supervisor.alive()
    except EngineError:  # it is there; who does not answer at once may only be busy
        return False
