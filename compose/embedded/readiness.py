"""Waits until programs answer; gives up for all as soon as one of them cannot start."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from compose.embedded.endings import FAILING, last_error
from compose.embedded.supervisor import Supervisor
from compose.embedded.waiting import until
from compose.errors import EngineError

PATIENCE = 300.0


@dataclass(frozen=True)
class Readiness:
    """`answers`: whether a program is ready. `check_ports`: raises if others hold the ports of a stopped one."""

    supervisor: Supervisor
    log: Path
    answers: Callable[[str], bool]
    check_ports: Callable[[str], None]

    def wait(self, names: Sequence[str], begun: float, say: Callable[[str], None]) -> None:
        """Wait for all of them at once; one line as each answers.

        Raises:
            EngineError: one ends again and again, or does not answer in time.
            PortTakenError: somebody else listens where one of them should.
        """
        given_up = threading.Event()

        def wait_one(name: str) -> None:
            try:
                self._wait(name, given_up)
            except BaseException:
                given_up.set()
                raise
            if not given_up.is_set():
                say(f"{name:<12} ready  {time.monotonic() - begun:5.1f} s")

        with ThreadPoolExecutor(len(names)) as pool:
            waiting = [pool.submit(wait_one, name) for name in names]
        for each in waiting:
            each.result()

    def _wait(self, name: str, given_up: threading.Event) -> None:
        pid = endings = 0

        def ready() -> bool:
            nonlocal pid, endings
            if given_up.is_set():
                return True
            state = self.supervisor.state(name)
            if state.running and pid in (0, state.pid):
                pid = state.pid
                return self.answers(name)
            pid, endings = 0, endings + 1
            if endings >= FAILING:
                raise EngineError(self._complaint(name, "ends again and again"))
            # Stopped, so that the look at its ports does not take them from it.
            self.supervisor.stop(name)
            self.check_ports(name)
            self.supervisor.begin(name)
            return False

        try:
            until(ready, PATIENCE, every=0.3)
        except TimeoutError:
            raise EngineError(self._complaint(name, f"does not answer after {PATIENCE:.0f} s")) from None

    def _complaint(self, name: str, what: str) -> str:
        log = self.log / f"{name}.log"
        return f"{name} {what}; its last error: {last_error(log)!r}; see {log}"
