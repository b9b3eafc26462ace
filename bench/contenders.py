"""Who takes part in `bench peers`: what each runs in, and what it promises as it is run here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from streams.errors import WindowpaneError

OURS = "windowpane"
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Contender:
    """A peer: `program` is its module in bench.peer_programs, `environment` that of requirements/.

    `guarantee` is that of the program as it is run, when a process is killed and started again. `quantiles`: whether
    it can also give quantiles and distinct counts. `jars` are the sets of the lock that it needs, beside a Java 17;
    `compiled`: whether it also needs the Java sources of peer_programs/.
    """

    name: str
    title: str
    program: str
    guarantee: str
    environment: str = "peers"
    quantiles: bool = False
    jars: tuple[str, ...] = ()
    compiled: bool = False


_NONE = "none: starts over"

CONTENDERS = (
    Contender(
        OURS,
        "Windowpane: four Iceberg tables, messages checked, rejected ones kept",
        "",
        "exactly once, also over a restart without any state",
        quantiles=True,
    ),
    Contender("dict", "confluent-kafka, orjson, a dictionary; 2 processes", "with_dict", _NONE),
    Contender("duckdb", "confluent-kafka, DuckDB; 2 processes", "with_duckdb", _NONE, quantiles=True),
    Contender("polars", "confluent-kafka, Polars; 2 processes", "with_polars", _NONE, quantiles=True),
    Contender(
        "bytewax", "Bytewax, batches aggregated before they are keyed", "with_bytewax", "none: no recovery store"
    ),
    Contender("quix", "Quix Streams, keyed over a repartition topic", "with_quix", "at least once"),
    Contender(
        "pathway",
        "Pathway, the topic as a static table",
        "with_pathway",
        "none: persistence is off",
        environment="peers-pathway",
    ),
    Contender(
        "pyspark",
        "PySpark structured streaming, whole result replaced by each batch",
        "with_pyspark",
        "exactly once, from its checkpoint",
        environment="peers-pyspark",
        quantiles=True,
        jars=("spark",),
    ),
    Contender(
        "kafka_streams",
        "Kafka Streams, keyed over a repartition topic",
        "with_kafka_streams",
        "exactly once, in its store and topics",
        jars=("kafka", "kafka-streams"),
        compiled=True,
    ),
)


def chosen(names: str, quantiles: bool) -> tuple[Contender, ...]:
    """Those named with commas between, or all; of quantiles those that give them.

    Raises:
        WindowpaneError: there is no contender of a name, or none that can give what is asked.
    """
    known = {contender.name: contender for contender in CONTENDERS}
    wanted = [name.strip() for name in names.split(",") if name.strip()] or list(known)
    for name in wanted:
        if name not in known:
            raise WindowpaneError(f"{name!r} is no contender; known: {', '.join(known)}")
    able = tuple(known[name] for name in dict.fromkeys(wanted) if known[name].quantiles or not quantiles)
    if not able:
        raise WindowpaneError(f"{', '.join(wanted)}: none gives quantiles; set quantiles=0")
    return able


def rotated(contenders: Sequence[One], run: int) -> tuple[One, ...]:
    """The order of one run: each begins one further than the one before, so that none is always first."""
    first = run % len(contenders)
    return (*contenders[first:], *contenders[:first])
