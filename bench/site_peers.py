"""The same questions of a site's dashboard asked of us over HTTP, and of DuckDB over the same events.

DuckDB reads the very files of records that we answer cross filters from, in one process, of which it is told only
those that can hold the site. All numbers have to be the same, visitors within the error of their estimate.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import httpx

from bench.peer_programs.questions import DAY_MICROS
from bench.peer_programs.site_questions import KINDS, Row, SiteAnswer, SiteQuestion, SiteQuestions, timed
from bench.process_tree import run_measured
from bench.report import Metrics, percentiles
from bench.web_visits import BROWSERS, SOURCES
from bench.window_answers import EPOCH, MICROSECOND, moment
from compose.embedded.layout import Layout
from compose.embedded.settings import CHECKOUT
from iceberg.catalog import Catalog
from iceberg.kinds import RECORDS
from iceberg.stream_tables import stream_tables
from streams.errors import WindowpaneError
from systems.merchants.sites import STREAM

HLL_ERROR = 0.03
"""By how much of them visitors may be off; a few that are not many more than none may be by one or two."""

_LAKE = "s3://lake/"
_SPANS = 4
_SECONDS = 600.0
_PANELS = {"pages": ("page", "views"), "sources": ("source", "visits"), "countries": ("country", "visits")}


def asked_of(site: str, start: datetime, end: datetime, each: int) -> list[SiteQuestion]:
    """Of each kind so many about whole days, all of them or without some of the last; filters differ each time."""
    first, last = ((each - EPOCH) // MICROSECOND for each in (start, end))
    spans = [(first, last - day * DAY_MICROS) for day in range(_SPANS)]
    pairs = list(product(SOURCES[1:], BROWSERS))
    return [
        SiteQuestion(kind, site, *spans[at % _SPANS], *(pairs[at % len(pairs)] if kind == "filtered" else ()))
        for kind in KINDS
        for at in range(each)
    ]


def compared(client: httpx.Client, catalog: Catalog, home: Path, asked: Sequence[SiteQuestion]) -> Metrics:
    """The latencies of both by kind. Raises WindowpaneError if an answer differs."""
    timed(asked, lambda question: of_service(client, question))
    ours = timed(asked, lambda question: of_service(client, question))
    theirs = _of_duckdb(asked, _files(catalog, asked[0].site, home), home)
    for question, own, other in zip(asked, ours, theirs, strict=True):
        if not alike(own.rows, other.rows):
            raise WindowpaneError(f"{question}: {str(own.rows)[:300]} is not DuckDB's {str(other.rows)[:300]}")
    return {
        name: value
        for kind in KINDS
        for who, answers in (("ask", ours), ("duckdb", theirs))
        for name, value in _latencies(f"{who}_{kind}", kind, asked, answers).items()
    }


def _latencies(name: str, kind: str, asked: Sequence[SiteQuestion], answers: Sequence[SiteAnswer]) -> Metrics:
    pairs = zip(asked, answers, strict=True)
    return percentiles(name, [answer.seconds for question, answer in pairs if question.kind == kind])


def alike(ours: Sequence[Row], theirs: Sequence[Row]) -> bool:
    """Whether rows are the same, in whatever order: visitors, the first number of each, nearly."""
    own, other = ({tuple(rest): first for first, *rest in rows} for rows in (ours, theirs))
    return own.keys() == other.keys() and all(
        abs(visitors - other[rest]) <= max(2, other[rest] * HLL_ERROR) for rest, visitors in own.items()
    )


def of_service(client: httpx.Client, question: SiteQuestion) -> list[Row]:
    """Our answer. Raises WindowpaneError if there is none."""
    span = {"start": moment(question.start).isoformat(), "end": moment(question.end).isoformat()}
    match question.kind:
        case "numbers":
            return [_numbers(_got(client, question, "stats", span))]
        case "filtered":
            filters = {"source": question.source, "browser": question.browser}
            return [_numbers(_got(client, question, "stats", span | filters))]
        case "chart":
            return [*_points(_got(client, question, "series", span | {"step": "hour"})["points"])]
        case kind:
            by, _ = _PANELS[kind]
            return [_panel(kind, row) for row in _got(client, question, "breakdown", span | {"by": by})["rows"]]


def _got(client: httpx.Client, question: SiteQuestion, what: str, params: dict[str, str]) -> dict[str, Any]:
    answer = client.get(f"/v1/sites/{question.site}/{what}", params=params)
    if answer.status_code != 200:
        raise WindowpaneError(f"the web service answered {answer.status_code}: {answer.text[:200]}")
    return dict(answer.json())


def _numbers(found: dict[str, Any]) -> Row:
    visits = found["visits"]
    bounces, seconds = (round((found[name] or 0) * visits) for name in ("bounce_rate", "visit_seconds"))
    return [found["visitors"], visits, found["views"], bounces, seconds, found["events"]]


def _points(points: Sequence[dict[str, Any]]) -> Iterator[Row]:
    for point in points:
        if point.get("events"):
            hour = (datetime.fromisoformat(point["at"]) - EPOCH) // timedelta(seconds=1)
            yield [point["visitors"], point["views"], hour]


def _panel(kind: str, row: dict[str, Any]) -> Row:
    by, counted = _PANELS[kind]
    bounces = [round((row["bounce_rate"] or 0) * row["visits"])] if counted == "visits" else []
    return [row["visitors"], row[counted], *bounces, row[by]]


def _files(catalog: Catalog, site: str, home: Path) -> list[str]:
    """Files of records that can hold the site, as the object store keeps them on disk."""
    tasks = stream_tables(catalog, STREAM)[RECORDS.name].scan(f"site == '{site}'").plan_files()
    stored = Layout(home).data / "objectstore" / "lake"
    return [os.fspath(stored / task.file.file_path.removeprefix(_LAKE)) for task in tasks]


def _of_duckdb(asked: Sequence[SiteQuestion], files: Sequence[str], home: Path) -> list[SiteAnswer]:
    """In a process of its own, of the packages that run this."""
    with tempfile.TemporaryDirectory(dir=Layout(home).data) as scratch:
        told, output = Path(scratch) / "questions.json", Path(scratch) / "answers.json"
        questions = SiteQuestions(files, asked, str(output))
        questions.save(told)
        command = [sys.executable, "-m", "bench.peer_programs.sites_duckdb", str(told)]
        run_measured(command, {**os.environ, "PYTHONPATH": str(CHECKOUT)}, Path(scratch) / "log", _SECONDS)
        return questions.answers()
