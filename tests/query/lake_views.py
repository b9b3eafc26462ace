"""Lake views for tests of pure code."""

from __future__ import annotations

from datetime import UTC, datetime

from iceberg.lake_view import LakeView

__all__ = ["at", "lake_view"]


def at(text: str) -> datetime:
    """A time of March 2026 in UTC, from `day hour:minute[:second]`."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-03-{int(day):02}T{clock}").replace(tzinfo=UTC)


def lake_view(
    stream: str = "health",
    *,
    minute: int | None = 11,
    day: int | None = 22,
    rejected: int | None = 33,
    ledger: int | None = None,
    hour: int | None = None,
    cut: datetime | None = None,
) -> LakeView:
    """A view with these snapshots; the day table's cut is 5 March 09:00 unless said, None without a day snapshot."""
    day_cut = None if day is None else cut or at("5 09:00")
    known = (at("5 09:09:20"), at("5 09:09:25"))
    return LakeView(stream, minute, day, rejected, day_cut, *known, ledger_snapshot=ledger, hour_snapshot=hour)
