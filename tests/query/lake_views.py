"""Lake views for tests of pure code."""

from __future__ import annotations

from datetime import UTC, datetime

from iceberg.lake_view import LakeView
from query.coverage import Covered
from query.requests import WindowRequest
from query.windows import plan_window
from streams.breakdowns import main_breakdown


def at(text: str) -> datetime:
    """A time of March 2026 in UTC, from `day hour:minute[:second]`."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-03-{int(day):02}T{clock}").replace(tzinfo=UTC)


_CUT = at("5 09:00")


def lake_view(
    stream: str = "health",
    *,
    panes: int | None = 11,
    rejected: int | None = 33,
    ledger: int | None = None,
    cut: datetime | None = _CUT,
    hours: bool = False,
    late: tuple[str, ...] | None = None,
) -> LakeView:
    """A view with these snapshots; day panes, and hour panes if there are any, are complete up to the cut."""
    known = (at("5 09:09:20"), at("5 09:09:25"))
    return LakeView(stream, panes, rejected, cut, *known, ledger_snapshot=ledger, hours=hours, late_parts=late)


def covered(request: WindowRequest) -> Covered:
    """What answers a question of a stream with one breakdown, without hour panes."""
    main = main_breakdown(request.visible.definition)
    return Covered(main, main.name, plan_window(request.start, request.end))
