"""What `status` shows: every engine and every stream, from what really answers."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from compose.embedded.engines import ENGINES, SERVICES
from compose.embedded.stack import Stack
from compose.embedded.supervisor import ProgramState
from streams.errors import WindowpaneError

__all__ = ["EngineStatus", "Status", "read_status", "show_status"]

SHOWN_AS = {"jobmanager": "flink"}
"""Program to the name people know it by."""


@dataclass(frozen=True)
class EngineStatus:
    """`state` is `ready`, `starting` (it runs, it does not answer), `failing` (it ends again and again) or `down`.

    `error`: of one that is failing, the last line of its log that tells of an error.
    """

    state: str
    pid: int | None
    address: str | None
    error: str | None = None


@dataclass(frozen=True)
class Status:
    """Everything `status` says. A stream is `{"job", "complete_until", "lag", "rejected", "problem", "notes"}`."""

    url: str
    engines: dict[str, EngineStatus]
    streams: dict[str, dict[str, Any]]

    @property
    def ready(self) -> bool:
        """Whether every engine answers and every stream has a running job, or is retired."""
        engines = all(engine.state == "ready" for engine in self.engines.values())
        return engines and all(stream.get("job") in ("RUNNING", "RETIRED") for stream in self.streams.values())

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def read_status(stack: Stack) -> Status:
    """Ask every engine at once, then the lake about the streams (only if the engines answer).

    Raises:
        MachineError: there was no `up` in this home yet.
    """
    states, failing = stack.states(), stack.failing()
    names = (*ENGINES, *SERVICES)
    with ThreadPoolExecutor(len(names)) as pool:
        asked = {name: pool.submit(_engine, stack, name, states.get(name), name in failing) for name in names}
        engines = {SHOWN_AS.get(name, name): engine.result() for name, engine in asked.items()}
    reachable = all(engines[name].state == "ready" for name in ("postgres", "objectstore", "trino"))
    return Status(stack.url, engines, _streams(stack) if reachable else {})


def _engine(stack: Stack, name: str, state: ProgramState | None, failing: bool) -> EngineStatus:
    address = getattr(stack.addresses, SHOWN_AS.get(name, name), None)
    if state is None or state.state == "STOPPED":
        return EngineStatus("down", None, address)
    if failing or state.state in ("BACKOFF", "FATAL"):
        return EngineStatus("failing", state.pid or None, address, stack.last_error(name))
    return EngineStatus("ready" if stack.answers(name) else "starting", state.pid, address)


def _streams(stack: Stack) -> dict[str, dict[str, Any]]:
    os.environ.update(stack.environment())
    # It reads those variables at import and on call; the heavy engine clients come with it.
    from scripts.stream_status import stream_status

    try:
        return stream_status()
    except WindowpaneError as error:
        nothing = dict.fromkeys(("job", "complete_until", "lag", "rejected"))
        return {"?": {**nothing, "problem": str(error), "notes": []}}


def show_status(status: Status) -> None:
    """Print two tables."""
    console = Console(highlight=False)
    console.print(status.url)
    engines = Table("engine", "state", "pid", "address", box=None)
    for name, engine in status.engines.items():
        colour = {"ready": "green", "down": "red", "failing": "red"}.get(engine.state, "yellow")
        engines.add_row(name, f"[{colour}]{engine.state}[/]", str(engine.pid or ""), engine.address or "")
    console.print(engines)
    for name, engine in status.engines.items():
        if engine.error:
            console.print(f"{name} ends again and again; its last error: {engine.error}", markup=False)
    if not status.streams:
        return
    streams = Table("stream", "job", "complete until", "lag by partition", "rejected", box=None)
    for name, stream in status.streams.items():
        lag = stream["lag"]
        shown = " ".join(f"{partition}:{count}" for partition, count in lag.items()) if lag else "?"
        rejected = "?" if stream["rejected"] is None else str(stream["rejected"])
        streams.add_row(name, stream["job"] or "?", stream["complete_until"] or "?", shown, rejected)
    console.print(streams)
    for name, stream in status.streams.items():
        if stream["problem"]:
            console.print(f"[yellow]{name}[/]: {escape(stream['problem'])}", soft_wrap=True)
        for note in stream["notes"]:
            console.print(f"{name}: {escape(note)}", soft_wrap=True)
