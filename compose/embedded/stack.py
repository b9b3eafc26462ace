"""One stack on one machine: up, down, and the environment by which everything finds it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import cached_property

import psycopg

from compose.embedded import preparation
from compose.embedded.certificates import SqlDoor, prepare_certificate, sql_door
from compose.embedded.class_archives import being_written, collect
from compose.embedded.configuration import configure
from compose.embedded.endings import Endings
from compose.embedded.engines import DEMONSTRATIONS, ENGINES, SERVICES, Memory
from compose.embedded.environments import cache_directory, lock
from compose.embedded.jar_cache import Progress
from compose.embedded.layout import Layout
from compose.embedded.leftovers import end_leftovers, remove_stale_pid_file
from compose.embedded.machine import check_disk, check_machine
from compose.embedded.ports import LOOPBACK, OF_PROGRAMS, Ports, choose, choose_anew, is_free, reachable, recall
from compose.embedded.probes import Addresses, listens, probe
from compose.embedded.readiness import Readiness
from compose.embedded.runtime import Runtime, install
from compose.embedded.secrets import Secrets, load_or_make, write_private
from compose.embedded.settings import StackSettings
from compose.embedded.supervisor import ProgramState, Supervisor
from compose.embedded.variables import as_script, catalog_uri, exported, from_script
from compose.errors import EngineError, MachineError, PortTakenError
from streams import definition_files

PORT_CHOICES = 5
STOP_STAGES = (
    (*SERVICES, *DEMONSTRATIONS),
    ("trino", "taskmanager", "jobmanager"),
    ("kafka",),
    ("objectstore", "postgres"),
)
Say = Callable[[str], None]


class Stack:
    """The stack of one home. Cheap to make; every method looks at what really runs."""

    def __init__(self, settings: StackSettings) -> None:
        self.settings = settings
        self.layout = Layout(settings.home)
        self.supervisor = Supervisor(self.layout)

    def start_engines(self, say: Say, progress: Progress, early: Sequence[str] = ()) -> dict[str, str]:
        """Install what is missing, start every engine, wait until each answers; the variables to reach them.

        Idempotent: what runs unchanged is left alone, what changed since is restarted. The services named `early` are
        begun as soon as all but Trino answer: it starts longest, and jobs do not need it.

        Raises:
            StackError: one line about what is wrong with the machine, the installation or an engine.
        """
        if self.supervisor.alive():
            check_disk(self.layout.home)
        else:
            check_machine(self.layout.home)
        self.layout.make()
        with lock(self.layout.run / "up.lock"):
            runtime = install(self.settings, say, progress)
            if self.supervisor.alive():
                choose_anew(self.settings, self.layout.ports, ())
            else:
                self._clear_up(say)
                collect(self.layout.new_classes, runtime.cache)
                choose(self.settings, self.layout.ports)
            preparation.assemble_flink(self.layout, runtime)
            for _ in range(PORT_CHOICES):
                variables, changed = self._configure(runtime)
                if self.supervisor.alive():
                    for name, state in self.states().items():
                        if state.running and name in changed:
                            say(f"Restarting {name}, for this changed: {'; '.join(changed[name])}")
                    self.supervisor.reload_programs()
                else:
                    self._prepare(runtime)
                    self.supervisor.start()
                try:
                    self._run_engines(say, early)
                except PortTakenError as error:
                    say(f"{error}; trying others")
                else:
                    return variables
            raise MachineError(
                "the ports of engines are taken by others again and again; set them (docs/operations.md)"
            )

    def start_services(self, say: Say, names: Sequence[str] = SERVICES) -> None:
        """Start our own processes; wait until the web service is alive. Engines must run, streams be applied."""
        for name in names:
            self.supervisor.begin(name)
        self._readiness.wait(names, time.monotonic(), say)

    def down(self, say: Say) -> None:
        """Stop everything of this home, in the reverse order; also what an earlier, killed supervisor left behind."""
        if not self.layout.run.exists():
            return
        with lock(self.layout.run / "up.lock"):
            if self._can_be_asked(say):
                if being_written(self.layout.etc):
                    say("Engines keep what they learnt, to start faster: this once it takes half a minute longer")
                for stage in STOP_STAGES:
                    with ThreadPoolExecutor(len(stage)) as pool:
                        list(pool.map(self.supervisor.stop, stage))
                    say("Stopped " + ", ".join(stage))
            self.supervisor.shutdown()
            end_leftovers(self.layout)
            collect(self.layout.new_classes, cache_directory())
            self.layout.remove_socket()

    def states(self) -> dict[str, ProgramState]:
        """Of every program; empty while the stack is down. Raises EngineError if the supervisor could not be asked."""
        return self.supervisor.states()

    def answers(self, name: str) -> bool:
        """Whether the named program, and not another at its port, answers a client's question now.

        PostgreSQL, which may run as another user, proves by its password that it is ours.
        """
        state = self.states().get(name)
        if state is None or not state.running:
            return False
        ports = OF_PROGRAMS.get(name, ()) if name != "postgres" else ()
        known = vars(self.ports)
        return probe(name, self.addresses) and listens(state.pid, {known[port] for port in ports})

    def failing(self) -> set[str]:
        """The programs that ended by themselves again and again of late."""
        return Endings(self.layout.endings).failing()

    def environment(self) -> dict[str, str]:
        """The WINDOWPANE_* variables, as `up` wrote them.

        Raises:
            MachineError: there was no `up` in this home yet.
        """
        variables = from_script(self.layout.environment)
        if not variables:
            raise self._no_stack()
        return variables

    @property
    def ports(self) -> Ports:
        """Those of the last `up`.

        Raises:
            MachineError: there was no `up` in this home yet, or only one of an older version.
        """
        known = recall(self.layout.ports)
        if not known:
            raise self._no_stack()
        if len(known) < len(fields(Ports)):
            raise MachineError(
                f"an older version started the stack in {self.layout.home}; ./windowpane up makes it anew"
            )
        return Ports(**known)

    @property
    def url(self) -> str:
        """Of the page, for a browser on this machine."""
        return f"http://{reachable(self.settings.host)}:{self.ports.web}/"

    @property
    def addresses(self) -> Addresses:
        """Where each engine listens."""
        hosts = (reachable(self.settings.host), reachable(self.settings.trino_host))
        rpc = reachable(self.settings.rpc_host)
        return Addresses.of(*hosts, self.ports, catalog_uri(self.ports, self._secrets), rpc)

    @property
    def sql_door(self) -> SqlDoor | None:
        """Where SQL clients ask; None before the first `up`."""
        return sql_door(self.addresses.trino, self.layout)

    @cached_property
    def _secrets(self) -> Secrets:
        return load_or_make(self.layout.secrets)

    def _no_stack(self) -> MachineError:
        return MachineError(f"there is no stack in {self.layout.home}; run ./windowpane up")

    def _clear_up(self, say: Say) -> None:
        ended = end_leftovers(self.layout)
        if ended:
            say(f"Ended {ended} processes of an earlier run")
        remove_stale_pid_file(self.layout)
        # A job starts from the lake, never from an earlier run's checkpoints.
        shutil.rmtree(self.layout.checkpoints, ignore_errors=True)
        self.layout.make()

    def _prepare(self, runtime: Runtime) -> None:
        with ThreadPoolExecutor(1) as pool:
            formatted = pool.submit(preparation.format_kafka, self.layout, runtime, self._secrets)
            preparation.make_postgres_cluster(self.layout, runtime, self._secrets)
            formatted.result()

    def _configure(self, runtime: Runtime) -> tuple[dict[str, str], dict[str, list[str]]]:
        """The variables, and what changed for which program."""
        certificate = prepare_certificate(self.settings, self.layout)
        variables = exported(self.settings, self.layout, self.ports, self._secrets, runtime, certificate)
        write_private(self.layout.environment, as_script(variables))
        slots = Memory.slots_for(len(definition_files(self.settings.streams)))
        memory = Memory(self.settings.taskmanager_heap_mb, self.settings.trino_heap_mb, taskmanager_slots=slots)
        changed = configure(
            self.settings, self.layout, runtime, self.ports, self._secrets, memory, certificate, variables
        )
        return variables, changed

    def _run_engines(self, say: Say, early: Sequence[str]) -> None:
        for name in ENGINES:
            self.supervisor.begin(name)
        begun = time.monotonic()
        self._readiness.wait([name for name in ENGINES if name != "trino"], begun, say)
        for name in early:
            self.supervisor.begin(name)
        self._readiness.wait(["trino"], begun, say)

    @property
    def _readiness(self) -> Readiness:
        return Readiness(self.supervisor, self.layout.log, self._ready, self._check_ports)

    def _ready(self, name: str) -> bool:
        return (name != "postgres" or self._catalog_made()) and self.answers(name)

    def _check_ports(self, name: str) -> None:
        """Choose others in place of ports of a stopped program that somebody else holds, and raise PortTakenError."""
        settings = self.settings
        hosts = {"web": settings.host, "trino": settings.trino_host, "rpc": settings.rpc_host}
        host = hosts.get(name, LOOPBACK)
        taken = choose_anew(
            self.settings, self.layout.ports, OF_PROGRAMS.get(name, ()), lambda port: is_free(port, host)
        )
        if taken:
            raise PortTakenError(name, taken)

    def _can_be_asked(self, say: Say) -> bool:
        try:
            return self.supervisor.alive()
        except EngineError as error:
            say(f"{error}; it is ended by its pid")
            return False

    def _catalog_made(self) -> bool:
        """PostgreSQL is ready once it holds the catalog's database."""
        try:
            preparation.bootstrap_catalog(self.ports, self._secrets)
        except psycopg.OperationalError:
            return False
        return True
