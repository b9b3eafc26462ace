"""Records equal the accepted messages: through a restart, kills and replays, and what leaves them by the service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from compose.embedded.stack import Stack
from database.replays import ReplayState
from iceberg.catalog import open_catalog
from iceberg.namespaces import staging_namespace
from iceberg.packing import pack_all
from iceberg.publishing import drop, publish, roll_back
from iceberg.records import kept_since
from iceberg.settings import LakeSettings
from iceberg.stream_tables import stream_tables
from processing.definition_files import parse_process
from processing.run import run_process
from processing.store import ProcessStore
from scripts.lake.audit import audit_stream
from scripts.replays.replaying import RangeWanted, Replaying
from scripts.streams.provision import note_columns
from tests.flink_jobs.partition_logs import Decided
from tests.integration.access.people import people_of
from tests.integration.conftest import StreamFactory
from tests.integration.lake.every_door import DOORS, ON_PAGES, UNKNOWN, Seen, Visitor, by_calls, by_page, by_pages
from tests.integration.lake.test_duplicates import TOML as DUPLICATES
from tests.integration.lake.test_duplicates import messages, oracle
from tests.integration.live_streams import EPOCH, LiveStream, await_true, running_live, topic_ends
from tests.integration.stopping import kill

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]

TOML = DUPLICATES.replace("events = true\n", 'events = true\nrecords = { bucket = "who", buckets = 4 }\n')
WITHOUT = DUPLICATES
MANY = 100_000
"""Messages that a task of a replay reads for longer than from one checkpoint to the next."""


def records(live: LiveStream, namespace: str | None = None) -> list[tuple[Any, ...]]:
    """Every record: partition, offset, arrival and event time in milliseconds, and its fields, in order."""
    shown = '"partition", "offset", arrived, event_time, who, id'
    sql = f'select {shown} from "{namespace or live.name}".accepted order by 1, 2'
    rows = live.trino.rows(sql)[0]
    return [(row[0], row[1], _millis(row[2]), _millis(row[3]), *row[4:]) for row in rows]


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def expected(found: list[Decided]) -> list[tuple[Any, ...]]:
    rows = [
        (
            each.message.partition,
            each.message.offset,
            each.arrived,
            each.message.event_time,
            each.message.key,
            each.message.id,
        )
        for each in found
        if each.outcome == "accepted"
    ]
    return sorted(rows)


def check(live: LiveStream) -> list[tuple[Any, ...]]:
    """Records against the oracle of the logs, and the audit; what there is."""
    complete = live.view().complete_until
    assert complete is not None
    await_true(lambda: (live.view().settled_until or EPOCH) >= complete, 120, "all of it is settled")
    before = _millis(complete)
    kept = [row for row in records(live) if row[2] < before]
    assert kept == expected([each for each in oracle(live, topic_ends(live.name)) if each.arrived < before])
    assert [str(finding) for finding in audit_stream(live.definition).findings] == []
    return kept


@pytest.fixture(scope="module")
def live(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStream]:
    assert stack
    with running_live(tmp_path_factory.mktemp("streams"), TOML) as live:
        live.send(messages(0, 1000, seed=1))
        live.await_accounted()
        yield live


def test_every_accepted_message_has_its_record(live: LiveStream) -> None:
    assert len(check(live)) > 500
    typed = live.rows("select typeof(n), typeof(event_time), typeof(who) from {stream}.accepted limit 1")
    assert typed == [["bigint", "timestamp(6) with time zone", "varchar"]]
    columns = (
        "select column_name from lake.information_schema.columns where table_schema = ? and table_name = 'records'"
    )
    shown = {row[0] for row in live.trino.rows(columns, (live.name,))[0]}
    assert shown == {"partition", "offset", "arrived", "event_time", "who", "id", "n", "definition_digest"}


EVERY_WHO = frozenset(f"w{number}" for number in range(20))
MAY: dict[str, tuple[Seen, dict[str, Any]]] = {
    "teacher": ((frozenset(["w3", "w5"]), True), {"can": "ask,detail", "who": ["w3", "w5"]}),
    "student": ((frozenset(["w7"]), True), {"can": "detail", "who": ["w7"]}),
    "researcher": ((EVERY_WHO, False), {"can": "ask,detail", "hide": ("id",)}),
    "overseer": ((EVERY_WHO, True), {"can": "administer"}),
}
"""Who sees which records, and whether with `id`, which stands for a name; and by which grant."""


@contextmanager
def visitors(stack: Stack, live: LiveStream) -> Iterator[dict[str, Visitor]]:
    """One by each of these grants, an analyst who sees no single record, and a stranger; services know all of them."""
    note_columns(open_catalog(LakeSettings()), live.name)
    with people_of(stack) as people, ExitStack() as opened:
        found = {}
        for name in (*MAY, "analyst", "stranger"):
            user = f"{name}-{live.name}"
            people.add(user).close()
            if name != "stranger":
                people.grant(user, live.name, **(MAY[name][1] if name in MAY else {"can": "ask"}))
            key = people.key(user)
            http = opened.enter_context(people.client(key))
            found[name] = Visitor(user, key, http, stack.addresses.rpc)
        whole = found["overseer"], live.name
        await_true(
            lambda: by_pages(*whole) is not None and by_calls(*whole) is not None, 60, "services know the stream"
        )
        yield found


def test_every_door_shows_what_grants_show(stack: Stack, live: LiveStream) -> None:
    expected = {name: seen for name, (seen, _) in MAY.items()} | {"stranger": UNKNOWN}
    with visitors(stack, live) as people:
        for door, see in DOORS.items():
            told = ON_PAGES if see is by_page else EVERY_WHO
            shown = {name: seen and (seen[0] & told, seen[1]) for name, seen in expected.items()}
            assert {name: see(people[name], live.name) for name in expected} == shown, door


def test_results_are_told_to_sql_clients_as_grants_show(stack: Stack, live: LiveStream) -> None:
    """They are of all rows: who sees some has no such table; nothing is about a hidden field, or of single records."""
    asked = {"title": "All of it", "stream": live.name, "fields": ["who", "id", "n"], "drift": False}
    with closing(ProcessStore.open(LakeSettings().catalog_uri.get_secret_value())) as store:
        name = f"of_{live.name}"[:40]
        run = run_process(open_catalog(LakeSettings()), store, parse_process(name, asked, "tests"), "tests")
        store.forget(name)
    table = f"{live.name}.results"
    whole = live.rows("select item, array_join(fields, ','), run, rows from {stream}.results order by 1, 2")
    assert {(row[2], row[3]) for row in whole} == {(run.id, run.rows)}
    assert {row[0] for row in whole} >= {"rows", "complete", "number", "label"}
    with visitors(stack, live) as people:
        sql = f"select item, array_join(fields, ','), run, rows from {table} order by 1, 2"
        assert people["overseer"].sql.rows(sql) == whole
        assert people["researcher"].sql.rows(sql) == [row for row in whole if "id" not in row[1].split(",")]
        assert people["analyst"].sql.rows(sql) == whole
        for name in ("teacher", "student", "stranger"):
            assert people[name].sql.outcome(sql)[0].endswith("NOT_FOUND"), name
        least = f"select json_extract_scalar({{}}, '$.least') from {table} where fields = array['n']"
        assert people["analyst"].sql.rows(least.format("result")) == [[None]]
        assert people["analyst"].sql.outcome(least.format("detail"))[0] == "COLUMN_NOT_FOUND"
        [[found]] = people["researcher"].sql.rows(least.format("detail"))
        assert 0 <= float(found) < 1000
        assert people["analyst"].sql.outcome(f'select snapshot from {live.name}."results$snapshots"')[0] != "OK"
        assert people["overseer"].sql.outcome(f"delete from {table}")[0] != "OK"


def test_a_new_job_goes_on_behind_them(live: LiveStream) -> None:
    live.send(messages(2000, 300, seed=2))
    [job] = live.jobs()
    live.flink.stop(job)
    live.send(messages(2000, 300, seed=3))
    live.run_job()
    live.send(messages(3000, 300, seed=4))
    live.await_accounted()
    check(live)


def test_packing_changes_no_record(live: LiveStream) -> None:
    before = check(live)
    table = stream_tables(open_catalog(LakeSettings()), live.name)["accepted"]
    files = {task.file.file_path for task in table.refresh().scan().plan_files()}
    pack_all(table, 1 << 20)
    assert not files <= {task.file.file_path for task in table.refresh().scan().plan_files()}
    assert set(before) <= set(records(live))
    who = before[0][4]
    found = live.rows("select count(*) from {stream}.accepted where who = ?", who)
    assert found == [[len([row for row in records(live) if row[4] == who])]]


def test_replays_publish_the_same_records(live: LiveStream) -> None:
    middle = live.rows("select arrived_from from {stream}.ledger where duplicates > 0 order by 1")
    catalog = open_catalog(LakeSettings())
    for start in (None, middle[len(middle) // 2][0]):
        before = check(live)
        with Replaying(live.flink) as replaying:
            replay = replaying.begin(live.definition, RangeWanted(start=start), "tester")
            done, staged = replaying.see_through(replay, lambda _: None)
        assert staged.in_records == staged.accepted > 0
        since, until = _millis(done.arrivals.start), _millis(done.arrivals.end)
        assert records(live, staging_namespace(done)) == [row for row in before if since <= row[2] < until]
        assert publish(catalog, done.id, "tester", "the same").state is ReplayState.PUBLISHED
        assert set(before) <= set(check(live))
        assert roll_back(catalog, done.id, "tester", "as before").state is ReplayState.ROLLED_BACK
        assert set(before) <= set(check(live))
        drop(catalog, done.id)


def test_replays_keep_what_was_read_by_tasks_that_ended_early(stream_factory: StreamFactory) -> None:
    """Of one partition there is nearly nothing, so its task ends while checkpoints are made of the other's."""
    live = stream_factory(TOML)
    live.send(messages(0, 5, seed=8), partition=0)
    live.send(messages(0, MANY, seed=9), partition=1)
    live.await_accounted(seconds=300)
    with Replaying(live.flink) as replaying:
        for _ in range(3):
            replay = replaying.begin(live.definition, RangeWanted(), "tester")
            done, staged = replaying.see_through(replay, lambda _: None)
            assert staged.in_records == staged.accepted > 0
            drop(open_catalog(LakeSettings()), done.id)


