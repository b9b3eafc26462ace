"""A stream that keeps records, with a field of each type, for tests."""

from __future__ import annotations

import dataclasses
from typing import Any

from iceberg.lake_view import LakeView
from streams.definition import Definition
from streams.definition_files import parse_definition
from streams.records import DEFINITION_DIGEST, record_columns
from tests.query.duck_trino import DuckTrino
from tests.query.lake_views import lake_view

FIELDS: dict[str, Any] = {
    "site": {"type": "string"},
    "page.path": {"type": "string"},
    "visitor": {"type": "string", "required": False},
    "views": {"type": "integer"},
    "engaging": {"type": "boolean", "required": False},
    "Revenue": {"type": "number", "required": False},
    "seen": {"type": "time", "required": False},
    "limit": {"type": "integer", "required": False},
}


def recorded(**changes: Any) -> Definition:
    """The definition, with some keys of its own."""
    made = {
        "name": "shop",
        "title": "Shop",
        "topic": "shop",
        "event_time": {"field": "at"},
        "fields": FIELDS,
        "dimensions": {"site": "site", "path": "page.path"},
        "distincts": {"visitors": "visitor"},
        "records": {"bucket": "site", "buckets": 16},
    }
    return parse_definition({**made, **changes}, "shop.toml")


def record_view(snapshot: int | None = 44, missing: frozenset[str] = frozenset()) -> LakeView:
    """A view with records."""
    view = lake_view("shop", ledger=22)
    return dataclasses.replace(view, records_snapshot=snapshot, records_missing=missing)


class DuckTable(DuckTrino):
    """The table of a stream's records, empty, asked as Trino is."""

    def __init__(self, definition: Definition) -> None:
        super().__init__("to_unixtime(moment) as epoch(moment)")
        types = {"string": "varchar", "number": "double", "integer": "bigint", "boolean": "boolean"}
        fields = [f'"{each.column}" {types.get(each.type, "timestamptz")}' for each in record_columns(definition)]
        own = ['"partition" integer', '"offset" bigint', "arrived timestamptz", "event_time timestamptz"]
        fields.append(f"{DEFINITION_DIGEST} varchar")
        self._duck.execute(f"create schema {definition.name}")
        self._duck.execute(f"create table {definition.name}.accepted ({', '.join([*own, *fields])})")
