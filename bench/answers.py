"""The page of a form's results over answers that are made up: the first look, looks while answers come, and filters.

The stream is that of students' answers under another name, with records alone. A look counts only if the page says as
many submissions as there are, or were when it was counted last.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pyarrow as pa

from bench.loading import append_rows
from bench.processing import made_answers
from bench.report import Metrics, percentiles
from bench.subject import make_anew, remove
from compose.embedded.settings import CHECKOUT
from compose.embedded.waiting import until
from iceberg.catalog import Catalog, open_catalog
from iceberg.kinds import RECORDS
from iceberg.settings import LakeSettings
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams import load_definition
from streams.definition import Definition
from streams.errors import WindowpaneError

_NAME = "bench_answers"
_DECLARED = CHECKOUT / "systems" / "students" / "on_demand" / "student_answers.toml"
_PAGE = f"/forms/{_NAME}/results"
_FILTERS = ("school=GP", "course=por", "sex=F", "address=R", "famsize=LE3", "higher=no", "romantic=yes", "Mjob=health")
_SUBMISSIONS = re.compile(r'id="submissions">([\d,]+)<')
_KNOWN_SECONDS = 60.0
_NEW = 20


@dataclass(frozen=True)
class Settings:
    """`rows` answers over `days` days, in files of `file_rows`; then `looks`, one each `pause_ms`, while a few more are
    committed each `commit_ms`."""

    rows: int = 10_000_000
    file_rows: int = 500_000
    days: int = 60
    looks: int = 200
    pause_ms: int = 250
    commit_ms: int = 5_000
    runs: int = 1
    seed: int = 7


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """The same answers in each run, of which those that come while it looks stay. Raises WindowpaneError."""
    definition = load_definition(_DECLARED).model_copy(update={"name": _NAME})
    script, catalog = ServiceSettings(), open_catalog(LakeSettings())
    make_anew(catalog, definition)
    try:
        answers = _Answers(catalog, definition, settings)
        while answers.count < settings.rows:
            answers.append(min(settings.file_rows, settings.rows - answers.count))
            say(f"{answers.count:,} answers")
        with httpx.Client(base_url=script.url, headers=operator_headers(script), timeout=120, trust_env=False) as http:
            _await_known(http)
            for _ in range(settings.runs):
                yield _run(http, answers, settings)
    finally:
        remove(catalog, definition)


class _Answers:
    """What was sent so far."""

    def __init__(self, catalog: Catalog, definition: Definition, settings: Settings) -> None:
        self._catalog, self._definition, self._settings = catalog, definition, settings
        self._end = datetime.now(UTC)
        self.count = 0

    def append(self, rows: int) -> None:
        """More, one after the other in time; those beyond what was to be there come now."""
        made = made_answers(self._definition, rows, self.count, self._settings.seed)
        each = timedelta(days=self._settings.days) / self._settings.rows
        first = self._end - timedelta(days=self._settings.days) + each * min(self.count, self._settings.rows)
        micros = int(first.timestamp() * 1e6) + np.arange(rows) * int(each / timedelta(microseconds=1))
        at = pa.array(micros, pa.timestamp("us", "UTC"))
        for name in ("arrived", "event_time"):
            made = made.set_column(made.schema.get_field_index(name), name, at)
        append_rows(self._catalog, _NAME, RECORDS.name, made)
        self.count += rows


def _run(http: httpx.Client, answers: _Answers, settings: Settings) -> Metrics:
    before = answers.count
    first, found = _look(http)
    if found != before:
        raise WindowpaneError(f"the page says {found:,} submissions, not {before:,}")
    looks, renewed = list[float](), time.monotonic()
    for _ in range(settings.looks):
        if time.monotonic() - renewed > settings.commit_ms / 1000:
            answers.append(_NEW)
            renewed = time.monotonic()
        seconds, found = _look(http)
        if not before <= found <= answers.count:
            raise WindowpaneError(f"the page says {found:,} submissions, not {before:,} to {answers.count:,}")
        looks.append(seconds)
        time.sleep(settings.pause_ms / 1000)  # as a reader pauses
    filtered = [_look(http, where=each)[0] for each in _FILTERS]
    again = [_look(http, where=each)[0] for each in _FILTERS]
    return {
        "first_ms": first * 1000,
        **percentiles("", looks),
        **percentiles("filtered", filtered),
        **percentiles("filtered_again", again),
    }


def _look(http: httpx.Client, **more: str) -> tuple[float, int]:
    """Seconds that the page took, and the submissions that it says. Raises WindowpaneError if it has no numbers."""
    began = time.perf_counter()
    answer = http.get(_PAGE, params={"range": "90d", "zone": "UTC", **more}, headers={"accept": "text/html"})
    seconds = time.perf_counter() - began
    found = _SUBMISSIONS.search(answer.text)
    if answer.status_code != 200 or not found:
        raise WindowpaneError(
            f"the page of results answers {answer.status_code} after {seconds:.1f} s, without numbers"
        )
    return seconds, int(found[1].replace(",", ""))


def _await_known(http: httpx.Client) -> None:
    """The service looks at the lake each second."""

    def is_known() -> bool:
        return http.get(_PAGE, params={"range": "24h"}, headers={"accept": "text/html"}).status_code == 200

    try:
        until(is_known, _KNOWN_SECONDS, every=0.5)
    except TimeoutError:
        raise WindowpaneError(f"the service does not know {_NAME}") from None
