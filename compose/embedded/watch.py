"""A listener of the supervisor's events: notes which programs end by themselves, ends a web service that hangs, and
stops Kafka before the disk is full.

    python -m compose.embedded.watch

A process that hangs does not end, so no supervisor restarts it. The web service is asked for `/healthz` every five
seconds; once it was silent for half a minute it is told to say where it stands (its log has the stack of every thread)
and is killed, which makes the supervisor start it again.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path

from supervisor import childutils

from compose.embedded.endings import Endings
from compose.embedded.layout import Layout
from compose.embedded.ports import reachable
from compose.embedded.probes import http_get
from compose.embedded.room import RoomWatch, free_mib
from compose.embedded.settings import StackSettings
from compose.embedded.supervisor import ProgramState, Supervisor
from compose.embedded.waiting import until
from compose.errors import EngineError

SILENT_SECONDS = 30.0
"""Much longer than any answer of a service that is only busy takes."""
STARTING_SECONDS = 180.0
"""What a process may take until its first answer."""


@dataclass
class HungWatch:
    """Knows since when one process has been silent."""

    answers: Callable[[], bool]
    now: Callable[[], float] = time.monotonic
    pid: int = 0
    due: float = 0.0

    def look(self, pid: int) -> bool:
        """Ask once; whether this process has been silent for too long."""
        if pid != self.pid:
            self.pid, self.due = pid, self.now() + STARTING_SECONDS
        if not pid:
            return False
        if self.answers():
            self.due = self.now() + SILENT_SECONDS
        return self.now() >= self.due


def end_hung(state: ProgramState) -> None:
    """Make a Python process write the stacks of its threads to its log, and kill it."""
    os.kill(state.pid, signal.SIGABRT)
    try:
        until(lambda: not _there(state.pid), 3)
    except TimeoutError:  # it is stopped, say
        os.kill(state.pid, signal.SIGKILL)


def _there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _say(line: str) -> None:
    """To the log: stdout is for the supervisor."""
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}", file=sys.stderr, flush=True)


def _healthy(address: str) -> bool:
    try:
        return http_get(address, "/healthz")[0] == 200
    except (OSError, HTTPException):
        return False


def _look(watch: HungWatch, supervisor: Supervisor) -> None:
    try:
        state = supervisor.states().get("web")
    except EngineError as error:
        _say(str(error))
        return
    if state and watch.look(state.pid):
        _say(f"web (pid {state.pid}) has not answered for {SILENT_SECONDS:.0f} s; it is killed and started again")
        end_hung(state)


def _look_for_room(watch: RoomWatch, supervisor: Supervisor, data: Path) -> None:
    free = free_mib(data)
    if watch.look(free):
        _say(f"kafka is stopped until there is room: {free} MiB are free at {data}")
        try:
            supervisor.stop("kafka")
            supervisor.begin("kafka")
        except EngineError as error:
            _say(str(error))


def main() -> None:
    """Entry point: listen until the supervisor ends."""
    settings = StackSettings()
    layout = Layout(settings.home)
    endings, supervisor = Endings(layout.endings), Supervisor(layout)
    with suppress(OSError):
        endings.clear()
    room = RoomWatch(settings.disk_reserve_mb)
    watch = HungWatch(lambda: _healthy(f"{reachable(settings.host)}:{settings.port}"))
    while True:
        headers, payload = childutils.listener.wait(sys.stdin, sys.stdout)
        event, facts = headers["eventname"], childutils.get_headers(payload)
        try:
            if event.startswith("TICK"):
                _look_for_room(room, supervisor, layout.data)
                _look(watch, supervisor)
            elif event == "PROCESS_STATE_STOPPED":
                endings.forget(facts["processname"])
            elif facts.get("expected") != "1" or event != "PROCESS_STATE_EXITED":
                endings.note(facts["processname"])
                _say(f"{facts['processname']} ended ({event.rpartition('_')[2].lower()})")
        except OSError as error:  # a full disk, of which others have more to say
            _say(f"{event} could not be noted: {error}")
        childutils.listener.ok(sys.stdout)


if __name__ == "__main__":
    main()
