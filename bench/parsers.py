"""What reading one message costs by our decoder and by other people's JSON parsers, on one thread.

All read the same fields of the same messages. Ours also checks what the definition asks for: UTF-8, duplicate keys,
depth, types and bounds; a message that is at fault gets a reason. The others do no more than read. Each run of each
parser is a JVM of its own; a run counts only if it read what Python's own reader reads.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.contenders import rotated
from bench.peer_programs.task import SCALE
from bench.report import Metrics
from bench.subject import declared
from compose.embedded.environments import cache_directory
from compose.embedded.java_build import build_jar
from compose.embedded.runtime import Runtime, fetched_jars, install
from compose.embedded.settings import StackSettings
from scripts.console import download_progress
from services.generator import Generator
from services.settings import ServiceSettings
from streams.decoding_plan import decoding_plan

_SOURCES = Path(__file__).parent / "parser_programs"
_VECTORS = "jdk.incubator.vector"
_LAST_ROUNDS = 3


@dataclass(frozen=True)
class Settings:
    """`messages` in each of `rounds` in each of `runs`; the figure of a run is the median of its last three rounds."""

    stream: str = "health"
    messages: int = 1_000_000
    different: int = 50_000
    rounds: int = 8
    runs: int = 5
    timeout_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class _Parser:
    """One parser on one Java; `options` are the JVM's."""

    name: str
    java: Path
    options: tuple[str, ...] = ()


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Compile once; then all parsers in each run, the first one changing."""
    installed = install(StackSettings(), say, download_progress)
    definition = declared(settings.stream, ServiceSettings())
    index = np.arange(settings.different, dtype=np.int64)
    generator = Generator(definition)
    payloads = generator.batch(index, generator.times(index, 1_760_000_000_000, 1_760_003_600_000, len(index)))
    expected = totals(payloads, settings.messages)
    classpath = _classpath(installed)
    with tempfile.TemporaryDirectory() as scratch:
        plan, messages = Path(scratch) / "plan.json", Path(scratch) / "messages.ndjson"
        plan.write_text(json.dumps(decoding_plan(definition)))
        messages.write_bytes(b"\n".join(payloads))
        parsers = _parsers(installed, say)
        for run in range(settings.runs):
            figures: dict[str, float] = {}
            for title, parser in rotated(parsers, run):
                arguments = (parser.name, plan, messages, settings.messages, settings.rounds)
                command = [parser.java, *parser.options, "-Xmx1g", "-cp", classpath, "windowpane.parsers.Parsers"]
                try:
                    done = subprocess.run(
                        [str(word) for word in (*command, *arguments)],
                        capture_output=True, text=True, check=True, timeout=settings.timeout_seconds,
                    )  # fmt: skip
                except subprocess.CalledProcessError as error:
                    complaint = [line for line in error.stderr.splitlines() if not line.startswith("WARNING")]
                    say(f"{title} failed: {' '.join(complaint[:1])}")
                    continue
                read, *rounds = done.stdout.splitlines()
                if read != expected:
                    say(f"{title} read {read}, not {expected}; its run does not count")
                    continue
                figures[f"{title}_ns"] = statistics.median(map(float, rounds[-_LAST_ROUNDS:]))
            yield figures


def totals(payloads: Sequence[bytes], messages: int) -> str:
    """What `messages` messages, these over and over, add up to: count, lengths of names, times, the three measures."""
    rounds, rest = divmod(messages, len(payloads))
    sums = np.zeros(5, dtype=np.int64)
    for place, payload in enumerate(payloads):
        message = json.loads(payload)
        free = [1 - message[name]["Free"] / message[name]["Total"] for name in ("RAM", "Disk")]
        measures = [round(value * SCALE) for value in (message["CPU"], *free)]
        numbers = [len(message["serviceName"]), message["Timestamp"], *measures]
        sums += np.array(numbers, dtype=np.int64) * (rounds + (place < rest))
    return " ".join(map(str, (messages, *sums)))


def _parsers(installed: Runtime, say: Callable[[str], None]) -> list[tuple[str, _Parser]]:
    """Those that can run: simdjson-java needs a module that not every Java has."""
    names = ("windowpane", "jackson", "fastjson2")
    javas = {"java17": installed.java17 / "bin" / "java", "java25": installed.java25 / "bin" / "java"}
    parsers = [(f"{name}_{title}", _Parser(name, java)) for title, java in javas.items() for name in names]
    modules = subprocess.run([str(javas["java25"]), "--list-modules"], capture_output=True, text=True, check=True)
    if _VECTORS not in modules.stdout:
        say(f"simdjson-java takes no part: our Java lacks {_VECTORS}; set WINDOWPANE_JAVA25 to one that has it")
        return parsers
    options = ("--add-modules", _VECTORS)
    return parsers + [
        (f"{name}_java25", _Parser(name, javas["java25"], options)) for name in ("simdjson", "simdjson_records")
    ]


def _classpath(installed: Runtime) -> str:
    jars = [*installed.flink_lib, *fetched_jars(("parsers",), download_progress)]
    (compiler,) = fetched_jars(("compiler",), download_progress)
    built = build_jar(_SOURCES, _SOURCES / "resources", jars, installed.java17, compiler, cache_directory())
    return ":".join(map(str, [built, *jars]))
