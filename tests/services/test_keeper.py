"""What the keeper decides about a stream, and what it does without Flink; when hearts beat, what a job's name says.

Its work on real engines is an integration test.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flink_jobs.client import FlinkClient, Job
from flink_jobs.errors import FlinkAwayError
from flink_jobs.settings import FlinkSettings
from iceberg.catalog import Catalog
from iceberg.handover import note_running
from iceberg.noted import DEFINITION_PROPERTY
from iceberg.stored_stream import StoredStream, stored_stream
from services.decision import Decision, decide
from services.heart import HEARTBEAT_SECONDS, _until_next_beat
from services.keeper import Keeper
from services.stream_topics import StreamTopics
from streams.definition import Definition
from streams.errors import DefinitionError
from streams.panes import FINEST_ARRIVAL_SECONDS
from tests.definitions import HEALTH, PAGE_VIEWS, changed
from tests.iceberg.lakes import make_tables, open_local

WIDER = changed("measures/cpu/max", 2)


def job(number: str, definition: Definition = HEALTH, state: str = "RUNNING") -> Job:
    return Job(number, f"windowpane/{definition.name}/{definition.digest}", state)


ENDED, MINE, OLD, OTHER = job("a", state="FAILED"), job("b"), job("c", WIDER), job("d", PAGE_VIEWS)


@pytest.mark.parametrize(
    ("running", "jobs", "last", "expected"),
    [
        (HEALTH, [MINE], "b", Decision()),
        (HEALTH, [MINE, ENDED, OTHER], None, Decision()),
        (None, [], None, Decision(start=True)),
        (None, [OTHER], None, Decision(start=True)),
        (HEALTH, [ENDED], "a", Decision(start=True)),
        (HEALTH, [ENDED], "gone", Decision(fence=True, start=True)),
        (HEALTH, [MINE, OLD], "b", Decision(stop=(MINE, OLD), start=True)),
        (WIDER, [OLD], "c", Decision(stop=(OLD,), hand_over=WIDER, start=True)),
        (WIDER, [], "c", Decision(fence=True, hand_over=WIDER, start=True)),
        (WIDER, [MINE], "b", Decision()),
    ],
)
def test_decides_by_what_is_stored_and_runs(
    running: Definition | None, jobs: list[Job], last: str | None, expected: Decision
) -> None:
    assert decide(StoredStream(HEALTH, running), jobs, last) == expected


@pytest.mark.parametrize(("drained", "expected"), [(False, Decision(start=True)), (True, Decision())])
def test_a_retired_stream_has_a_job_until_it_is_drained(drained: bool, expected: Decision) -> None:
    stored = StoredStream(HEALTH, HEALTH, datetime.now(UTC), drained)
    assert decide(stored, [ENDED], "a") == expected
    assert decide(stored, [MINE], "b") == Decision((MINE,) if drained else ())


def test_a_topic_that_may_not_be_read_has_no_job() -> None:
    assert decide(StoredStream(HEALTH, HEALTH), [MINE], "a", is_readable=False) == Decision((MINE,))
    assert decide(StoredStream(HEALTH, HEALTH), [ENDED], "a", is_readable=False) == Decision()


def test_a_partition_that_no_job_reads_makes_it_begin_anew() -> None:
    assert decide(StoredStream(HEALTH, HEALTH), [MINE], MINE.id, all_read=False) == Decision((MINE,), start=True)


@given(
    jobs=st.lists(st.sampled_from([ENDED, MINE, OLD, OTHER]), unique=True),
    last=st.sampled_from([None, "a", "b", "c", "gone"]),
    running=st.sampled_from([None, HEALTH, WIDER]),
)
def test_never_leaves_two_writers(jobs: list[Job], last: str | None, running: Definition | None) -> None:
    """Whatever runs of the stream is stopped before a job is started, and what Flink forgot is ruled out."""
    decision = decide(StoredStream(HEALTH, running), jobs, last)
    live = [each for each in jobs if each.stream == "health" and not each.ended]
    if decision.start:
        assert list(decision.stop) == live
        assert decision.fence == (last is not None and last not in {each.id for each in jobs})
    else:
        assert live == [MINE]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    catalog = open_local(tmp_path)
    for definition in (HEALTH, PAGE_VIEWS):
        make_tables(catalog, definition)
    return catalog


@pytest.fixture
def keeper(catalog: Catalog, tmp_path: Path) -> Keeper:
    """A keeper of a real lake, for which no Flink listens."""
    flink = FlinkSettings(
        flink="127.0.0.1:1",
        kafka="127.0.0.1:1",
        catalog_uri="postgresql://x@127.0.0.1:1/x",
        s3_endpoint="http://127.0.0.1:1",
        s3_access_key="x",
        s3_secret_key="x",
        flink_python=tmp_path,
        flink_home=tmp_path,
        java17=tmp_path,
    )
    declared = tmp_path / "streams"
    declared.mkdir()
    return Keeper(
        FlinkClient(flink),
        lambda: catalog,
        declared,
        tmp_path / "jobs.json",
        fence=lambda: pytest.fail("nothing is to be started"),
        topics=StreamTopics("127.0.0.1:1", lambda: catalog, 0),
    )


@pytest.mark.parametrize("stored", ["{", "[]", '{"name": "health"}', '{"version": 999}', None])
def test_a_stored_definition_that_cannot_be_read_is_that_streams_alone(
    catalog: Catalog, keeper: Keeper, stored: str | None
) -> None:
    with catalog.load_table("health.panes").transaction() as change:
        change.remove_properties(DEFINITION_PROPERTY)
        if stored is not None:
            change.set_properties({DEFINITION_PROPERTY: stored})
    with pytest.raises(DefinitionError, match=r"^health \(as applied\)"):
        keeper.make_right("health")
    with pytest.raises(FlinkAwayError):
        keeper.make_right("page_views")
    assert list(keeper.kept) == ["page_views"]


def test_keeps_what_it_started_though_its_file_is_gone(keeper: Keeper, tmp_path: Path) -> None:
    (tmp_path / "streams" / "page_views.toml").touch()
    assert keeper.names() == {"access_log", "page_views"}
    (tmp_path / "jobs.json").write_text(json.dumps({"health": "a", "never_applied": "b"}))
    assert keeper.names() == {"access_log", "health", "page_views", "never_applied"}
    with pytest.raises(FlinkAwayError):
        # Not before it is sure that no job of it runs.
        keeper.make_right("never_applied")
    assert "never_applied" in keeper.names()


def test_stored_streams_are_read_at_once(catalog: Catalog) -> None:
    assert stored_stream(catalog, "nope") is None
    assert stored_stream(catalog, "health") == StoredStream(HEALTH, None)
    note_running(catalog, WIDER)
    assert stored_stream(catalog, "health") == StoredStream(HEALTH, WIDER)


@given(now=st.floats(0, 4e9), delay=st.floats(0, 5))
def test_beats_after_each_multiple(now: float, delay: float) -> None:
    wait = _until_next_beat(now, delay)
    assert 0 <= wait <= HEARTBEAT_SECONDS
    beat = (now + wait - delay) % HEARTBEAT_SECONDS
    assert min(beat, HEARTBEAT_SECONDS - beat) < 1e-5


def test_a_beat_follows_each_window() -> None:
    """A window's end is a multiple of the heartbeat's interval, so one follows it by the delay alone."""
    assert FINEST_ARRIVAL_SECONDS % HEARTBEAT_SECONDS == 0
    assert _until_next_beat(1_760_000_010.0, 0.55) == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("name", "stream", "digest"),
    [
        ("windowpane/health/0123456789abcdef", "health", "0123456789abcdef"),
        ("insert-into_default_catalog", "", "insert-into_default_catalog"),
        ("windowpane/health", "", "health"),
        ("other/health/0123456789abcdef", "", "0123456789abcdef"),
    ],
)
def test_jobs_are_known_by_name(name: str, stream: str, digest: str) -> None:
    job = Job("id", name, "RUNNING")
    assert (job.stream, job.digest) == (stream, digest)


@pytest.mark.parametrize("state", ["CREATED", "RUNNING", "RESTARTING", "FAILING", "CANCELLING", "SUSPENDED"])
def test_jobs_may_write_until_they_end(state: str) -> None:
    assert not Job("id", "windowpane/health/0", state).ended


@pytest.mark.parametrize("state", ["FINISHED", "CANCELED", "FAILED"])
def test_ended_jobs_write_no_more(state: str) -> None:
    assert Job("id", "windowpane/health/0", state).ended
