"""The SQL of jobs: golden renderings, and names and values that cannot leave their quotes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from flink_jobs.render import JobScript, JobStart, render
from streams.definition import Definition
from tests.definitions import HEALTH, PAGE_VIEWS, changed
from tests.golden import check_golden

GOLDEN = Path(__file__).parent / "golden"
CUT = datetime(2026, 3, 1, 12, 10, tzinfo=UTC)
RESUMED = JobStart(
    start=CUT.astimezone(timezone(timedelta(hours=2))),
    cuts={"minute_panes": CUT + timedelta(seconds=10), "day_panes": None, "ledger": CUT + timedelta(seconds=20)},
    held={0: 17, 3: 5},
)


def rendered(definition: Definition, start: JobStart | None = None) -> JobScript:
    return render(definition, "127.0.0.1:9092", start or JobStart(), slack_ms=500)


def shown(script: JobScript) -> str:
    return ";\n\n".join((f"-- {script.name}", *script.setup, *script.inserts)).replace(script.name, "-") + ";\n"


@pytest.mark.parametrize(
    ("name", "definition", "start"),
    [
        ("health", HEALTH, JobStart()),
        ("health_resumed", HEALTH, RESUMED),
        ("page_views", PAGE_VIEWS, JobStart()),
    ],
)
def test_jobs_render_as_golden(name: str, definition: Definition, start: JobStart) -> None:
    check_golden(GOLDEN / f"{name}.sql", shown(rendered(definition, start)))


def test_jobs_are_named_after_stream_and_definition() -> None:
    assert rendered(HEALTH).name == f"windowpane/health/{HEALTH.digest}"


def test_each_table_has_one_insert() -> None:
    targets = [insert.split()[2] for insert in rendered(PAGE_VIEWS).inserts]
    assert targets == [
        f"lake.`page_views`.{table}" for table in ("`minute_panes`", "`day_panes`", "ledger", "rejected")
    ]


@pytest.mark.parametrize(
    ("start", "option"),
    [
        (JobStart(), "'scan.startup.mode' = 'earliest-offset'"),
        (RESUMED, f"'scan.startup.timestamp-millis' = '{int(CUT.timestamp()) * 1000}'"),
    ],
)
def test_sources_start_where_told(start: JobStart, option: str) -> None:
    [messages] = [statement for statement in rendered(HEALTH, start).setup if "temporary table messages" in statement]
    assert option in messages


def test_sinks_keep_what_their_table_lacks() -> None:
    minutes, days, ledger, rejected = rendered(HEALTH, RESUMED).inserts
    assert "window_until > timestamp '2026-03-01 12:10:10'" in minutes
    assert "where" not in days
    assert "window_end > timestamp '2026-03-01 12:10:20'" in ledger
    assert "(`partition` <> 0 or `offset` > 17)" in rejected
    assert "(`partition` <> 3 or `offset` > 5)" in rejected


def test_quotes_what_definitions_say() -> None:
    odd = changed("fields/it's", {"type": "string", "required": False})
    odd = odd.model_copy(update={"event_time": odd.event_time.model_copy(update={"field": "o'clock"})})
    script = rendered(odd)
    [messages] = [statement for statement in script.setup if "temporary table messages" in statement]
    assert '"path":["it\'\'s"]' in messages
    assert "'o''clock'" in script.inserts[-1]
    for statement in (*script.setup, *script.inserts):
        assert statement.count("'") % 2 == 0


def test_windows_are_as_long_as_panes_say() -> None:
    views = {statement.split()[3]: statement for statement in rendered(HEALTH).setup if "temporary view" in statement}
    assert "descriptor(arrived), interval '10' second" in views["minutes"]
    assert "descriptor(arrival), interval '10' minute" in views["days"]
    assert "timestampadd(second, 300, arrived)" in views["accepted"]
