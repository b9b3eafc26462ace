"""Filters of Iceberg rows by when they arrived."""

from __future__ import annotations

from datetime import datetime

from streams.arrivals import Arrivals

__all__ = ["arrived_within", "reaching_over"]


def arrived_within(arrivals: Arrivals, column: str) -> str:
    """Those of which the column, which says when they arrived, is in the range."""
    return f"{column} >= '{arrivals.start.isoformat()}' and {column} < '{arrivals.end.isoformat()}'"


def reaching_over(at: datetime) -> str:
    """Of rows of arrival windows, those that a moment cuts in two."""
    return f"arrived_from < '{at.isoformat()}' and arrived_until > '{at.isoformat()}'"
