"""`windowpane produce`: realistic messages, past or live, or the lines of a file."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

import click
import numpy as np

from scripts.console import message_progress
from services.generator import Generator
from services.settings import ServiceSettings
from streams import Definition
from streams.keys import message_keys
from streams.producer import BulkProducer

_DAY_MS = 86_400_000
_TICK_SECONDS = 0.05
_LINES_AT_ONCE = 5_000


@click.command(name="produce")
@click.argument("stream")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), metavar="N", help="Messages a second, live.")
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="How many messages.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed makes the same messages.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), metavar="D", help="Fill the past D days.")
@click.option(
    "--file",
    "file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Send each line as it is, valid or not; - is standard input.",
)
def command(
    stream: str, rate: float | None, count: int | None, seed: int, days: float | None, file: Path | None
) -> None:
    """Send messages to STREAM: made after its [demo] table, or from a file.

    Without options: live, as often as the stream's [demo] says, until interrupted.

    \b
    Examples:
      ./windowpane produce health --days 3         # the past three days, 40 services
      ./windowpane produce health --rate 500       # 500 messages a second until Ctrl-C
      zcat messages.ndjson.gz | ./windowpane produce health --file -
    """
    settings = ServiceSettings()
    definition = settings.definition(stream)
    if file is not None and (rate or count or days):
        raise click.UsageError("--file sends the whole file; leave out --rate, --count and --days")
    if definition.sent_by is not None:
        raise click.UsageError(f"{stream} takes messages of Windowpane itself alone")
    with _reported(settings.kafka) as producer:
        if file is not None:
            _send_file(producer, definition, file)
            return
        generator = Generator(definition, seed=seed)
        if days is not None or (count is not None and rate is None):
            send_history(producer, definition, generator, days, count)
        if rate is not None or (days is None and count is None):
            _send_live(producer, definition, generator, rate, count if days is None else None)


@contextmanager
def _reported(bootstrap: str) -> Iterator[BulkProducer]:
    """A producer; however it ends, one line says how many messages Kafka has."""
    started = time.monotonic()
    producer = BulkProducer(bootstrap)
    try:
        with producer:
            yield producer
    finally:
        seconds = time.monotonic() - started
        failed = f", {producer.failed:,} failed" if producer.failed else ""
        rate = producer.acknowledged / max(seconds, 1e-3)
        click.echo(f"{producer.acknowledged:,} messages acknowledged{failed} in {seconds:.1f} s ({rate:,.0f}/s)")


def _send_file(producer: BulkProducer, definition: Definition, file: Path) -> None:
    """One message a line, byte for byte, with its key; only the line feed is taken off."""
    with click.open_file(str(file), "rb") as lines, message_progress(file.name, None) as advance:
        while batch := list(islice(_lines(lines), _LINES_AT_ONCE)):
            producer.send(definition.topic, batch, keys=message_keys(definition, batch))
            advance(len(batch))


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    for line in file:
        yield line.removesuffix(b"\n")


def send_history(
    producer: BulkProducer, definition: Definition, generator: Generator, days: float | None, count: int | None
) -> None:
    """The past up to now: so many days at the natural pace, spread over `count` messages, or both."""
    end = time.time_ns() // 1_000_000
    if days is None:
        days = (count or 0) / max(1, generator.natural_count(0, _DAY_MS))
    start = end - max(1, round(days * _DAY_MS))
    count = count or generator.natural_count(start, end)
    with message_progress(f"{definition.name}, past", count) as advance:
        for batch in generator.history(start, end, count):
            producer.send(definition.topic, batch, keys=message_keys(definition, batch))
            advance(len(batch))


def _send_live(
    producer: BulkProducer, definition: Definition, generator: Generator, rate: float | None, count: int | None
) -> None:
    """Now, at a steady rate, until interrupted or `count` messages are sent. A late tick sends what is due."""
    rate = rate or generator.natural_count(0, _DAY_MS) / 86_400
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    sent, started, until_ms = 0, time.monotonic(), time.time_ns() // 1_000_000
    with message_progress(f"{definition.name}, live", count) as advance:
        while not stop.is_set() and (count is None or sent < count):
            now_ms = time.time_ns() // 1_000_000
            due = int((time.monotonic() - started) * rate) - sent
            due = min(due, count - sent) if count is not None else due
            if due > 0:
                at_ms = np.linspace(until_ms, now_ms, due, dtype=np.int64)
                batch = generator.batch(np.arange(sent, sent + due), at_ms)
                producer.send(definition.topic, batch, keys=message_keys(definition, batch))
                sent, until_ms = sent + due, now_ms
                advance(due)
            stop.wait(max(_TICK_SECONDS, 1 / rate) if due <= 0 else _TICK_SECONDS)
