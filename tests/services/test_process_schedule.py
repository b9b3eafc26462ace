"""Processes run by a program of its own when they are due, and one at a time."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from database.replays import Action, Publication
from processing.due import due_processes, is_due
from processing.store import ProcessStore, Version
from services.process_schedule import SECONDS, ProcessSchedule
from services.sources import WaitingSettings, has_work, processed_streams
from streams.arrivals import Arrivals
from tests.processing.conftest import engine, store  # noqa: F401
from tests.processing.made import process

VERSION = Version("d", "p", "c", 0)


def program(path: Path, code: int = 0, seconds: int = 0) -> list[str]:
    text = f"import time; open({str(path)!r}, 'a').write('.'); time.sleep({seconds}); raise SystemExit({code})"
    return [sys.executable, "-S", "-c", text]


def await_runs(path: Path, count: int) -> None:
    waiting = Retrying(retry=retry_if_result(lambda n: n < count), stop=stop_after_delay(20), wait=wait_fixed(0.02))
    assert waiting(lambda: len(path.read_text()) if path.exists() else 0) == count


def test_a_run_begins_when_one_is_due_and_never_twice(tmp_path: Path) -> None:
    due, path = [False], tmp_path / "runs"
    schedule = ProcessSchedule(lambda: due[0], program(path, seconds=60))
    schedule.look(1000)
    assert not path.exists()
    due[0] = True
    for step in range(1, 4):
        schedule.look(1000 + step * SECONDS)
    await_runs(path, 1)
    schedule.close()


def test_what_fails_is_begun_again_later(tmp_path: Path) -> None:
    path, now = tmp_path / "runs", 1000.0
    schedule = ProcessSchedule(lambda: True, program(path, code=1))
    schedule.look(now)
    await_runs(path, 1)
    ended = Retrying(retry=retry_if_result(bool), stop=stop_after_delay(20), wait=wait_fixed(0.02))

    def goes_on() -> bool:
        schedule.look(now)
        return schedule.is_running

    ended(goes_on)
    schedule.look(now + SECONDS)
    assert len(path.read_text()) == 1
    schedule.look(now + 2 * SECONDS)
    await_runs(path, 2)
    schedule.close()


@pytest.mark.parametrize(("every", "hours", "due"), [("6 hours", 5, False), ("6 hours", 7, True), (None, 99, False)])
def test_what_ran_long_enough_ago_is_due(store: ProcessStore, every: str | None, hours: int, due: bool) -> None:  # noqa: F811
    asked, moment = process(every=every), datetime.now(UTC)
    assert is_due(asked, None, moment) is (every is not None)
    run = store.begin("study", "marks", 1, VERSION, "service")
    assert is_due(asked, run, moment) is (every is not None)
    store.end(run.id, "it failed")
    later = moment + timedelta(hours=hours)
    assert is_due(asked, store.newest("study"), later) is due
    found = due_processes({"study": asked}, {"marks"}, store, later)
    assert [each.name for each in found] == (["study"] if due else [])
    assert due_processes({"study": asked}, {"other"}, store, later) == []


def published(at: datetime, *, stream: str = "marks", completed: bool = True) -> Publication:
    arrivals = Arrivals(at - timedelta(hours=1), at)
    return Publication(2, 1, stream, Action.PUBLISH, arrivals, "d", at, "ann", "", {}, completed=completed)


def test_what_was_read_before_a_publication_is_due(
    store: ProcessStore,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, moment, history = process(after="publication"), datetime.now(UTC), list[Publication]()
    monkeypatch.setattr(store, "publications", lambda: history)

    def due() -> list[str]:
        return [each.name for each in due_processes({"study": asked}, {"marks"}, store, moment)]

    assert due() == []
    history.append(published(moment, stream="other"))
    assert due() == []
    history.append(published(moment, completed=False))
    assert due() == []
    history[-1] = published(moment)
    assert due() == ["study"]
    run = store.begin("study", "marks", 1, VERSION, "service")
    assert due() == ["study"]
    store.end(run.id)
    assert due() == []
    history.insert(0, published(datetime.now(UTC) + timedelta(seconds=1)))
    assert due() == ["study"]


def test_the_history_of_publications_is_read(store: ProcessStore) -> None:  # noqa: F811
    assert store.publications() == []


def test_the_service_wakes_for_processes_of_their_own_accord(tmp_path: Path) -> None:
    (tmp_path / "streams").mkdir()
    path = tmp_path / "processes.toml"
    path.write_text(
        '[process.a]\ntitle = "a"\nstream = "marks"\nevery = "1 day"\n[process.b]\ntitle = "b"\nstream = "x"\n'
        '[process.c]\ntitle = "c"\nstream = "answers"\nafter = "publication"\n'
    )
    assert processed_streams(tmp_path / "streams") == {"marks", "answers"}
    away = WaitingSettings(catalog_uri="postgresql://127.0.0.1:9/none", streams=tmp_path / "streams")
    assert has_work(away) is False
