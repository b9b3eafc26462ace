"""The window page's table as CSV: plain numbers, times in UTC, text that no spreadsheet takes for a formula. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from web.page.downloads import plain
from web.page.table import Column
from web.pages.window.columns import Shown


def csv_of(shown: Sequence[Shown], columns: Sequence[Column[Shown]]) -> str:
    """A row a group, headed by the columns' keys; with `KEY before` beside what was compared with another time."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([name for column in columns for name in _names(column)])
    writer.writerows([plain(value) for column in columns for value in _values(each, column)] for each in shown)
    return text.getvalue()


def _names(column: Column[Shown]) -> list[str]:
    return [column.key, f"{column.key} before"] if column.before else [column.key]


def _values(shown: Shown, column: Column[Shown]) -> Iterator[Any]:
    yield column.read(shown)
    if column.before:
        yield column.before(shown)
