"""How far an API was read: the newest time or number that its records had, which never goes back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sources.fetching.errors import FetchError
from sources.fetching.json_records import at, plain

AHEAD = timedelta(days=1)
"""A time further ahead moves no cursor: all that is older would never be asked for again."""

Value = str | int | float


def advanced(cursor: Value, records: Iterable[Any], field: str, now: datetime) -> Value:
    """The newest of the cursor and the records' values, as the API wrote it. Records without one move nothing.

    Raises FetchError when there are records, and none has it.
    """
    newest, found, any_record = cursor, False, False
    for record in records:
        any_record = True
        value = plain(at(record, field))
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        found = True
        if _is_newer(value, newest) and not _is_ahead(value, now):
            newest = value
    if any_record and not found:
        raise FetchError(f"no record has a time or number at cursor.field = {field!r}")
    return newest


def _is_newer(value: Value, than: Value) -> bool:
    mine, theirs = _comparable(value), _comparable(than)
    if isinstance(mine, datetime) and isinstance(theirs, datetime):
        return mine > theirs
    if isinstance(mine, int | float) and isinstance(theirs, int | float):
        return mine > theirs
    return str(value) > str(than)


def _is_ahead(value: Value, now: datetime) -> bool:
    moment = _comparable(value)
    return isinstance(moment, datetime) and moment > now + AHEAD


def _comparable(value: Value) -> datetime | Value:
    if not isinstance(value, str):
        return value
    if value.isascii() and value.isdigit() and len(value) < 30:
        return int(value)
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return value
