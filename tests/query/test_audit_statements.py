"""Statements of the audit: golden renderings, and the ledger's runs as DuckDB makes them of rows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings

from iceberg.lake_view import LakeView
from iceberg.ledger_audit import LedgerRun
from query.audit_statements import (
    arrivals_statement,
    ledger_runs_statement,
    rejected_counts_statement,
    values_statement,
)
from query.statement import Statement
from streams.arrivals import NEVER, Arrivals
from streams.breakdowns import main_breakdown
from streams.definition import Definition
from streams.panes import Grain
from tests.definitions import HEALTH, PAGE_VIEWS
from tests.golden import check_golden
from tests.iceberg.test_ledger_audit import arrivals, compressed, ledger_of, steps
from tests.query.lake_views import at, lake_view

GOLDEN = Path(__file__).parent / "golden"
START, UNTIL = at("5 00:00"), at("5 09:00")
RANGE = Arrivals(START, UNTIL)
EVER = Arrivals(datetime(1970, 1, 1, tzinfo=UTC), NEVER)
VIEW = lake_view(ledger=44)
EMPTY = lake_view(panes=None, rejected=None, ledger=None)

STATEMENTS = {
    "audit_ledger": ledger_runs_statement(VIEW, EVER),
    "audit_arrivals": arrivals_statement(VIEW, UNTIL),
    "audit_rejected": rejected_counts_statement(VIEW, UNTIL),
    "audit_rejected_none": rejected_counts_statement(lake_view(rejected=None, ledger=44), UNTIL),
}


def shown(statement: Statement | None) -> str:
    assert statement is not None
    assert statement.sql.count("?") == len(statement.values)
    values = "".join(f"--   {value}\n" for value in statement.values)
    return f"{statement.sql.rstrip()}\n-- values:\n{values}"


def values(definition: Definition, view: LakeView, bucket_seconds: int, limit: int) -> Statement | None:
    return values_statement(definition, view, main_breakdown(definition), Grain.DAY, RANGE, bucket_seconds, limit)


@pytest.mark.parametrize("name", STATEMENTS)
def test_counts_render_as_golden(name: str) -> None:
    check_golden(GOLDEN / f"{name}.sql", shown(STATEMENTS[name]))


@pytest.mark.parametrize("definition", [HEALTH, PAGE_VIEWS], ids=lambda definition: definition.name)
def test_values_render_as_golden(definition: Definition) -> None:
    view = lake_view(definition.name, ledger=44)
    golden = GOLDEN / f"audit_values_{definition.name}.sql"
    check_golden(golden, shown(values(definition, view, 600, 100)))


def test_buckets_render_as_golden() -> None:
    check_golden(
        GOLDEN / "audit_buckets.sql",
        shown(values(HEALTH, VIEW, 86_400, 0)),
    )


def test_one_bucket_holds_any_intervals() -> None:
    statement = values(HEALTH, VIEW, 0, 100)
    assert statement is not None
    assert "bigint '0' as \"arrival bucket\"" in statement.sql


def test_empty_tables_need_no_statement() -> None:
    assert ledger_runs_statement(EMPTY, EVER) is None
    assert arrivals_statement(EMPTY, UNTIL) is None
    assert rejected_counts_statement(EMPTY, UNTIL) is None
    assert values(HEALTH, EMPTY, 600, 100) is None


FIELDS = ["partition", "arrived_from", "arrived_until", "first_offset", "last_offset", "accepted", "rejected",
          "heartbeats", "duplicates"]  # fmt: skip


def merged_in_sql(rows: list[LedgerRun]) -> list[LedgerRun]:
    """What the statement makes of a ledger, in DuckDB."""
    statement = ledger_runs_statement(VIEW, EVER)
    assert statement is not None
    ledger = pa.table({name: [getattr(row, name) for row in rows] for name in FIELDS})
    with duckdb.connect() as database:
        database.register("ledger", ledger)
        database.execute("set timezone = 'UTC'")
        sql = statement.sql.replace('"health"."ledger" for version as of 44', "ledger")
        merged: list[tuple[Any, ...]] = database.execute(sql, statement.values).fetchall()
    return [LedgerRun(*(_plain(value) for value in row)) for row in merged]


def _plain(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else int(value)


@settings(max_examples=40, deadline=None)
@given(changes=steps)
def test_rows_that_follow_exactly_are_one_run(changes: list[int]) -> None:
    rows = ledger_of(arrivals(changes))
    assert merged_in_sql(rows) == compressed(rows)
    assert merged_in_sql([*rows, rows[len(rows) // 2]]) == compressed([*rows, rows[len(rows) // 2]])
