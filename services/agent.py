"""The agent: reports this machine, and each process of this stack, as health messages every second.

    python -m services.agent

CPU is a process's share of the whole machine. RAM is the machine's: free is what would be if only that process ran.
Disk is the file system that holds the process's state. Kafka may be away: messages wait for it, and what waits too long
is dropped and logged.
"""

from __future__ import annotations

import shutil
import signal
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
import psutil
import structlog

from compose.embedded.layout import Layout
from compose.embedded.supervisor import Supervisor
from compose.errors import EngineError
from services.settings import ServiceSettings
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.keys import message_keys
from streams.logs import log_json
from streams.producer import BulkProducer

_log = structlog.get_logger("agent")

_INTERVAL_SECONDS = 1.0
_LOG_AGAIN_SECONDS = 30.0
_FLUSH_SECONDS = 3.0
_GIB = 2**30
_STREAM = "health"
_NAMES = {"jobmanager": "flink-jobmanager", "taskmanager": "flink-taskmanager"}
"""Program → service, where they differ."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How busy and how full a service is at one moment. Bytes; `cpu` is a share of the machine."""

    service: str
    at_ms: int
    cpu: float
    ram_total: int
    ram_free: int
    disk_total: int
    disk_free: int

    def message(self) -> bytes:
        """As the health stream wants it, sizes in GiB."""
        return orjson.dumps(
            {
                "serviceName": self.service,
                "Timestamp": self.at_ms,
                "CPU": round(self.cpu, 6),
                "RAM": {"Total": _gib(self.ram_total), "Free": _gib(self.ram_free)},
                "Disk": {"Total": _gib(self.disk_total), "Free": _gib(self.disk_free)},
            }
        )


def _gib(size: int) -> float:
    return round(size / _GIB, 6)


class Sampler:
    """Reads the machine and the processes. A service's first reading comes with the second look at its process."""

    def __init__(self, state: Mapping[str, Path], home: Path) -> None:
        self._state, self._home = state, home
        self._cores = psutil.cpu_count() or 1
        self._before: dict[str, tuple[psutil.Process, float, float]] = {}
        psutil.cpu_percent()

    def read(self, pids: Mapping[str, int]) -> list[Reading]:
        """One reading of the machine and of each program that has a process (program → pid)."""
        at_ms = time.time_ns() // 1_000_000
        memory = psutil.virtual_memory()
        readings = [self._reading("machine", at_ms, psutil.cpu_percent() / 100, memory.total, memory.available)]
        for program, pid in pids.items():
            try:
                cpu, resident = self._process(program, pid)
            except psutil.Error:
                self._before.pop(program, None)
                continue
            if cpu is not None:
                free = max(0, memory.total - resident)
                readings.append(self._reading(program, at_ms, cpu, memory.total, free))
        return readings

    def _reading(self, program: str, at_ms: int, cpu: float, ram_total: int, ram_free: int) -> Reading:
        disk = shutil.disk_usage(self._state.get(program, self._home))
        share = min(max(cpu, 0.0), 1.0)
        return Reading(_NAMES.get(program, program), at_ms, share, ram_total, ram_free, disk.total, disk.free)

    def _process(self, program: str, pid: int) -> tuple[float | None, int]:
        """CPU share since the last look (None at the first) and resident bytes, children included."""
        process, at, used = self._before.get(program, (None, 0.0, 0.0))
        fresh = process is None or process.pid != pid or not process.is_running()
        if process is None or fresh:
            process = psutil.Process(pid)
        family = [process, *_children(program, process)]
        now, total = time.monotonic(), _cpu_seconds(family)
        self._before[program] = (process, now, total)
        return None if fresh else (total - used) / (now - at) / self._cores, _resident(family)


def _children(program: str, process: psutil.Process) -> list[psutil.Process]:
    """PostgreSQL is the one that forks; looking for children reads every process of the machine."""
    return process.children(recursive=True) if program == "postgres" else []


def _cpu_seconds(family: Iterable[psutil.Process]) -> float:
    """CPU seconds of all, with those of children that have ended."""
    seconds = 0.0
    for process in family:
        try:
            seconds += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return seconds


def _resident(family: Iterable[psutil.Process]) -> int:
    """Resident bytes of all, with what they share counted once."""
    own, shared = 0, 0
    for process in family:
        try:
            memory = process.memory_info()
        except psutil.NoSuchProcess:
            continue
        own += memory.rss - memory.shared
        shared = max(shared, memory.shared)
    return own + shared


class Reporter:
    """Sends messages, and logs once in a while when Kafka does not take them."""

    def __init__(self, producer: BulkProducer, definition: Definition) -> None:
        self._producer, self._definition = producer, definition
        self._logged_at, self._dropped = float("-inf"), 0

    def send(self, messages: list[bytes]) -> None:
        """Queue messages; never raises for Kafka's sake."""
        try:
            keys = message_keys(self._definition, messages)
            self._producer.send(self._definition.topic, messages, keys=keys)
        except WindowpaneError as error:
            if time.monotonic() - self._logged_at > _LOG_AGAIN_SECONDS:
                _log.warning("messages dropped", dropped=self._producer.failed - self._dropped, reason=str(error))
                self._logged_at, self._dropped = time.monotonic(), self._producer.failed
            return
        if self._producer.failed > self._dropped:
            _log.info("kafka is back", dropped=self._producer.failed - self._dropped)
            self._dropped = self._producer.failed

    def close(self) -> None:
        """Give what is on its way a few seconds."""
        try:
            self._producer.flush(_FLUSH_SECONDS)
        except WindowpaneError as error:
            _log.warning("messages dropped", reason=str(error))


def _state_paths(layout: Layout) -> dict[str, Path]:
    """Program → where it keeps its state, if that is there."""
    paths = {
        "postgres": layout.postgres,
        "objectstore": layout.data / "objectstore",
        "kafka": layout.data / "kafka",
        "trino": layout.data / "trino",
        "jobmanager": layout.checkpoints,
        "taskmanager": layout.checkpoints,
    }
    return {program: path for program, path in paths.items() if path.is_dir()}


def main() -> None:
    """Entry point: report until terminated."""
    log_json()
    settings = ServiceSettings()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        definition = settings.definition(_STREAM)
    except WindowpaneError as error:
        _log.warning("nothing to report to", reason=str(error))
        stop.wait()
        return
    home = settings.home.resolve()
    layout = Layout(home)
    supervisor, sampler = Supervisor(layout), Sampler(_state_paths(layout), home)
    reporter = Reporter(BulkProducer(settings.kafka), definition)
    due = time.monotonic()
    while not stop.wait(max(0.0, due - time.monotonic())):
        try:
            pids = {name: state.pid for name, state in supervisor.states().items() if state.pid}
        except EngineError as error:
            _log.warning("only this process is reported", reason=str(error))
            pids = {}
        reporter.send([reading.message() for reading in sampler.read(pids)])
        due = max(due + _INTERVAL_SECONDS, time.monotonic() - _INTERVAL_SECONDS)
    reporter.close()


if __name__ == "__main__":
    main()
