"""How fast a window is answered over HTTP: made history, warm engines, random windows.

The history is minute and day panes as they are after their arrival windows were merged: one row per key and grain.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np

from iceberg.catalog import open_catalog
from iceberg.loading import append_rows
from iceberg.settings import LakeSettings
from scripts.benches.history import await_messages, made_panes
from scripts.benches.report import Metrics, percentiles
from scripts.benches.subject import declared, make_anew, remove
from scripts.settings import ScriptSettings
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.panes import day_start

__all__ = ["Settings", "make", "measure", "random_span"]

_NAME = "bench_window"
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Settings:
    """`keys` values of the first dimension over `days` days, one message a second; quantile digests are left out."""

    stream: str = "health"
    days: int = 30
    keys: int = 1000
    questions: int = 200
    warm_up: int = 1000
    runs: int = 3
    seed: int = 7


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Make the history once, then ask; raises WindowpaneError if an answer is not what the history holds."""
    script = ScriptSettings()
    definition = declared(settings.stream, script).model_copy(update={"name": _NAME, "topic": _NAME})
    end = day_start(datetime.now(UTC))
    try:
        make(definition, settings.days, settings.keys, end, say)
        with httpx.Client(base_url=script.url, timeout=60, trust_env=False) as client:
            await_messages(client, _NAME, end - _DAY * settings.days, end, settings.days * settings.keys * 86_400)
            for run in range(settings.runs):
                yield _run(client, definition, settings, end, np.random.default_rng(settings.seed + run))
    finally:
        remove(open_catalog(LakeSettings()), definition)


def make(definition: Definition, days: int, keys: int, end: datetime, say: Callable[[str], None]) -> None:
    """Minute and day panes of so many days and keys, in fresh tables of the stream."""
    catalog = open_catalog(LakeSettings())
    make_anew(catalog, definition)
    started = time.monotonic()
    starts = [end - _DAY * back for back in range(days, 0, -1)]
    for day in starts:
        minutes = [day + _MINUTE * minute for minute in range(1440)]
        append_rows(catalog, definition.name, "minute_panes", made_panes(definition, keys, minutes, _MINUTE))
    append_rows(catalog, definition.name, "day_panes", made_panes(definition, keys, starts, _DAY))
    say(f"made {days * keys * 1440:,} minute panes in {time.monotonic() - started:.0f} s")


def random_span(rng: np.random.Generator, days: int, end: datetime) -> tuple[datetime, datetime]:
    """A span of whole minutes in the last `days` days before `end`."""
    low, high = sorted(rng.choice(days * 1440, 2, replace=False))
    return end - _MINUTE * int(days * 1440 - low), end - _MINUTE * int(days * 1440 - high)


def _run(
    client: httpx.Client, definition: Definition, settings: Settings, end: datetime, rng: np.random.Generator
) -> Metrics:
    """Questions no one asked before; then one of them again and again."""
    first = next(iter(definition.dimensions))

    def question() -> dict[str, str]:
        start, until = random_span(rng, settings.days, end)
        return {"start": start.isoformat(), "end": until.isoformat()}

    def one_key() -> dict[str, str]:
        return question() | {first: f"service-{rng.integers(settings.keys):05d}"}

    for _ in range(settings.warm_up):
        _ask(client, one_key(), 60)
    repeated = one_key()
    _ask(client, repeated, 60)
    return {
        **percentiles("", [_ask(client, one_key(), 60) for _ in range(settings.questions)]),
        **percentiles("total", [_ask(client, question() | {"by": ""}, 60) for _ in range(settings.questions // 4)]),
        **percentiles("cached", [_ask(client, repeated, None) for _ in range(settings.questions)]),
    }


def _ask(client: httpx.Client, question: dict[str, str], per_minute: int | None) -> float:
    """Seconds until the answer is here. Checks that a made minute of each key holds `per_minute` messages."""
    started = time.perf_counter()
    answer = client.get(f"/v1/{_NAME}/window", params=question)
    seconds = time.perf_counter() - started
    if answer.status_code != 200:
        raise WindowpaneError(f"the web service answered {answer.status_code}: {answer.text[:200]}")
    if per_minute is not None:
        length = datetime.fromisoformat(question["end"]) - datetime.fromisoformat(question["start"])
        messages = sum(group["messages"] for group in answer.json()["groups"])
        if messages % (per_minute * (length // _MINUTE)):
            raise WindowpaneError(f"{messages} messages in {question}, not a multiple of {per_minute} a minute")
    return seconds
