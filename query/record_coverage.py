"""Whether records answer a question that no breakdown does. Pure."""

from __future__ import annotations

from datetime import timedelta

from iceberg.kinds import RECORDS
from iceberg.lake_view import LakeView
from query.coverage import Covered
from query.record_visits import whole_visits
from query.requests import WindowRequest
from query.windows import WindowPlan
from streams.breakdowns import Breakdown
from streams.definition import Definition
from streams.panes import Grain

NAME = "records"
"""What an answer says that it was made of, in place of a breakdown's name."""


def records_cover(definition: Definition, view: LakeView, request: WindowRequest) -> Covered | None:
    """That records answer a window, if there is one of every message that can be in it; no panes are read."""
    if definition.records is None or view.records_snapshot is None:
        return None
    start = whole_visits(definition, request.start, request.end).start
    if start < dict(view.kept_from).get(RECORDS.name, start):
        return None
    # No message of a later time can have arrived before.
    ahead = timedelta(seconds=definition.event_time.max_ahead_seconds)
    if view.records_since is not None and start < view.records_since + ahead:
        return None
    breakdown = Breakdown(NAME, tuple(definition.dimensions), (Grain.MINUTE,))
    return Covered(breakdown, NAME, WindowPlan(None, ()), by_records=True)
