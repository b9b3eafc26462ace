"""One stack on one machine: up, down, status, and the environment by which everything finds it."""

from __future__ import annotations

import shlex
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from hashlib import sha256

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from compose.embedded import configuration, preparation
from compose.embedded.downloads import Progress
from compose.embedded.engines import ENGINES, JAVA_OPENS, SERVICES, Memory, Program, programs
from compose.embedded.environments import lock
from compose.embedded.layout import Layout
from compose.embedded.leftovers import MARK, end_leftovers
from compose.embedded.machine import check_machine
from compose.embedded.ports import Ports, choose, recall
from compose.embedded.probes import Addresses, probe
from compose.embedded.runtime import Runtime, install
from compose.embedded.secrets import Secrets, load_or_make, write_private
from compose.embedded.settings import StackSettings
from compose.embedded.supervisor import ProgramState, Supervisor
from compose.errors import EngineError, MachineError

__all__ = ["Stack"]

PATIENCE = 180
CRASHING_PATIENCE = 20
WAREHOUSE = "s3://lake/warehouse"
STOP_STAGES = (SERVICES, ("trino", "taskmanager", "jobmanager"), ("kafka",), ("objectstore", "postgres"))
Say = Callable[[str], None]


class Stack:
    """The stack of one home. Cheap to make; every method looks at what really runs."""

    def __init__(self, settings: StackSettings) -> None:
        self.settings = settings
        self.layout = Layout(settings.home)
        self.supervisor = Supervisor(self.layout)

    def start_engines(self, say: Say, progress: Progress) -> dict[str, str]:
        """Install what is missing, start every engine, wait until each answers; `environment()` of the result.

        Idempotent: what runs unchanged is left alone, what changed since is restarted.

        Raises:
            StackError: one line about what is wrong with the machine, the installation or an engine.
        """
        running = self.supervisor.alive()
        if not running:
            check_machine(self.layout.home)
        self.layout.make()
        with lock(self.layout.run / "up.lock"):
            runtime = install(self.settings, say, progress)
            running = self.supervisor.alive()
            if not running:
                self._clear_up(say)
                choose(self.settings, self.layout.ports)
            self._configure(runtime)
            self._prepare(runtime, running)
            self._begin(ENGINES)
            self.await_answers(ENGINES, say)
            return self.environment(runtime)

    def start_services(self, say: Say, names: Sequence[str] = SERVICES) -> None:
        """Start our own processes; wait until the web service is alive. The engines must run, the streams be applied."""
        self._begin(names)
        self.await_answers(names, say)

    def down(self, say: Say) -> None:
        """Stop everything of this home, in the reverse order; also what an earlier, killed supervisor left behind."""
        if self.supervisor.alive():
            for stage in STOP_STAGES:
                with ThreadPoolExecutor(len(stage)) as pool:
                    list(pool.map(self.supervisor.stop, stage))
                say("Stopped " + ", ".join(stage))
            self.supervisor.shutdown()
        end_leftovers(self.layout)
        self.layout.socket.unlink(missing_ok=True)

    def states(self) -> dict[str, ProgramState]:
        """Of every program; empty while the stack is down."""
        return self.supervisor.states()

    def await_answers(self, names: Sequence[str], say: Say) -> None:
        """Wait for all of them at once; one line as each answers."""
        begun = time.monotonic()

        def wait(name: str) -> None:
            self._await_answer(name)
            say(f"{name:<12} ready  {time.monotonic() - begun:5.1f} s")

        with ThreadPoolExecutor(len(names)) as pool:
            for waiting in [pool.submit(wait, name) for name in names]:
                waiting.result()

    def environment(self, runtime: Runtime | None = None) -> dict[str, str]:
        """The WINDOWPANE_* variables; written at `up` (then `runtime` is given), read from the home afterwards.

        Raises:
            MachineError: there was no `up` in this home yet.
        """
        if runtime is None:
            if not self.layout.environment.exists():
                raise MachineError(f"there is no stack in {self.layout.home}; run ./windowpane up")
            lines = shlex.split(self.layout.environment.read_text())
            return dict(word.split("=", 1) for word in lines if "=" in word)
        variables = self._variables(runtime)
        text = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
        write_private(self.layout.environment, text)
        return variables

    @property
    def ports(self) -> Ports:
        """Those of the last `up`."""
        known = recall(self.layout.ports)
        if not known:
            raise MachineError(f"there is no stack in {self.layout.home}; run ./windowpane up")
        return Ports(**known)

    @property
    def url(self) -> str:
        """Of the page."""
        return f"http://{self.settings.host}:{self.ports.web}/"

    @property
    def addresses(self) -> Addresses:
        """Where each engine listens."""
        at = {name: f"127.0.0.1:{port}" for name, port in recall(self.layout.ports).items()}
        return Addresses(
            web=f"{self.settings.host}:{self.ports.web}",
            kafka=at["kafka"],
            postgres=at["postgres"],
            objectstore=at["objectstore"],
            trino=at["trino"],
            flink=at["flink"],
            catalog_uri=f"postgresql://windowpane:{self._secrets.postgres_password}@{at['postgres']}/windowpane",
        )

    @cached_property
    def _secrets(self) -> Secrets:
        return load_or_make(self.layout.secrets)

    @property
    def _memory(self) -> Memory:
        return Memory(self.settings.taskmanager_heap_mb, self.settings.trino_heap_mb)

    def _clear_up(self, say: Say) -> None:
        ended = end_leftovers(self.layout)
        if ended:
            say(f"Ended {ended} processes of an earlier run")
        # A job starts from the lake, never from an earlier run's checkpoints.
        shutil.rmtree(self.layout.checkpoints, ignore_errors=True)
        self.layout.make()

    def _configure(self, runtime: Runtime) -> None:
        """Render all configuration; a program's environment carries its hash, so a change restarts what it concerns."""
        preparation.assemble_flink(self.layout, runtime)
        context = {
            "ports": self.ports, "secrets": self._secrets, "runtime": runtime, "memory": self._memory,
            "etc": self.layout.etc, "data": self.layout.data, "warehouse": WAREHOUSE,
            "checkpoints": self.layout.checkpoints.as_uri(), "java_opens": JAVA_OPENS,
        }  # fmt: skip
        configuration.write_all(self.layout.home, context)
        wanted = programs(
            self.settings, self.layout, runtime, self.ports, self._memory, self._variables(runtime)
        )
        keys = {program.name: self._configuration_key(program, runtime) for program in wanted}
        for program in wanted:
            program.environment.update({MARK: str(self.layout.home), "WINDOWPANE_CONFIGURATION": keys[program.name]})
        self._write_supervisor_config(wanted)

    def _write_supervisor_config(self, wanted: Sequence[Program]) -> None:
        import os

        context = {
            "programs": wanted, "socket": self.layout.socket, "log": self.layout.log, "run": self.layout.run,
            "home": self.layout.home, "user": "root" if os.geteuid() == 0 else "",
        }  # fmt: skip
        write_private(self.layout.supervisor_config, configuration.render("supervisord.conf", context))

    def _configuration_key(self, program: Program, runtime: Runtime) -> str:
        prefixes = {"postgres": ("p",), "objectstore": ("s3",), "kafka": ("server", "kafka"),
                    "jobmanager": ("flink",), "taskmanager": ("flink",), "trino": ("trino",)}.get(program.name, ())  # fmt: skip
        key = sha256()
        for template, place in configuration.FILES.items():
            if template.startswith(tuple(prefixes)) and prefixes:
                key.update((self.layout.home / place).read_bytes())
        if program.name in ("jobmanager", "taskmanager"):
            key.update(" ".join(map(str, runtime.flink_lib)).encode())
        return key.hexdigest()[:12]

    def _prepare(self, runtime: Runtime, running: bool) -> None:
        if running:
            self.supervisor.reload_programs()
        else:
            with ThreadPoolExecutor(2) as pool:
                formatted = pool.submit(preparation.format_kafka, self.layout, runtime, self._secrets)
                preparation.make_postgres_cluster(self.layout, runtime, self._secrets)
                formatted.result()
            self.supervisor.start()

    def _begin(self, names: Sequence[str]) -> None:
        for name in names:
            self.supervisor.begin(name)

    def _await_answer(self, name: str) -> None:
        crashing_since: float | None = None

        def answers() -> bool:
            nonlocal crashing_since
            if self.states()[name].running:
                crashing_since = None
            elif time.monotonic() - (crashing_since := crashing_since or time.monotonic()) > CRASHING_PATIENCE:
                raise EngineError(self._complaint(name, "keeps ending"))
            if name == "postgres":
                self._bootstrap_catalog()
            return probe(name, self.addresses)

        try:
            Retrying(stop=stop_after_delay(PATIENCE), wait=wait_fixed(0.2), retry=retry_if_result(lambda up: not up))(answers)
        except RetryError:
            raise EngineError(self._complaint(name, f"does not answer after {PATIENCE} s")) from None

    def _bootstrap_catalog(self) -> None:
        import psycopg

        try:
            preparation.bootstrap_catalog(self.ports, self._secrets)
        except psycopg.OperationalError:
            return

    def _complaint(self, name: str, what: str) -> str:
        log = self.layout.log / f"{name}.log"
        last = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
        return f"{name} {what}; its last line: {' '.join(last)[:200]!r}; see {log}"

    def _variables(self, runtime: Runtime) -> dict[str, str]:
        addresses = self.addresses
        return {
            "WINDOWPANE_HOME": str(self.layout.home),
            "WINDOWPANE_STREAMS": str(self.settings.streams),
            "WINDOWPANE_HOST": self.settings.host,
            "WINDOWPANE_PORT": str(self.ports.web),
            "WINDOWPANE_KAFKA": addresses.kafka,
            "WINDOWPANE_CATALOG_URI": addresses.catalog_uri,
            "WINDOWPANE_S3_ENDPOINT": f"http://{addresses.objectstore}",
            "WINDOWPANE_S3_ACCESS_KEY": self._secrets.s3_access_key,
            "WINDOWPANE_S3_SECRET_KEY": self._secrets.s3_secret_key,
            "WINDOWPANE_WAREHOUSE": WAREHOUSE,
            "WINDOWPANE_CHECKPOINTS": self.layout.checkpoints.as_uri(),
            "WINDOWPANE_TRINO": addresses.trino,
            "WINDOWPANE_FLINK": addresses.flink,
            "WINDOWPANE_FLINK_PYTHON": str(runtime.flink_python),
            "WINDOWPANE_FLINK_HOME": str(self.layout.flink),
            "WINDOWPANE_JAVA17": str(runtime.java17),
        }
