"""What `status` shows: every engine and every stream, from what really answers."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any

from compose.embedded.certificates import SqlDoor
from compose.embedded.endings import last_error
from compose.embedded.engines import DEMONSTRATIONS, ENGINES, SERVICES
from compose.embedded.room import without_room
from compose.embedded.stack import Stack
from compose.embedded.supervisor import ProgramState
from scripts.questions.asking import RefusedError, get
from scripts.results import Column, Result, Sheet, right
from scripts.stack.user_count import access_line, user_count
from services.settings import ServiceSettings
from streams.errors import WindowpaneError

SHOWN_AS = {"jobmanager": "flink"}
"""Program to the name people know it by."""


@dataclass(frozen=True)
class EngineStatus:
    """`state` is `ready`, `starting` (it runs, it does not answer), `failing` (it ends again and again) or `down`.

    `error`: of one that is failing, the last line of its log that tells of an error; of Kafka without room on its disk,
    that it waits for some. `metrics`: where Prometheus asks, of those that have any for it.
    """

    state: str
    pid: int | None
    address: str | None
    error: str | None = None
    metrics: str | None = None


@dataclass(frozen=True)
class Status:
    """Everything `status` says. A stream is `{"job", "complete_until", "lag", "rejected", "duplicates", "problem",
    "notes"}`.

    `sql`: what SQL clients have to know. `users`: how many there are, None while PostgreSQL is away; `access`: who is
    let in, in words.
    """

    url: str
    sql: SqlDoor | None
    engines: dict[str, EngineStatus]
    streams: dict[str, dict[str, Any]]
    users: int | None
    access: str

    @property
    def ready(self) -> bool:
        """Whether every engine answers and every stream has a running job, or is retired.

        The live input from this machine is one's own choice, so it may be down.
        """
        engines = all(
            engine.state == "ready" or (name, engine.state) == ("agent", "down")
            for name, engine in self.engines.items()
        )
        return engines and all(stream.get("job") in ("RUNNING", "RETIRED") for stream in self.streams.values())


def read_status(stack: Stack) -> Status:
    """Ask every engine at once, and about the streams the web service, or else the engines themselves.

    Raises:
        MachineError: there was no `up` in this home yet.
    """
    variables = stack.environment()
    os.environ.update(variables)
    states, failing = stack.states(), stack.failing()
    shown = [name for name in DEMONSTRATIONS if name in states and states[name].state != "STOPPED"]
    names = (*ENGINES, *SERVICES, *shown)
    settings = ServiceSettings()
    with ThreadPoolExecutor(len(names) + 2) as pool:
        counted = pool.submit(user_count, stack.addresses.catalog_uri)
        from_service = pool.submit(_streams_from_service)
        asked = {name: pool.submit(_engine, stack, name, states.get(name), name in failing) for name in names}
        engines = {SHOWN_AS.get(name, name): engine.result() for name, engine in asked.items()}
    for name, address in (("web", stack.addresses.web), ("rpc", stack.addresses.rpc_metrics)):
        engines[name] = replace(engines[name], metrics=f"http://{address}/metrics")
    reachable = all(engines[name].state == "ready" for name in ("postgres", "objectstore", "trino"))
    streams = from_service.result() or (_streams_from_engines() if reachable else {})
    users = counted.result()
    return Status(stack.url, stack.sql_door, engines, streams, users, access_line(users, settings))


def _streams_from_service() -> dict[str, dict[str, Any]] | None:
    """Stream → how it stands; None while the web service, or what it asks, is away."""
    try:
        answer = get(ServiceSettings(), "/v1/engines")
    except RefusedError:
        return None
    return None if answer is None else answer["streams"]


def _engine(stack: Stack, name: str, state: ProgramState | None, failing: bool) -> EngineStatus:
    address = getattr(stack.addresses, SHOWN_AS.get(name, name), None)
    if state is None or state.state == "STOPPED":
        return EngineStatus("down", None, address)
    if failing or state.state in ("BACKOFF", "FATAL"):
        return EngineStatus("failing", state.pid or None, address, last_error(stack.layout.log / f"{name}.log"))
    if stack.answers(name):
        return EngineStatus("ready", state.pid, address)
    waits = without_room(stack.layout.data, stack.settings.disk_reserve_mb) if name == "kafka" else ""
    return EngineStatus("starting", state.pid, address, waits or None)


def _streams_from_engines() -> dict[str, dict[str, Any]]:
    # The engines' clients take seconds to load: only where the service does not answer.
    from scripts.stack.stream_status import stream_status

    try:
        return stream_status()
    except WindowpaneError as error:
        nothing = dict.fromkeys(("job", "complete_until", "lag", "rejected", "duplicates"))
        return {"?": {**nothing, "problem": str(error), "notes": []}}


def status_result(status: Status) -> Result:
    """Engines and streams, a row each, and what is wrong with them."""
    engines = [(name, engine.state, engine.pid, engine.address) for name, engine in status.engines.items()]
    parts: list[Sheet | str] = [
        status.url,
        *([str(status.sql)] if status.sql else []),
        Sheet(
            [Column("engine"), Column("state", style=_colour), right("pid", as_text=_plain), Column("address")], engines
        ),
    ]
    asked = ", ".join(each.metrics for each in status.engines.values() if each.metrics)
    parts += [f"Metrics for Prometheus: {asked}"] if asked else []
    for name, engine in status.engines.items():
        if engine.error:
            failing = "ends again and again; its last error: " if engine.state == "failing" else ""
            parts.append(f"{name} {failing}{engine.error}")
    if status.streams:
        heads = ("stream", "job", "complete until", "lag by partition", "rejected", "duplicates")
        parts.append(Sheet([Column(head) for head in heads], [_row(*each) for each in status.streams.items()]))
    parts.append(status.access)
    for name, stream in status.streams.items():
        parts += [f"{name}: {said}" for said in (stream["problem"], *stream["notes"]) if said]
    return Result(asdict(status), parts)


def _row(name: str, stream: dict[str, Any]) -> tuple[object, ...]:
    lag = stream["lag"]
    lags = " ".join(f"{partition}:{count}" for partition, count in lag.items()) if lag else "?"
    counts = ("?" if stream[key] is None else stream[key] for key in ("rejected", "duplicates"))
    return name, stream["job"] or "?", stream["complete_until"] or "?", lags, *counts


def _colour(state: str) -> str:
    return {"ready": "green", "down": "red", "failing": "red"}.get(state, "yellow")


def _plain(pid: int | None) -> str:
    return str(pid or "")
