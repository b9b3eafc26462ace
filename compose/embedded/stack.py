"""One stack on one machine: up, down, and the environment by which everything finds it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import psycopg

from compose.embedded import preparation
from compose.embedded.class_archives import being_written, collect
from compose.embedded.configuration import configure
from compose.embedded.downloads import Progress
from compose.embedded.engines import ENGINES, SERVICES, Memory
from compose.embedded.environments import cache_directory, lock
from compose.embedded.layout import Layout
from compose.embedded.leftovers import end_leftovers
from compose.embedded.machine import check_machine
from compose.embedded.ports import Ports, choose, reachable, recall
from compose.embedded.probes import Addresses, probe
from compose.embedded.runtime import Runtime, install
from compose.embedded.secrets import Secrets, load_or_make, write_private
from compose.embedded.settings import StackSettings
from compose.embedded.supervisor import ProgramState, Supervisor
from compose.embedded.variables import as_script, catalog_uri, exported, from_script
from compose.embedded.waiting import until
from compose.errors import EngineError, MachineError

__all__ = ["Stack"]

PATIENCE = 300.0
CRASHING_PATIENCE = 20.0
STOP_STAGES = (SERVICES, ("trino", "taskmanager", "jobmanager"), ("kafka",), ("objectstore", "postgres"))
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
        if not self.supervisor.alive():
            check_machine(self.layout.home)
        self.layout.make()
        with lock(self.layout.run / "up.lock"):
            runtime = install(self.settings, say, progress)
            alive = self.supervisor.alive()
            if not alive:
                self._clear_up(say)
                collect(self.layout.new_classes, runtime.cache)
                choose(self.settings, self.layout.ports)
            variables = exported(self.settings, self.layout, self.ports, self._secrets, runtime)
            write_private(self.layout.environment, as_script(variables))
            memory = Memory(self.settings.taskmanager_heap_mb, self.settings.trino_heap_mb)
            preparation.assemble_flink(self.layout, runtime)
            configure(self.settings, self.layout, runtime, self.ports, self._secrets, memory, variables)
            if alive:
                self.supervisor.reload_programs()
            else:
                self._prepare(runtime)
                self.supervisor.start()
            for name in ENGINES:
                self.supervisor.begin(name)
            begun = time.monotonic()
            self._await([name for name in ENGINES if name != "trino"], begun, say)
            for name in early:
                self.supervisor.begin(name)
            self._await(["trino"], begun, say)
        return variables

    def start_services(self, say: Say, names: Sequence[str] = SERVICES) -> None:
        """Start our own processes; wait until the web service is alive. Engines must run, streams be applied."""
        for name in names:
            self.supervisor.begin(name)
        self._await(names, time.monotonic(), say)

    def down(self, say: Say) -> None:
        """Stop everything of this home, in the reverse order; also what an earlier, killed supervisor left behind."""
        if not self.layout.run.exists():
            return
        with lock(self.layout.run / "up.lock"):
            if self.supervisor.alive():
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
        """Of every program; empty while the stack is down."""
        return self.supervisor.states()

    def answers(self, name: str) -> bool:
        """Whether the named program answers a client's question now."""
        return probe(name, self.addresses)

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
            MachineError: there was no `up` in this home yet.
        """
        known = recall(self.layout.ports)
        if not known:
            raise self._no_stack()
        return Ports(**known)

    @property
    def url(self) -> str:
        """Of the page, for a browser on this machine."""
        return f"http://{reachable(self.settings.host)}:{self.ports.web}/"

    @property
    def addresses(self) -> Addresses:
        """Where each engine listens."""
        return Addresses.of(reachable(self.settings.host), self.ports, catalog_uri(self.ports, self._secrets))

    @cached_property
    def _secrets(self) -> Secrets:
        return load_or_make(self.layout.secrets)

    def _no_stack(self) -> MachineError:
        return MachineError(f"there is no stack in {self.layout.home}; run ./windowpane up")

    def _clear_up(self, say: Say) -> None:
        ended = end_leftovers(self.layout)
        if ended:
            say(f"Ended {ended} processes of an earlier run")
        # A job starts from the lake, never from an earlier run's checkpoints.
        shutil.rmtree(self.layout.checkpoints, ignore_errors=True)
        self.layout.make()

    def _prepare(self, runtime: Runtime) -> None:
        with ThreadPoolExecutor(1) as pool:
            formatted = pool.submit(preparation.format_kafka, self.layout, runtime, self._secrets)
            preparation.make_postgres_cluster(self.layout, runtime, self._secrets)
            formatted.result()

    def _await(self, names: Sequence[str], begun: float, say: Say) -> None:
        """Wait for all of them at once; one line as each answers."""

        def wait(name: str) -> None:
            self._await_answer(name)
            say(f"{name:<12} ready  {time.monotonic() - begun:5.1f} s")

        with ThreadPoolExecutor(len(names)) as pool:
            for waiting in [pool.submit(wait, name) for name in names]:
                waiting.result()

    def _await_answer(self, name: str) -> None:
        crashing_since: float | None = None

        def ready() -> bool:
            nonlocal crashing_since
            if self.states()[name].running:
                crashing_since = None
            elif time.monotonic() - (crashing_since := crashing_since or time.monotonic()) > CRASHING_PATIENCE:
                raise EngineError(self._complaint(name, "keeps ending"))
            if name == "postgres" and not self._catalog_made():
                return False
            return self.answers(name)

        try:
            until(ready, PATIENCE, every=0.3)
        except TimeoutError:
            raise EngineError(self._complaint(name, f"does not answer after {PATIENCE:.0f} s")) from None

    def _catalog_made(self) -> bool:
        """PostgreSQL is ready once it holds the catalog's database."""
        try:
            preparation.bootstrap_catalog(self.ports, self._secrets)
        except psycopg.OperationalError:
            return False
        return True

    def _complaint(self, name: str, what: str) -> str:
        log = self.layout.log / f"{name}.log"
        last = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
        return f"{name} {what}; its last line: {' '.join(last)[:200]!r}; see {log}"
