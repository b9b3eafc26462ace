"""supervisord as one stack uses it: started on a unix socket, spoken to over its XML-RPC, stopped by pid.

That it is down and that it could not be asked are two things: whoever takes the second for the first starts what runs
already. Down means that nobody listens at the socket and that the pid in its file is of no supervisor of this home.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError
from xmlrpc.client import Fault, ProtocolError, ServerProxy, Transport

import psutil

from compose.embedded.layout import Layout
from compose.embedded.variables import SECRET
from compose.embedded.waiting import until
from compose.errors import EngineError, SupervisorDownError

ALREADY_STARTED, NOT_RUNNING = 60, 70
PATIENCE = 20.0
"""supervisord answers in milliseconds, on a very busy machine in seconds; one that hangs must not hang who asks."""


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
        # Every program inherits what it has: an engine is told no secret that a shell happens to know.
        inherited = {name: value for name, value in os.environ.items() if name not in SECRET}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=inherited)
        if done.returncode:
            raise EngineError(f"the supervisor did not start: {(done.stderr or done.stdout).strip()[-300:]}")
        try:
            until(self._answers, 10, every=0.05)
        except TimeoutError:
            raise EngineError(f"the supervisor does not answer; see {self._layout.log / 'supervisord.log'}") from None

    def alive(self) -> bool:
        """Whether it runs.

        Raises:
            EngineError: it runs, but could not be asked.
        """
        try:
            return bool(self._call("getState"))
        except SupervisorDownError:
            return False

    @property
    def pid(self) -> int:
        """Of supervisord itself."""
        return int(self._call("getPID"))

    def reload_programs(self) -> None:
        """Read the configuration again; programs whose entry changed are stopped and must be started."""
        ((added, changed, removed),) = self._call("reloadConfig")
        for name in [*changed, *removed]:
            self.stop(name)
            self._call("removeProcessGroup", name)
        for name in [*added, *changed]:
            self._call("addProcessGroup", name)

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
        except SupervisorDownError:
            return
        try:
            # Also when somebody else began to stop it: then it does not count as running, but is still there.
            until(lambda: not self._stopping(name), 180)
        except TimeoutError:
            raise EngineError(f"{name} does not end; see {self._layout.log / 'supervisord.log'}") from None

    def states(self) -> dict[str, ProgramState]:
        """Of every program, by name; empty if the supervisor is down.

        Raises:
            EngineError: it runs, but could not be asked.
        """
        try:
            entries = self._call("getAllProcessInfo")
        except SupervisorDownError:
            return {}
        return {
            str(entry["name"]): ProgramState(
                str(entry["name"]), str(entry["statename"]), int(entry["pid"]), int(entry["start"])
            )
            for entry in entries
        }

    def state(self, name: str) -> ProgramState:
        """Of one program.

        Raises:
            EngineError: the supervisor is down, could not be asked, or knows no such program.
        """
        state = self.states().get(name)
        if state is None:
            raise EngineError(f"{name} is not supervised here; start the stack with ./windowpane up")
        return state

    def shutdown(self) -> None:
        """End supervisord, which stops what still runs; one that cannot be asked is sent a signal, which does the same.

        Raises:
            EngineError: it is still there after three minutes.
        """
        process = self._process()
        if process is None:
            return
        try:
            self._call("shutdown")
        except (Fault, EngineError):
            process.terminate()
            process.resume()  # one that is stopped hears no signal
        try:
            process.wait(180)
        except psutil.TimeoutExpired:
            message = f"the supervisor (pid {process.pid}) does not end; kill it and run down again"
            raise EngineError(message) from None

    def _answers(self) -> bool:
        """Whether it answers by now; it has only been started."""
        try:
            return self.alive()
        except EngineError:
            return False

    def _process(self) -> psutil.Process | None:
        """The supervisor of this home by its pid file, of which a crash may leave one whose pid is another's by now."""
        try:
            process = psutil.Process(int((self._layout.run / "supervisord.pid").read_text()))
            ours = str(self._layout.supervisor_config) in process.cmdline()
            return process if ours and process.status() != psutil.STATUS_ZOMBIE else None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None

    def _stopping(self, name: str) -> bool:
        state = self.states().get(name)
        return state is not None and state.state == "STOPPING"

    def _call(self, method: str, *arguments: object) -> Any:
        try:
            with ServerProxy("http://supervisor", transport=_UnixTransport(self._layout.socket)) as proxy:
                return getattr(proxy.supervisor, method)(*arguments)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            process = self._process()
            if process is None:
                raise SupervisorDownError("the supervisor is down; start the stack with ./windowpane up") from error
            raise self._unheard(f"pid {process.pid} listens nowhere") from error
        except (OSError, HTTPException, ProtocolError, ExpatError) as error:
            raise self._unheard(str(error) or type(error).__name__) from error

    def _unheard(self, reason: str) -> EngineError:
        return EngineError(
            f"the supervisor could not be asked ({reason}); if that lasts, run ./windowpane down and see"
            f" {self._layout.log / 'supervisord.log'}"
        )


class _UnixTransport(Transport):
    """Over a unix socket, in bounded time."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> HTTPConnection:
        connection = _UnixConnection(self._path)
        self._connection = host, connection  # for close()
        return connection


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("supervisor", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