def test_a_live_stream_begins_to_keep_records(stack: Stack, stream_factory: StreamFactory) -> None:
    """By a handover of the keeper's; they survive kills, and a replay of what came before reaches further back."""
    live = stream_factory(WITHOUT)
    first = live.await_running()
    live.send(messages(0, 300, seed=5))
    live.await_accounted()
    live.apply(TOML.replace("{topic}", live.name))
    assert live.await_running().id != first.id
    live.send(messages(1000, 300, seed=6))
    kill(stack, "taskmanager")
    live.send(messages(2000, 300, seed=7))
    live.await_accounted(seconds=300)
    catalog = open_catalog(LakeSettings())
    since = kept_since(stream_tables(catalog, live.name)["accepted"])
    assert since is not None
    found = oracle(live, topic_ends(live.name))
    complete = _millis(live.view().complete_until or EPOCH)
    kept = [row for row in records(live) if row[2] < complete]
    assert kept == expected([each for each in found if _millis(since) <= each.arrived < complete])
    assert [str(finding) for finding in audit_stream(live.definition).findings] == []
    with Replaying(live.flink) as replaying:
        replay = replaying.begin(live.definition, RangeWanted(end=since), "tester")
        done, _ = replaying.see_through(replay, lambda _: None)
    assert publish(catalog, done.id, "tester", "records of before").state is ReplayState.PUBLISHED
    assert kept_since(stream_tables(catalog, live.name)["accepted"]) == done.arrivals.start
    kept = [row for row in records(live) if row[2] < complete]
    assert kept == expected([each for each in found if each.arrived < complete])
    assert datetime.now(UTC) > (live.view().complete_until or EPOCH)
