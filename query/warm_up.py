"""Questions that nobody asked: after a start Trino loads and compiles its code for them, before readers wait for it.

The first question to a Trino that has just started takes seconds, and each of the next hundred three times as long as
later ones.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import psutil

from iceberg.intervals import floored
from iceberg.lake_view import LakeView
from query.background import Background
from query.coverage import kept_since
from query.errors import QueryError
from query.requests import Filters, SeriesRequest, Step, WindowRequest, keeps_quantiles
from query.statement import Statement
from query.statements import sample_statement, series_statement, window_statement
from query.trino_client import TrinoClient
from query.visible import Visible
from streams.breakdowns import main_breakdown
from streams.definition import Definition
from streams.panes import Grain

_REST_SECONDS = 0.25
_BUSY_PERCENT = 80
_MOST_DAYS = 30


class WarmUp:
    """Asks of one key of each stream, in a thread, until questions took `seconds` together.

    It rests while readers ask, whose questions do as well, and while the processors are busy.
    """

    def __init__(self, trino: TrinoClient, views: Callable[[], Mapping[str, LakeView]], seconds: float) -> None:
        self._trino, self._views, self._left = trino, views, seconds
        self._filters_of: dict[str, Filters] = {}
        self._seen: int | None = None
        self._background = Background("warm-up", self._step)

    def start(self) -> None:
        """Begin to ask; returns at once."""
        self._background.start()

    def close(self) -> None:
        """Ask no more."""
        self._background.close(wait_seconds=0)

    @property
    def problem(self) -> str:
        """What is wrong with it; empty when nothing is."""
        return self._background.problem

    def _step(self) -> float | None:
        """A rest is over: ask, unless readers did or the processors were busy."""
        busy = psutil.cpu_percent()
        if self._seen is not None:
            if self._trino.asked > self._seen:
                self._left -= _REST_SECONDS
            elif busy < _BUSY_PERCENT:
                self._ask()
        self._seen = self._trino.asked
        psutil.cpu_percent()  # what the next call tells is since this one
        return _REST_SECONDS if self._left > 0 else None

    def _ask(self) -> None:
        """Ask one question of some stream."""
        started = time.monotonic()
        views = list(self._views().values())
        # An engine that is away, or a stream that is being changed, is for readers to be told of.
        with suppress(QueryError):
            if views and (statements := self._statements(random.choice(views))):
                statement = random.choice(statements)
                self._trino.rows(statement.sql, statement.values)
        self._left -= time.monotonic() - started

    def _statements(self, view: LakeView) -> list[Statement]:
        """A window of one key within the last days, the same with quantiles, and its series."""
        definition = view.definition
        if definition is None or view.complete_until is None or view.began is None:
            return []
        main = main_breakdown(definition)
        step = timedelta(seconds=main.finest.seconds)
        end = floored(view.complete_until, main.finest.seconds)
        # A stream that began in this step of time has no whole one yet.
        first = max(view.began, end - timedelta(days=_MOST_DAYS), kept_since(view, main.finest))
        steps = max(0, (end - first) // step) + 1
        late, early = sorted(random.choices(range(steps), k=2))
        filters = self._filters(definition, view)
        by = main.dimensions
        window = WindowRequest(Visible(definition), end - (early + 1) * step, end - late * step, by, filters)
        series = SeriesRequest(window, Step.DAY if main.finest is Grain.DAY else Step.HOUR)
        quantiles = (0.5, 0.95) if keeps_quantiles(definition) else ()
        made = (
            window_statement(definition, view, window),
            window_statement(definition, view, replace(window, quantiles=quantiles)),
            series_statement(definition, view, series),
        )
        return [statement for statement in made if statement is not None]

    def _filters(self, definition: Definition, view: LakeView) -> Filters:
        """That the first dimension has a value which some pane has."""
        if view.stream not in self._filters_of and (statement := sample_statement(definition, view)) is not None:
            name = main_breakdown(definition).dimensions[0]
            rows, _ = self._trino.rows(statement.sql)
            self._filters_of[view.stream] = tuple((name, (value,)) for (value,) in rows)
        return self._filters_of.get(view.stream, ())
