"""Awaits that what was sent to a live stream is answered, rolled up and packed, and says how long each took."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from bench.report import Metrics
from compose.embedded.waiting import until
from database.errors import LakeLockedError
from iceberg.catalog import open_catalog
from iceberg.lake_view import LakeView
from iceberg.maintenance import closed_until, maintained_tables
from iceberg.settings import LakeSettings, MaintenanceSettings
from query.maintenance import maintaining_client
from query.service import QueryService
from query.settings import QuerySettings
from scripts.lake.maintaining import Maintenance
from streams.definition import Definition
from streams.errors import WindowpaneError

_LOOK_SECONDS = 1.0


def settle(definition: Definition, sent: datetime, patience: float, say: Callable[[str], None]) -> Metrics:
    """Of all that arrived until `sent`: seconds until answers counted it, until day panes did, until jobs were
    done with it, and of a maintenance.

    Raises WindowpaneError if one was not done in so many seconds.
    """
    service = QueryService(QuerySettings(), {definition.name: definition}, LakeSettings())

    def reached(cut: Callable[[LakeView], datetime | None]) -> bool:
        service.refresh()
        if (view := service.views().get(definition.name)) is None:
            raise WindowpaneError(f"{definition.name} is not applied; see `windowpane streams`")
        found = cut(view)
        return found is not None and found > sent

    figures = {
        "answered_seconds": _seconds(lambda: reached(lambda view: view.complete_until), patience, "is not answered"),
        "rolled_up_seconds": _seconds(lambda: reached(lambda view: view.day_cut), patience, "is in no day panes"),
        "closed_seconds": _seconds(lambda: _is_closed(definition, sent), patience, "may be added to yet"),
        "maintained_seconds": _seconds(lambda: _maintained(definition, say), patience, "could not be maintained"),
    }
    say(", ".join(f"{name.replace('_', ' ')} {value:.0f}" for name, value in figures.items()))
    return figures


def _seconds(done: Callable[[], bool], patience: float, otherwise: str) -> float:
    begun = time.monotonic()
    try:
        until(done, patience, every=_LOOK_SECONDS)
    except TimeoutError:
        raise WindowpaneError(f"what was sent {otherwise} after {patience:.0f} s; see `windowpane status`") from None
    return time.monotonic() - begun


def _is_closed(definition: Definition, sent: datetime) -> bool:
    """Whether no job adds to what arrived until then any more, in any table: nothing else is packed."""
    closed = closed_until(maintained_tables(open_catalog(LakeSettings()), definition.name))
    return bool(closed) and min(closed.values()) > sent


def _maintained(definition: Definition, say: Callable[[str], None]) -> bool:
    """As `windowpane maintain` does, once nobody else does."""
    trino = maintaining_client(QuerySettings())
    with suppress(LakeLockedError):
        Maintenance(open_catalog(LakeSettings()), trino, definition, MaintenanceSettings(), say).run()
        return True
    return False
