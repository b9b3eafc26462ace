"""supervisord as one stack uses it: started on a unix socket, spoken to over its XML-RPC, stopped by pid."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from xmlrpc.client import Fault, ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport

from compose.embedded.layout import Layout
from compose.embedded.waiting import until
from compose.errors import EngineError

__all__ = ["ProgramState", "Supervisor"]

ALREADY_STARTED, NOT_RUNNING = 60, 70


@dataclass(frozen=True)
class ProgramState:
    """What the supervisor knows of a program; `pid` is 0 while it has none."""

    name: str
    state: str
    pid: int
    started: int

    @property
    def running(self) -> bool:
        """Whether it has a process (it may still be starting)."""
        return self.state in ("RUNNING", "STARTING")


class Supervisor:
    """The supervisor of one home. Every call speaks to the socket; nothing is cached."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def start(self) -> None:
        """Start supervisord in the background and wait until it answers.

        Raises:
            EngineError: it does not answer within ten seconds.
        """
        self._layout.socket.unlink(missing_ok=True)
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._layout.supervisor_config)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise EngineError(f"the supervisor did not start: {(done.stderr or done.stdout).strip()[-300:]}")
        try:
            until(self.alive, 10, every=0.05)
        except TimeoutError:
            raise EngineError(f"the supervisor does not answer; see {self._layout.log / 'supervisord.log'}") from None

    def alive(self) -> bool:
        """Whether it answers on its socket."""
        try:
            return bool(self._call("getState"))
        except (OSError, HTTPException):
            return False

    @property
    def pid(self) -> int:
        """Of supervisord itself."""
        return int(self._call("getPID"))

    def reload_programs(self) -> list[str]:
        """Read the configuration again; programs whose entry changed are stopped and must be started. Their names."""
        ((added, changed, removed),) = self._call("reloadConfig")
        for name in [*changed, *removed]:
            self.stop(name)
            self._call("removeProcessGroup", name)
        for name in [*added, *changed]:
            self._call("addProcessGroup", name)
        return [str(name) for name in changed]

    def begin(self, name: str) -> None:
        """Start a program, without waiting for it; nothing happens if it runs."""
        try:
            self._call("startProcess", name, False)
        except Fault as fault:
            if fault.faultCode != ALREADY_STARTED:
                raise EngineError(f"{name} could not be started: {fault.faultString}") from fault

    def stop(self, name: str) -> None:
        """Stop a program and wait until it is gone; nothing happens if it does not run, or its supervisor ends.

        Raises:
            EngineError: it is still there after three minutes, though it is killed before.
        """
        try:
            self._call("stopProcess", name, False)
        except Fault as fault:
            if fault.faultCode != NOT_RUNNING:
                raise EngineError(f"{name} could not be stopped: {fault.faultString}") from fault
        except (OSError, HTTPException):
            return
        try:
            # Also when somebody else began to stop it: then it does not count as running, but is still there.
            until(lambda: not self._stopping(name), 180)
        except TimeoutError:
            raise EngineError(f"{name} does not end; see {self._layout.log / 'supervisord.log'}") from None

    def states(self) -> dict[str, ProgramState]:
        """Of every program, by name; empty if the supervisor is not there."""
        try:
            entries = self._call("getAllProcessInfo")
        except (OSError, HTTPException):
            return {}
        return {
            str(entry["name"]): ProgramState(
                str(entry["name"]), str(entry["statename"]), int(entry["pid"]), int(entry["start"])
            )
            for entry in entries
        }

    def shutdown(self) -> None:
        """End supervisord; it stops what still runs. Returns once the process is gone.

        Raises:
            EngineError: it is still there after three minutes.
        """
        with contextlib.suppress(psutil.NoSuchProcess, OSError, HTTPException):
            process = psutil.Process(self.pid)
            self._call("shutdown")
            try:
                process.wait(180)
            except psutil.TimeoutExpired:
                message = f"the supervisor (pid {process.pid}) does not end; kill it and run down again"
                raise EngineError(message) from None

    def _stopping(self, name: str) -> bool:
        state = self.states().get(name)
        return state is not None and state.state == "STOPPING"

    def _call(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._layout.socket}")
        proxy = ServerProxy("http://127.0.0.1", transport=transport)
        try:
            return getattr(proxy.supervisor, method)(*arguments)
        finally:
            transport.close()
