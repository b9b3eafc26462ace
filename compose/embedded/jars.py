"""Which jars each part needs, and the lock that pins every one of them.

The roots below are what a person decides. `python -m compose.embedded.lock` resolves them, with what they depend on,
into `jars.lock`: one line `<set> <coordinate> <bytes> <sha256>` per file, where a coordinate is
`group:artifact:packaging[:classifier]:version`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compose.errors import InstallError

LOCK = Path(__file__).with_name("jars.lock")


@dataclass(frozen=True)
class Root:
    """A coordinate somebody chose; `transitive` brings its compile and run-time dependencies."""

    coordinate: str
    transitive: bool = False


ROOTS: dict[str, tuple[Root, ...]] = {
    "kafka": (
        Root("org.apache.kafka:kafka_2.13:jar:4.3.1", transitive=True),
        # Kafka logs through slf4j 1.7 and does not depend on a binding.
        Root("org.apache.logging.log4j:log4j-slf4j-impl:jar:2.25.4"),
    ),
    "flink": (
        Root("org.apache.flink:flink-sql-connector-kafka:jar:4.0.1-2.0"),
        Root("org.apache.iceberg:iceberg-flink-runtime-2.1:jar:1.11.0"),
        Root("org.apache.iceberg:iceberg-aws-bundle:jar:1.11.0"),
        # Iceberg's Flink runtime always loads Hadoop's Configuration class.
        Root("org.apache.hadoop:hadoop-client-api:jar:3.4.3"),
        Root("org.apache.hadoop:hadoop-client-runtime:jar:3.4.3"),
        Root("org.postgresql:postgresql:jar:42.7.14"),
        # The newest airlift stats that runs on Java 17, and what its digests need at run time.
        Root("io.airlift:stats:jar:232"),
        Root("io.airlift:slice:jar:2.3"),
        Root("org.weakref:jmxutils:jar:1.23"),
        Root("org.openjdk.jol:jol-core:jar:0.16"),
        Root("it.unimi.dsi:fastutil:jar:8.5.12"),
        Root("com.google.guava:guava:jar:31.1-jre"),
        Root("com.google.guava:failureaccess:jar:1.0.1"),
        # Patterns of cleaning, in linear time and as the edge's RE2 takes them.
        Root("com.google.re2j:re2j:jar:1.8"),
    ),
    "objectstore": (Root("org.gaul:s3proxy:jar:jar-with-dependencies:4.1.0"),),
    "trino": (
        Root("io.trino:trino-server-core:tar.gz:476"),
        Root("io.trino:trino-iceberg:zip:476"),
        Root("com.zaxxer:HikariCP:jar:7.1.0"),
    ),
    # Our plugin is compiled against them; Trino has its own.
    "trino-plugin": (Root("io.trino:trino-spi:jar:476"), Root("io.trino:trino-plugin-toolkit:jar:476")),
    # Peers of `bench peers`. What these depend on beside Spark's own jars; the Kafka client is Spark's, not ours.
    "spark": (
        Root("org.apache.spark:spark-sql-kafka-0-10_2.13:jar:4.2.0"),
        Root("org.apache.spark:spark-token-provider-kafka-0-10_2.13:jar:4.2.0"),
        Root("org.apache.kafka:kafka-clients:jar:3.9.2"),
        Root("org.apache.commons:commons-pool2:jar:2.13.1"),
    ),
    "kafka-streams": (  # beside the set kafka
        Root("org.apache.kafka:kafka-streams:jar:4.3.1"),
        Root("org.rocksdb:rocksdbjni:jar:10.1.3"),
    ),
    "parsers": (  # of `bench parsers`
        Root("com.alibaba.fastjson2:fastjson2:jar:2.0.60"),
        Root("org.simdjson:simdjson-java:jar:0.4.0"),
    ),
    "profiler": (Root("tools.profiler:jfr-converter:jar:4.2"),),  # of `bench --profile`
    "compiler": (Root("org.eclipse.jdt:ecj:jar:3.46.0"),),
    "test": (Root("org.junit.platform:junit-platform-console-standalone:jar:1.14.4"),),
}


@dataclass(frozen=True)
class Jar:
    """One file of a Maven repository, pinned. Usually a jar; Trino comes as archives."""

    set: str
    group: str
    artifact: str
    packaging: str
    classifier: str
    version: str
    size: int
    sha256: str

    @property
    def file_name(self) -> str:
        """The name Maven repositories give the file."""
        classifier = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{classifier}.{self.packaging}"

    @property
    def path(self) -> str:
        """Its path inside a Maven repository."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file_name}"

    @property
    def line(self) -> str:
        """Its line in the lock."""
        middle = f":{self.classifier}" if self.classifier else ""
        coordinate = f"{self.group}:{self.artifact}:{self.packaging}{middle}:{self.version}"
        return f"{self.set} {coordinate} {self.size} {self.sha256}"


def parse_line(line: str) -> Jar:
    """A `Jar` from a line of the lock.

    Raises:
        InstallError: the line has not the form the module names.
    """
    try:
        set_name, coordinate, size, sha256 = line.split()
        group, artifact, packaging, *classifier, version = coordinate.split(":")
        if len(classifier) > 1 or len(sha256) != 64:
            raise ValueError
        return Jar(set_name, group, artifact, packaging, "".join(classifier), version, int(size), sha256)
    except ValueError:
        raise InstallError(f"{LOCK.name}: cannot read the line {line!r}; make the lock again") from None


def read_lock(path: Path = LOCK) -> tuple[Jar, ...]:
    """Every pinned file, in the order of the lock."""
    lines = path.read_text().splitlines()
    return tuple(parse_line(line) for line in lines if line and not line.startswith("#"))


def jars_of(*sets: str, lock: tuple[Jar, ...] | None = None) -> tuple[Jar, ...]:
    """The pinned files of the named sets."""
    return tuple(jar for jar in (lock or read_lock()) if jar.set in sets)
