"""The SQL of jobs: golden renderings, and names and values that cannot leave their quotes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from flink_jobs.render import JobRange, JobScript, render
from streams.breakdowns import grains, main_breakdown
from streams.definition import Definition, Records
from streams.definition_files import parse_definition
from tests.definitions import ACCESS_LOG, BROKEN_DOWN, HEALTH, PAGE_VIEWS, changed, edited, raw, visiting
from tests.golden import check_golden

GOLDEN = Path(__file__).parent / "golden"
CUT = datetime(2026, 3, 1, 12, 10, tzinfo=UTC)
RESUMED = JobRange(
    start={0: 7, 1: 0, 2: 3},
    before={0: (CUT - timedelta(milliseconds=1)).astimezone(timezone(timedelta(hours=2))), 1: None, 2: CUT},
    topic_id="dGhlIHRvcGljIG9mIHRoZQ",
    cuts={"finest panes": CUT + timedelta(seconds=10), "day panes": None, "ledger": CUT + timedelta(seconds=20)},
    held={"rejected": {0: 17, 3: 5}, "events": {1: 9}, "accepted": {2: 11}},
)

EVENTFUL = changed("events", True, "page_views")
RECORDED = changed("records", {"bucket": "serviceName"})
FROM_EVENTS = JobRange(
    start=CUT.astimezone(timezone(timedelta(hours=2))),
    cuts=dict.fromkeys(("finest panes", "day panes", "ledger", "rejected"), CUT),
    until=CUT + timedelta(minutes=15),
    from_events=True,
)
REPLAYED = JobRange(
    start={0: 10, 1: 0},
    ends={0: 90, 1: 80},
    cuts=dict.fromkeys(("finest panes", "day panes", "ledger", "rejected"), CUT + timedelta(seconds=150)),
    until=CUT + timedelta(minutes=15),
)


def rendered(definition: Definition, job_range: JobRange | None = None, **names: str) -> JobScript:
    return render(definition, "127.0.0.1:9092", job_range or JobRange(), slack_ms=500, **names)


def shown(script: JobScript) -> str:
    return ";\n\n".join((f"-- {script.name}", *script.setup, *script.inserts)).replace(script.name, "-") + ";\n"


@pytest.mark.parametrize(
    ("name", "definition", "start"),
    [
        ("health", HEALTH, JobRange()),
        ("health_resumed", HEALTH, RESUMED),
        ("page_views", PAGE_VIEWS, JobRange()),
        ("page_views_with_events", EVENTFUL, RESUMED),
        ("page_views_from_events", PAGE_VIEWS, FROM_EVENTS),
        ("access_log", ACCESS_LOG, RESUMED),
        ("page_views_by_breakdowns", BROKEN_DOWN, RESUMED),
        ("health_with_records", RECORDED, RESUMED),
        ("page_views_with_visits", visiting(records=True), RESUMED),
    ],
)
def test_jobs_render_as_golden(name: str, definition: Definition, start: JobRange) -> None:
    check_golden(GOLDEN / f"{name}.sql", shown(rendered(definition, start)))


def test_jobs_are_named_after_stream_and_definition() -> None:
    assert rendered(HEALTH).name == f"windowpane/health/{HEALTH.digest}"


def test_each_table_has_one_insert() -> None:
    targets = [insert.split()[2] for insert in rendered(PAGE_VIEWS).inserts]
    assert targets == [f"lake.`page_views`.{table}" for table in ("panes", "ledger", "rejected")]


@pytest.mark.parametrize("definition", [ACCESS_LOG, HEALTH, PAGE_VIEWS])
def test_panes_are_of_the_parts_that_readers_look_for(definition: Definition) -> None:
    panes, name = rendered(definition).inserts[0].split("union all"), main_breakdown(definition).name
    assert len(panes) == len(grains(definition))
    assert f"concat('{name}/minute/', date_format(`_event_start`, 'yyyy-MM-dd'))" in panes[0]
    assert f"concat('{name}/day/', date_format(`_event_start`, 'yyyy-MM'))" in panes[-1]


def test_events_have_an_insert_where_they_are_kept() -> None:
    *others, events = rendered(EVENTFUL, RESUMED).inserts
    assert len(others) == 3
    assert events.startswith("insert into lake.`page_views`.events\n")
    assert "(`partition` <> 1 or `offset` > 9)" in events
    assert "(`partition` <> 1 or `offset` > 9)" not in others[-1]


def test_jobs_that_end_have_one_writer_of_each_table() -> None:
    """Of several that end apart the sink would forget files."""
    ending = replace(RESUMED, ends={0: 100, 1: 100})
    kept = EVENTFUL.model_copy(update={"records": Records()})
    assert all("'write-parallelism'='1'" in each for each in rendered(kept, ending).inserts)
    assert all("'write-parallelism'='1'" in each for each in rendered(kept, FROM_EVENTS).inserts)
    assert "write-parallelism" not in rendered(kept, RESUMED).inserts[-1]


def test_events_are_read_from_one_time_to_another() -> None:
    for job_range in (replace(FROM_EVENTS, start={0: 1}), replace(FROM_EVENTS, until=None)):
        with pytest.raises(ValueError, match="from one arrival time to another"):
            rendered(PAGE_VIEWS, job_range)


@pytest.mark.parametrize(
    ("start", "option"),
    [
        (JobRange(), "'messages.scan.startup.mode' = 'earliest-offset'"),
        (RESUMED, "'messages.scan.startup.specific-offsets' = 'partition:0,offset:7;partition:1,offset:0;"),
        (RESUMED, f"'arrived-before' = '0={int(CUT.timestamp()) * 1000 - 1};1=;2={int(CUT.timestamp()) * 1000}'"),
        (RESUMED, "'topic-id' = 'dGhlIHRvcGljIG9mIHRoZQ'"),
        (RESUMED, "'messages.scan.topic-partition-discovery.interval' = '0 s'"),
    ],
)
def test_sources_start_where_told(start: JobRange, option: str) -> None:
    [combined] = [statement for statement in rendered(HEALTH, start).setup if "temporary table combined" in statement]
    assert option in combined


def test_what_is_remembered_is_read_but_not_counted() -> None:
    tree = edited(raw("page_views"), "fields/visitor_id/required", True)
    tree |= {"key": "site", "duplicates": {"id": "visitor_id", "horizon": "1 hour"}}
    definition = parse_definition(tree, "page_views.toml")
    script = rendered(definition, replace(RESUMED, counted_from=CUT))
    [combined] = [statement for statement in script.setup if "temporary table combined" in statement]
    assert "'horizon' = '3600000 ms'" in combined
    assert f"'counted-from' = '{int(CUT.timestamp()) * 1000}'" in combined
    assert not script.restored
    [combined] = [
        statement
        for statement in rendered(definition, replace(FROM_EVENTS, first_offsets={0: 7, 2: 0})).setup
        if "temporary table combined" in statement
    ]
    assert "'first-offsets' = '0=7;2=0'" in combined
    assert rendered(HEALTH).restored


def test_kafka_is_never_read_from_a_time() -> None:
    """Its consumer would go on with the newest message where it finds its place deleted."""
    with pytest.raises(ValueError, match="read from offsets"):
        rendered(HEALTH, JobRange(start=CUT))


def test_there_are_no_more_tasks_than_partitions_that_are_read() -> None:
    assert rendered(HEALTH, RESUMED).partitions == 3
    assert rendered(HEALTH).partitions == HEALTH.partitions


def test_sinks_keep_what_their_table_lacks() -> None:
    panes, ledger, rejected = rendered(HEALTH, RESUMED).inserts
    assert panes.count("window_until > timestamp '2026-03-01 12:10:10'") == 1
    assert "window_end > timestamp '2026-03-01 12:10:20'" in ledger
    assert "(`partition` <> 0 or `offset` > 17)" in rejected
    assert "(`partition` <> 3 or `offset` > 5)" in rejected


def test_day_panes_are_made_of_minutes_that_the_table_lacks() -> None:
    """Also where a definition took over inside an arrival window of day panes."""
    script = rendered(HEALTH, REPLAYED)
    views = {statement.split()[3]: statement for statement in script.setup if "temporary view" in statement}
    assert "window_from >= timestamp '2026-03-01 12:12:30'" in views["finest_of_days"]
    assert "window_until <= timestamp '2026-03-01 12:25:00'" in views["finest_of_days"]
    assert "greatest(window_start, timestamp '2026-03-01 12:12:30') as window_from" in views["days"]
    assert "least(window_end, timestamp '2026-03-01 12:25:00') as window_until" in views["days"]


def test_replays_read_their_offsets_into_their_own_tables() -> None:
    script = rendered(HEALTH, REPLAYED, name="windowpane-replay/7", namespace="health-replay-7")
    assert script.name == "windowpane-replay/7"
    [combined] = [statement for statement in script.setup if "temporary table combined" in statement]
    assert "'messages.scan.startup.specific-offsets' = 'partition:0,offset:10;partition:1,offset:0'" in combined
    assert "'messages.scan.bounded.specific-offsets' = 'partition:0,offset:90;partition:1,offset:80'" in combined
    panes, ledger, rejected = script.inserts
    assert all("insert into lake.`health-replay-7`." in insert for insert in script.inserts)
    assert panes.count("window_until <= timestamp '2026-03-01 12:25:00'") == 2
    assert "window_end <= timestamp '2026-03-01 12:25:00'" in ledger
    assert "arrived >= cast(timestamp '2026-03-01 12:12:30' as timestamp_ltz(3))" in rejected
    assert "arrived < cast(timestamp '2026-03-01 12:25:00' as timestamp_ltz(3))" in rejected


def test_quotes_what_definitions_say() -> None:
    odd = changed("fields/it's", {"type": "string", "required": False})
    odd = odd.model_copy(update={"event_time": odd.event_time.model_copy(update={"field": "o'clock"})})
    script = rendered(odd)
    [combined] = [statement for statement in script.setup if "temporary table combined" in statement]
    assert '"path":["it\'\'s"]' in combined
    assert "'o''clock'" in script.inserts[-1]
    for statement in (*script.setup, *script.inserts):
        assert statement.count("'") % 2 == 0


def test_windows_are_as_long_as_panes_say() -> None:
    views = {statement.split()[3]: statement for statement in rendered(HEALTH).setup if "temporary view" in statement}
    assert "descriptor(arrived), interval '10' second" in views["finest"]
    assert "descriptor(arrival), interval '10' minute" in views["days"]


def test_messages_are_combined_in_the_windows_of_panes() -> None:
    [combined] = [statement for statement in rendered(HEALTH).setup if "temporary table combined" in statement]
    assert "'arrival-window' = '10 s'" in combined
    assert "'watermark-slack' = '500 ms'" in combined
    [combined] = [
        statement for statement in rendered(PAGE_VIEWS, FROM_EVENTS).setup if "temporary table combined" in statement
    ]
    assert "watermark-slack" not in combined
