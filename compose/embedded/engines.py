"""The programs of a stack, as data: how each is run, in which order, and how it is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from compose.embedded.class_archives import arguments_file
from compose.embedded.layout import Layout
from compose.embedded.ports import Ports
from compose.embedded.room import enough_to_start
from compose.embedded.runtime import Runtime
from compose.embedded.settings import CHECKOUT, StackSettings
from compose.embedded.unprivileged import as_ordinary_user
from compose.embedded.variables import OPERATOR_KEY, SOURCES_KEY

ENGINES = ("postgres", "objectstore", "kafka", "jobmanager", "taskmanager", "trino")
"""In the order they are started; stopped the other way round."""
SERVICES = ("web", "keeper", "sources", "rpc", "agent")
"""Ours, started once the streams are applied."""
DEMONSTRATIONS = ("clinical_site",)
"""What `up --with` starts, and every `up` after that: others' systems, made up, which are told nothing of ours."""
LISTENER = "watch"
"""Told of these events by the supervisor; starts and ends with it."""
LISTENS_TO = (
    "PROCESS_STATE_EXITED", "PROCESS_STATE_BACKOFF", "PROCESS_STATE_FATAL", "PROCESS_STATE_STOPPED", "TICK_5",
)  # fmt: skip

# Flink's own list for Java 17 (its default env.java.opts.all).
JAVA_OPENS = (
    "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
    "--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    *(
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in (
            "java.lang", "java.net", "java.io", "java.nio", "sun.nio.ch", "java.lang.reflect", "java.text", "java.time",
            "java.util", "java.util.concurrent", "java.util.concurrent.atomic", "java.util.concurrent.locks",
        )
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Memory:
    """What each process may use, in MiB, so that the whole stack stays within 4.5 GiB resident."""

    taskmanager_heap_mb: int
    trino_heap_mb: int
    kafka_heap_mb: int = 512
    jobmanager_heap_mb: int = 512
    objectstore_heap_mb: int = 128
    taskmanager_slots: int = 13

    @staticmethod
    def slots_for(streams: int) -> int:
        """Slots in which jobs of so many streams run, and replays beside them."""
        return max(13, 3 * streams + 1)

    @property
    def postgres_connections(self) -> int:
        """A job takes one for each table that it writes, and one to begin; Trino and our services forty, sources as
        many as run at once. Whoever finds none is refused: a job or a replay then does not begin."""
        return 60 + 8 * self.taskmanager_slots

    @property
    def taskmanager_managed_mb(self) -> int:
        """What aggregates are merged in; each slot has as much."""
        return 20 * self.taskmanager_slots

    @property
    def taskmanager_network_mb(self) -> int:
        """What is on the way from one operator to the next."""
        return 10 * self.taskmanager_slots

    @property
    def taskmanager_direct_mb(self) -> int:
        """Flink's framework off-heap and network memory, both direct buffers."""
        return 128 + self.taskmanager_network_mb


@dataclass(frozen=True)
class Jvm:
    """What a JVM is started from. The class path names files in the cache, so that stacks can share class archives."""

    release: int
    home: Path
    classpath: tuple[Path | str, ...]


def jvms(runtime: Runtime) -> dict[str, Jvm]:
    """Of every engine that is a JVM."""
    flink = Jvm(17, runtime.java17, tuple(runtime.flink_lib))
    return {
        "objectstore": Jvm(17, runtime.java17, tuple(runtime.jars("objectstore"))),
        "kafka": Jvm(17, runtime.java17, tuple(runtime.jars("kafka"))),
        "jobmanager": flink,
        "taskmanager": flink,
        "trino": Jvm(25, runtime.java25, (f"{runtime.trino}/lib/*",)),
    }


@dataclass(frozen=True)
class Program:
    """One supervised process. The pid is that of the program itself: nothing wraps it once it runs.

    It has `stop_seconds` to end in order before it is killed; a JVM may write its class archive then.
    """

    name: str
    command: tuple[str, ...]
    directory: Path
    environment: dict[str, str] = field(default_factory=dict)
    stop_signal: str = "TERM"
    stop_seconds: int = 120
    stop_group: bool = True


def programs(
    settings: StackSettings, layout: Layout, runtime: Runtime, ports: Ports, memory: Memory, exported: dict[str, str]
) -> tuple[Program, ...]:
    """All programs, engines first. `exported` are the WINDOWPANE_* variables our own processes get."""
    jvm = jvms(runtime)
    return (
        _postgres(layout, runtime),
        _objectstore(layout, jvm["objectstore"], memory),
        _kafka(settings, layout, runtime, jvm["kafka"], memory),
        _jobmanager(layout, jvm["jobmanager"], memory, ports.flink_metrics),
        _taskmanager(layout, jvm["taskmanager"], memory, ports.taskmanager_metrics),
        _trino(layout, jvm["trino"], memory),
        *_services(settings, layout, runtime, ports, exported),
    )


def _java(layout: Layout, name: str, jvm: Jvm, options: Sequence[str], *words: str) -> tuple[str, ...]:
    """A JVM that dies with the supervisor, and gives way to others if it is one of those."""
    archives = f"@{arguments_file(layout.etc, name)}"
    common = ("-XX:+ExitOnOutOfMemoryError", "-Dfile.encoding=UTF-8", "-Djava.net.preferIPv4Stack=true")
    classpath = ":".join(map(str, jvm.classpath))
    java = (str(jvm.home / "bin" / "java"), archives, *common, *options, "-cp", classpath, *words)
    return (*_LATER.get(name, ()), *_BOUND, *java)


_BOUND = ("setpriv", "--pdeathsig", "KILL", "--")
_LATER = {"trino": ("nice", "-n", "2"), "taskmanager": ("nice", "-n", "5")}
"""Who gives way while the cores are busy: a message waits for Kafka's answer, a reader for Trino's, nobody for a pane.
Of a busy core nice 5 leaves a third of what others get, so that jobs still come along."""
_SMALL_HEAP = ("-XX:+UseSerialGC", "-XX:ReservedCodeCacheSize=64m")
# glibc's default of eight arenas per core costs hundreds of resident megabytes in threaded JVMs.
_JVM = {"MALLOC_ARENA_MAX": "2"}


def _postgres(layout: Layout, runtime: Runtime) -> Program:
    server = str(runtime.postgres / "bin" / "postgres")
    config = f"config_file={layout.etc / 'postgresql.conf'}"
    command = as_ordinary_user((server, "-D", str(layout.postgres), "-c", config), dies_with_parent=True)
    # INT is PostgreSQL's fast shutdown; to its children it would mean "cancel the query", so the group is left out.
    return Program("postgres", command, layout.data, stop_signal="INT", stop_group=False)


def _objectstore(layout: Layout, jvm: Jvm, memory: Memory) -> Program:
    options = (f"-Xmx{memory.objectstore_heap_mb}m", *_SMALL_HEAP, "-DLOG_LEVEL=warn")
    words = ("org.gaul.s3proxy.Main", "--properties", str(layout.etc / "s3proxy.conf"))
    command = _java(layout, "objectstore", jvm, options, *words)
    return Program("objectstore", command, layout.data, _JVM)


def _kafka(settings: StackSettings, layout: Layout, runtime: Runtime, jvm: Jvm, memory: Memory) -> Program:
    options = (
        f"-Xmx{memory.kafka_heap_mb}m",
        "-Xms256m",
        "-XX:+UseSerialGC",
        "-XX:ReservedCodeCacheSize=96m",
        f"-Dlog4j2.configurationFile=file:{layout.etc / 'kafka-log4j2.properties'}",
    )
    words = ("kafka.Kafka", str(layout.etc / "server.properties"))
    room = ("-m", "compose.embedded.room", str(layout.data), str(enough_to_start(settings.disk_reserve_mb)))
    command = (str(runtime.python), *room, *_java(layout, "kafka", jvm, options, *words))
    return Program("kafka", (*_BOUND, *command), layout.data, {**_JVM, "PYTHONPATH": str(CHECKOUT)}, stop_seconds=20)


def _flink_options(layout: Layout) -> tuple[str, ...]:
    return (*JAVA_OPENS, f"-Dlog4j.configurationFile=file:{layout.flink / 'conf' / 'log4j-console.properties'}")


def _flink_words(layout: Layout, metrics_port: int) -> tuple[str, ...]:
    """What both take; the one port whose setting has the same name for both cannot stand in the file they share."""
    return ("--configDir", str(layout.flink / "conf"), f"-Dmetrics.internal.query-service.port={metrics_port}")


def _jobmanager(layout: Layout, jvm: Jvm, memory: Memory, metrics_port: int) -> Program:
    options = (
        f"-Xmx{memory.jobmanager_heap_mb}m",
        "-Xms128m",
        "-XX:+UseSerialGC",
        # It plans and supervises: the quick compiler is enough and leaves the cores to the others.
        "-XX:TieredStopAtLevel=1",
        "-XX:ReservedCodeCacheSize=48m",
        *_flink_options(layout),
    )
    words = ("org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
             *_flink_words(layout, metrics_port), "--executionMode", "cluster")  # fmt: skip
    command = _java(layout, "jobmanager", jvm, options, *words)
    return Program("jobmanager", command, layout.data, {**_JVM, "FLINK_CONF_DIR": str(layout.flink / "conf")})


def _taskmanager(layout: Layout, jvm: Jvm, memory: Memory, metrics_port: int) -> Program:
    options = (
        f"-Xmx{memory.taskmanager_heap_mb}m",
        "-Xms512m",
        "-XX:+UseParallelGC",
        f"-XX:MaxDirectMemorySize={memory.taskmanager_direct_mb}m",
        "-XX:MaxMetaspaceSize=320m",
        "-XX:ReservedCodeCacheSize=160m",
        # The digests' library asks for object layouts; by default that attaches a second JVM to this one.
        "-Djol.skipDynamicAttach=true",
        "-Djol.skipHotspotSAAttach=true",
        *_flink_options(layout),
    )
    words = ("org.apache.flink.runtime.taskexecutor.TaskManagerRunner", *_flink_words(layout, metrics_port))
    command = _java(layout, "taskmanager", jvm, options, *words)
    return Program("taskmanager", command, layout.data, {**_JVM, "FLINK_CONF_DIR": str(layout.flink / "conf")})


def _trino(layout: Layout, jvm: Jvm, memory: Memory) -> Program:
    etc = layout.etc / "trino"
    options = (
        "-server",
        f"-Xmx{memory.trino_heap_mb}m",
        # On two cores the concurrent marking of G1 costs more than short pauses do.
        "-XX:+UseParallelGC",
        "-XX:-OmitStackTraceInFastThrow",
        "-XX:ReservedCodeCacheSize=256m",
        "-XX:PerMethodRecompilationCutoff=10000",
        "-XX:PerBytecodeRecompilationCutoff=10000",
        "-XX:+EnableDynamicAgentLoading",
        "-Djdk.attach.allowAttachSelf=true",
        "-Djdk.nio.maxCachedBufferSize=2000000",
        f"-Dconfig={etc / 'config.properties'}",
        f"-Dlog.levels-file={etc / 'log.properties'}",
        *(f"-D{line}" for line in (etc / "node.properties").read_text().splitlines()),
    )
    command = _java(layout, "trino", jvm, options, "io.trino.server.TrinoServer")
    # It reads etc/resource-groups.properties from where it runs: no setting says another place.
    return Program("trino", command, layout.home, _JVM)


def _services(
    settings: StackSettings, layout: Layout, runtime: Runtime, ports: Ports, exported: dict[str, str]
) -> tuple[Program, ...]:
    # One that is ended because it hangs says where (see watch).
    environment = {**exported, "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}
    # What large bodies took goes back to the system: a third less is held under a hundred hostile clients.
    environment |= {"MALLOC_MMAP_THRESHOLD_": str(256 << 10), "MALLOC_ARENA_MAX": "2"}
    modules = {
        "web": ("web.server", "--host", settings.host, "--port", str(ports.web)),
        "keeper": ("services.keeper",),
        "sources": ("services.sources",),
        "rpc": _rpc(settings, ports),
        "agent": ("services.agent",),
        "clinical_site": _clinical_site(layout, ports),
        LISTENER: ("compose.embedded.watch",),
    }
    return tuple(
        # The keeper may be in the middle of submitting a job, which it need not finish.
        Program(
            name,
            (*_BOUND, str(runtime.python), "-m", *words),
            layout.home,
            {key: value for key, value in environment.items() if _is_told(name, key)},
            stop_seconds=15,
        )
        for name, words in modules.items()
    )


def _rpc(settings: StackSettings, ports: Ports) -> tuple[str, ...]:
    at = ("--host", settings.rpc_host, "--port", str(ports.rpc))
    return ("rpc.server", *at, "--metrics-port", str(ports.rpc_metrics))


def _clinical_site(layout: Layout, ports: Ports) -> tuple[str, ...]:
    return ("services.clinical_site", "--users", str(layout.clinical_users), "--port", str(ports.clinical_site))


def _is_told(service: str, variable: str) -> bool:
    if service in DEMONSTRATIONS:
        return not variable.startswith("WINDOWPANE_")
    return variable not in _KEYS or _KEYS[variable] == service


_KEYS = {OPERATOR_KEY: "web", SOURCES_KEY: "sources"}
"""Variable → the only service that gets it."""
