"""How fast a window is answered over HTTP: made history, warm engines, random windows.

The history is panes as they are after their arrival windows were merged: one row per key and grain.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from bench.history import append_days, await_messages
from bench.questions import Asker
from bench.report import Metrics, percentiles
from bench.subject import declared, make_anew, remove
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.panes import day_start

_NAME = "bench_window"


@dataclass(frozen=True)
class Settings:
    """`keys` values of the first dimension over `days` days, one message a second; quantile digests are left out.

    `hours`: 1 with hour panes, as a stream of many keys has them, 0 without. `readers`: so many ask at the same time,
    first windows that nobody asked for before, then all the same ones.
    """

    stream: str = "health"
    days: int = 30
    keys: int = 1000
    hours: int = 1
    questions: int = 200
    readers: int = 32
    warm_up: int = 1000
    runs: int = 3
    seed: int = 7


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Make the history once, then ask; raises WindowpaneError if an answer is not what the history holds."""
    script, catalog = ServiceSettings(), open_catalog(LakeSettings())
    definition = declared(settings.stream, script).model_copy(
        update={"name": _NAME, "topic": _NAME, "hours": bool(settings.hours)}
    )
    end = day_start(datetime.now(UTC))
    start = end - timedelta(days=settings.days)
    try:
        make_anew(catalog, definition)
        started = time.monotonic()
        rows = append_days(catalog, definition, settings.keys, start, settings.days)
        say(f"made {rows:,} minute panes in {time.monotonic() - started:.0f} s")
        with httpx.Client(base_url=script.url, headers=operator_headers(script), timeout=60, trust_env=False) as client:
            await_messages(client, _NAME, start, end, settings.days * settings.keys * 86_400)
            first = next(iter(definition.dimensions))
            for run in range(settings.runs):
                yield _run(
                    Asker(client, _NAME, first, settings.keys, settings.days, end, settings.seed + run), settings
                )
    finally:
        remove(catalog, definition)


def _run(asker: Asker, settings: Settings) -> Metrics:
    """Questions no one asked before; then one of them again and again."""
    asker.seconds([asker.one_key() for _ in range(settings.warm_up)])
    repeated = asker.one_key()
    asker.seconds([repeated])
    several = 10 * settings.readers
    shared = [asker.one_key() for _ in range(10)]
    return {
        **percentiles("", asker.seconds([asker.one_key() for _ in range(settings.questions)])),
        **percentiles("total", asker.seconds([asker.total() for _ in range(settings.questions // 4)])),
        **percentiles("cached", asker.seconds([repeated] * settings.questions)),
        **percentiles("readers", asker.seconds_at_once([asker.one_key() for _ in range(several)], settings.readers)),
        **percentiles("same", asker.seconds_at_once(shared * settings.readers, settings.readers)),
    }
