"""The window page's table as CSV: plain numbers, times in UTC, text that no spreadsheet takes for a formula. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from web.page.table import Column

__all__ = ["csv_of"]

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_of(groups: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> str:
    """A row a group, headed by the columns' keys; with `KEY before` beside what was compared with another time."""
    compared = any("before" in group for group in groups)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([name for column in columns for name in _names(column, compared=compared)])
    for group in groups:
        writer.writerow([value for column in columns for value in _values(group, column, compared=compared)])
    return text.getvalue()


def _names(column: Column, *, compared: bool) -> list[str]:
    return [column.key, f"{column.key} before"] if compared and column.compared else [column.key]


def _values(group: Mapping[str, Any], column: Column, *, compared: bool) -> list[Any]:
    values = [column.read(group)]
    if compared and column.compared:
        values.append(column.read(group["before"]))
    return [_safe(value) if column.kind == "text" else value for value in values]


def _safe(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
