"""What is kept of sources, on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sources.files import Decided, FileState, Kind, NewFile, RejectedRow
from sources.sent import message_hash, note_new
from sources.states import RunLostError, SourceBusyError
from sources.store import SourceStore
from tests.access.conftest import Clock

FILE = NewFile("a.csv", "d1", ("d1",), 10, Kind.FILE, "/landing/a.csv", "CC-BY-4.0", found="10 1")


def test_the_same_file_is_landed_once(store: SourceStore) -> None:
    store.states.get("s")
    first = store.files.land("s", FILE, by="source")
    assert first is not None
    assert (first.state, first.parts, first.kept_by) == (FileState.WAITING, ("d1",), "source")
    assert store.files.land("s", replace(FILE, found="10 2"), by="source") is None
    assert store.files.found("s") == {"a.csv": "10 2"}
    assert store.files.land("s", replace(FILE, name="copy.csv"), by="source") is None
    assert store.files.land("s", replace(FILE, name="copy.csv"), by="source", again=True) is not None
    assert store.files.land("s", replace(FILE, digest="d2"), by="source") is not None
    back = store.files.land("s", FILE, by="source")
    assert back is not None, "content that comes again after another is a correction"
    assert [each.digest for each in store.files.unfinished("s")] == ["d1", "d1", "d2", "d1"]


def test_position_moves_with_the_landing(store: SourceStore) -> None:
    store.states.get("s")
    store.files.land("s", FILE, by="source", position={"cursor": "2022"})
    assert store.states.get("s").position == {"cursor": "2022"}
    assert store.states.get("s").unfinished


def test_only_the_newest_run_changes_anything(store: SourceStore) -> None:
    old, new = store.states.begin("s", "test"), store.states.begin("s", "test")
    file = store.files.land("s", FILE, by="source")
    assert file is not None
    with pytest.raises(RunLostError):
        store.files.hold(file, old, "no column")
    assert store.files.hold(file, new, "no column").reason == "no column"
    assert store.states.get("s").unfinished is False


def test_a_source_is_run_by_one_at_a_time(store: SourceStore) -> None:
    with store.states.alone("s"), store.states.alone("t"):
        with pytest.raises(SourceBusyError), store.states.alone("s"):
            pass
        assert store.states.get("s").number != store.states.get("t").number
    with store.states.alone("s"):
        pass


def test_a_lock_is_freed_by_an_error(store: SourceStore) -> None:
    with pytest.raises(ZeroDivisionError), store.states.alone("s"):
        1 / 0  # noqa: B018
    with store.states.alone("s"):
        pass


def test_a_decision_is_made_whole_or_not_at_all(store: SourceStore) -> None:
    run = store.states.begin("s", "test")
    number = store.states.get("s").number
    file = store.files.land("s", FILE, by="source")
    assert file is not None
    row = RejectedRow(3, "date", "not a time", "a\0b")
    decided = Decided("dig", "outbox/1", 2, "landed/1", {"accepted": 2, "rejected": 1}, {"a": 1}, [], (row,))
    hashes = [message_hash(b"1"), message_hash(b"2"), message_hash(b"1")]

    def break_off() -> None:
        with store.changing() as connection:
            assert len(note_new(connection, number, hashes)) == 2
            store.files.decide(connection, file, run, decided)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert store.files.unfinished("s")[0].state is FileState.WAITING
    with store.changing() as connection:
        assert len(note_new(connection, number, hashes)) == 2
        sending = store.files.decide(connection, file, run, decided)
    assert (sending.state, sending.waiting, sending.sent) == (FileState.SENDING, 2, 0)
    assert store.files.rejected(file.id)[0].text == "a\ufffdb"
    with store.changing() as connection:
        assert note_new(connection, number, hashes) == set()
        assert len(note_new(connection, number + 1, hashes)) == 2
    assert store.states.get("s").landed == "landed/1"
    assert store.files.note_sent(sending, run, 1).sent == 1
    done = store.files.done(sending, run)
    assert (done.state, done.sent, done.outbox) == (FileState.DONE, 2, None)
    assert store.files.tallies()["s"] == {"waiting": 0, "sending": 0, "held": 0, "done": 1, "sent": 2, "rejected": 1}


@pytest.mark.parametrize(("every_later", "taken"), [(False, [1, 3]), (True, [1, 2, 3, 4])])
def test_held_and_rejected_files_are_taken_again(store: SourceStore, every_later: bool, taken: list[int]) -> None:
    run = store.states.begin("s", "test")
    for number in range(5):
        file = store.files.land("s", replace(FILE, name=f"{number}.csv", digest=f"d{number}"), by="source")
        assert file is not None
        if number == 1:
            store.files.hold(file, run, "no column")
            continue
        with store.changing() as connection:
            counts = {"rejected": int(number == 3)}
            sending = store.files.decide(connection, file, run, Decided("d", "o", 1, None, counts))
        store.files.done(sending, run)
    assert store.files.redrive("s", every_later=every_later) == len(taken)
    again = store.files.unfinished("s")
    assert [file.name for file in again] == [f"{number}.csv" for number in taken]
    assert {file.attempt for file in again} == {1}
    assert store.files.redrive("s", every_later=every_later) == 0


def test_pause_and_resume(store: SourceStore, clock: Clock) -> None:
    store.states.pause("s", by="ann")
    assert (store.states.get("s").paused, store.states.get("s").paused_by) == (True, "ann")
    store.states.resume("s")
    assert store.states.get("s").asked_at == clock.time
    store.states.note("s", problem="HTTP 500", failures=3, next_at=clock.time)
    state = store.states.all()["s"]
    assert (state.problem, state.failures, state.succeeded_at, state.asked_at) == ("HTTP 500", 3, None, None)
    store.states.note("s")
    state = store.states.get("s")
    assert (state.problem, state.failures, state.succeeded_at, state.asked_at) == ("", 0, clock.time, None)


def test_only_so_many_runs_are_remembered(store: SourceStore) -> None:
    for number in range(205):
        run = store.states.begin("s", "test")
        store.states.end("s", run, {"files": number})
    runs = store.states.runs("s", 1000)
    assert len(runs) <= 201
    assert runs[0]["counts"] == {"files": 204}
