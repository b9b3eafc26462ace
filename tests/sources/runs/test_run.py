"""Runs of sources: every fact once, whatever comes again, is corrected, held or killed on the way."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import replace
from itertools import permutations

import pytest

from sources.errors import SourceError
from sources.fetching.errors import FetchError
from sources.files import FileState
from sources.runs.landing import Landing
from sources.runs.run import Runner
from sources.states import SourceBusyError
from streams.errors import KafkaAwayError
from tests.sources.fetching.http_api import Answer, Asked, http_api
from tests.sources.runs.running import CASES_SOURCE, LABS_SOURCE, READINGS_SOURCE, Place, csv

FIRST = csv(("A", "2022-01-01", 5), ("A", "2022-01-02", 8), ("B", "2022-01-01", 1))
GROWN = csv(("A", "2022-01-01", 5), ("A", "2022-01-02", 8), ("B", "2022-01-01", 1), ("A", "2022-01-03", 9))
CORRECTED = csv(("A", "2022-01-01", 6), ("A", "2022-01-02", 8), ("B", "2022-01-01", 1), ("A", "2022-01-03", 9))
NEWEST = {("A", "2022-01-01"): 6, ("A", "2022-01-02"): 2, ("B", "2022-01-01"): 1, ("A", "2022-01-03"): 1}


def test_a_file_its_copy_and_its_corrections(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", FIRST)
    counts = place.run(cases)
    assert (counts.landed, counts.done, counts.messages) == (1, 1, 3)
    assert place.sums() == {("A", "2022-01-01"): 5, ("A", "2022-01-02"): 3, ("B", "2022-01-01"): 1}
    assert place.run(cases).as_json() == {"landed": 0, "done": 0, "held": 0, "messages": 0, "rejected": 0}
    place.put("copy.csv", FIRST)
    assert place.run(cases).landed == 0
    place.put("a.csv", GROWN)
    assert place.run(cases).messages == 1
    place.put("a.csv", CORRECTED)
    assert place.run(cases).messages == 2
    assert place.sums() == NEWEST
    revisions = [each["revision"] for each in place.received.accepted() if each["date"].startswith("2022-01-01")]
    assert sorted(revisions) == [0, 0, 1]
    assert {key for _, key in place.received.messages} == {each["id"].encode() for each in place.received.accepted()}
    file = place.files()[0]
    assert (file.state, file.licence, file.counts["rows"], file.outbox) == (FileState.DONE, "CC-BY-4.0", 3, None)
    assert [run["counts"]["messages"] for run in place.store.states.runs("s")] == [2, 1, 3]


def test_content_that_comes_back_is_a_correction(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    for text in (FIRST, CORRECTED, FIRST):
        place.put("a.csv", text)
        place.run(cases)
    assert place.sums() == {("A", "2022-01-01"): 5, ("A", "2022-01-02"): 3, ("B", "2022-01-01"): 1} | (
        {("A", "2022-01-03"): 1}  # its date is in no file of the last state, which says nothing of it
    )


@pytest.mark.parametrize("order", [*permutations(("01-01", "01-02", "01-03"))])
def test_files_in_any_order(place: Place, order: tuple[str, ...]) -> None:
    cases = place.declare(CASES_SOURCE)
    totals = {"01-01": 5, "01-02": 8, "01-03": 7}
    for day in order:
        place.put(f"{day}.csv", csv(("A", f"2022-{day}", totals[day])))
        place.run(cases)
    assert place.sums() == {("A", "2022-01-01"): 5, ("A", "2022-01-02"): 3, ("A", "2022-01-03"): -1}


def test_a_file_that_is_being_written_is_let_alone(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    slow = replace(place.runner(), settled_seconds=60.0)
    file = place.put("a.csv", FIRST[:40])
    assert slow.run(cases, by="test").landed == 0
    place.put("b.csv.part", FIRST)
    place.put(".c.csv", FIRST)
    file.write_text(FIRST)
    long_ago = time.time() - 61
    os.utime(file, (long_ago, long_ago))
    assert slow.run(cases, by="test").landed == 1
    assert len(place.sums()) == 3


def test_half_a_file_is_put_right_by_the_whole_one(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", FIRST[:-9])
    place.run(cases)
    place.put("a.csv", FIRST)
    place.run(cases)
    assert place.sums() == {("A", "2022-01-01"): 5, ("A", "2022-01-02"): 3, ("B", "2022-01-01"): 1}


def test_rejected_rows_are_told_and_redriven_once(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", csv(("A", "2022-01-01", 5), ("A", "2022-13-02", 8), ("B", "2022-01-01", "many"), ("C",)))
    counts = place.run(cases)
    assert (counts.messages, counts.rejected) == (1, 3)
    file = place.files()[0]
    assert {(row.line, row.field) for row in place.store.files.rejected(file.id)} >= {(5, "")}
    assert len(place.received.refused()) == 3
    told = [message for _, message in place.received.refused()]
    assert {message["source"] for message in told} == {"s"}
    assert {message["file"] for message in told} == {"a.csv"}
    mended = CASES_SOURCE.replace("whole(total)", "if(total = 'many', '7'::json, whole(total))")
    cases = place.declare(mended)
    assert place.store.files.redrive("s", every_later=True) == 1
    counts = place.run(cases)
    assert (counts.messages, counts.rejected) == (1, 2)
    assert place.sums() == {("A", "2022-01-01"): 5, ("B", "2022-01-01"): 7}
    assert len(place.received.refused()) == 3, "what is rejected still was told before"
    place.store.files.redrive("s", every_later=True)
    assert place.run(cases).messages == 0


def test_a_held_file_waits_and_others_go_on(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", csv(("A", "2022-01-01", 5), header="region,date,count"))
    place.put("b.csv", csv(("B", "2022-01-01", 1)))
    counts = place.run(cases)
    assert (counts.held, counts.done) == (1, 1)
    held = place.files()[0]
    assert (held.state, "total" in held.reason) == (FileState.HELD, True)
    assert place.run(cases).landed == 0
    cases = place.declare(CASES_SOURCE.replace('total = ["total"]', 'total = ["total", "count"]'))
    assert place.store.files.redrive("s", every_later=True) == 2
    place.run(cases)
    # Both are the truth for the same date: the one that came last is believed.
    assert place.sums() == {("B", "2022-01-01"): 1}


def test_a_file_without_any_message_is_held(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", csv(("A", "01/02/2022", 5), ("B", "01/02/2022", 6)))
    assert place.run(cases).held == 1
    file = place.files()[0]
    assert file.reason.startswith("all of its 2 rows are rejected: date: not a time (2)")
    assert len(place.store.files.rejected(file.id)) == 2
    assert place.received.messages == []


def test_a_file_that_loses_too_much_waits_for_a_person(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", csv(("A", "2022-01-01", 5), ("B", "2022-01-01", 6), ("C", "2022-01-01", 7)))
    place.run(cases)
    place.put("a.csv", csv(("A", "2022-01-01", 5)))
    assert place.run(cases).held == 1
    assert len(place.sums()) == 3
    place.store.files.redrive("s", every_later=True, accepts_losses=True)
    place.run(cases)
    assert place.sums() == {("A", "2022-01-01"): 5}


def test_rows_without_ids_are_taken_once(place: Place) -> None:
    readings = place.declare(READINGS_SOURCE)
    rows = [("2022-01-01T00:00:00Z", "a", 1), ("2022-01-01T00:00:00Z", "a", 1), ("2022-01-01T00:00:00Z", "b", 2)]
    place.put("a.csv", csv(*rows, header="at,room,value"))
    place.run(readings)
    assert len(place.received.messages) == 3, "two readings that are equal are two"
    place.put("a.csv", csv(*rows, rows[0], header="at,room,value"))
    place.put("copy.csv", csv(*rows, header="at,room,value"))
    place.run(readings)
    assert len(place.received.messages) == 4
    place.put("a.csv", csv(rows[2], rows[0], *rows[:2], header="at,room,value"))
    place.run(readings)
    assert len(place.received.messages) == 4


def test_rows_without_ids_are_redriven_once(place: Place) -> None:
    readings = place.declare(READINGS_SOURCE)
    place.put("a.csv", csv(("2022-01-01T00:00:00Z", "a", 1), ("yesterday", "a", 2), header="at,room,value"))
    place.run(readings)
    mended = READINGS_SOURCE.replace('"moment"', "\"if(moment = 'yesterday', '2022-01-02T00:00:00Z', moment)\"")
    readings = place.declare(mended.replace('room = "room"', 'room = "upper(room)"'))
    place.store.files.redrive("s", every_later=False)
    place.run(readings)
    sent = [(each["at"], each["room"]) for each in place.received.accepted()]
    assert sent == [("2022-01-01T00:00:00Z", "a"), ("2022-01-02T00:00:00Z", "A")]


def test_pages_of_an_api_are_taken_once(place: Place) -> None:
    known = [{"id": str(n), "at": f"2022-01-{n:02}T00:00:00Z", "test": "x"} for n in range(1, 6)]

    def answer(asked: Asked) -> Answer:
        since, page = asked.params["since"], int(asked.params.get("page", "0"))
        found = [each for each in known if each["at"] >= since]
        more = f"/results?since={since}&page={page + 1}" if len(found) > 2 * page + 2 else None
        return Answer.json({"made": len(api.asked), "data": found[2 * page : 2 * page + 2], "next": more})

    with http_api(answer) as api:
        labs = place.declare(LABS_SOURCE.format(url=api.url))
        assert place.run(labs).messages == 5
        assert (place.store.states.get("s").position or {})["cursor"] == "2022-01-05T00:00:00Z"
        assert len(place.files()[0].parts) == 3
        assert place.run(labs).messages == 0
        known.append({"id": "6", "at": "2022-01-06T00:00:00Z", "test": "y"})
        assert place.run(labs).messages == 1
        assert api.asked[-1].params["since"] == "2022-01-05T00:00:00Z"
        landed = len(place.files())
        for _ in range(3):
            place.run(labs)
        assert len(place.files()) - landed <= 1, "what is the same is not landed again and again"
    assert Counter(each["id"] for each in place.received.accepted()) == Counter("123456")
    place.client.close()  # one that is kept open is answered still
    with pytest.raises(FetchError, match="does not answer"):
        place.run(labs)


def test_what_waits_is_taken_though_the_api_is_away(place: Place) -> None:
    with http_api(lambda _: Answer()) as gone:
        labs = place.declare(LABS_SOURCE.format(url=gone.url))
    runner = place.runner()
    file = place.put("up.ndjson", b'{"id": "9", "at": "2022-01-01T00:00:00Z", "test": "x"}\n')
    place.store.states.get("s")
    landing = Landing(runner.raw, place.store.files)
    assert landing.upload(labs.source, file, "C:\\data\\up.ndjson", by="user:ann") is not None
    assert landing.upload(labs.source, file, "up.ndjson", by="user:ann") is None
    with pytest.raises(FetchError):
        place.run(labs)
    assert [each["id"] for each in place.received.accepted()] == ["9"]
    assert (place.files()[0].name, place.files()[0].kept_by) == ("up.ndjson", "user:ann")


@pytest.mark.parametrize("name", ["", "..", "a/", "x\0y", "a" * 501])
def test_what_is_no_name_of_a_file(place: Place, name: str) -> None:
    cases = place.declare(CASES_SOURCE)
    with pytest.raises(SourceError):
        Landing(place.runner().raw, place.store.files).upload(cases.source, place.put("x", "y"), name, by="ann")


def test_a_run_can_be_repeated_from_what_was_kept(place: Place) -> None:
    cases = place.declare(CASES_SOURCE.replace("whole(total)", "null"))
    place.put("a.csv", FIRST)
    place.run(cases)
    (place.folder / "landing" / "a.csv").unlink()
    cases = place.declare(CASES_SOURCE)
    place.store.files.redrive("s", every_later=True)
    place.run(cases)
    assert len(place.sums()) == 3


def test_a_paused_source_does_nothing(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", FIRST)
    place.store.states.pause("s", by="ann")
    assert place.run(cases).landed == 0
    place.store.states.resume("s")
    assert place.run(cases).landed == 1


def test_kafka_is_away_for_a_while(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", FIRST)

    def away() -> None:
        if len(place.received.messages) == 2:
            raise KafkaAwayError("Kafka does not answer")

    place.received.before_each = away
    with pytest.raises(KafkaAwayError):
        place.run(cases)
    assert place.files()[0].state is FileState.SENDING
    assert place.store.states.runs("s")[0]["problem"] == "Kafka does not answer"
    place.received.before_each = lambda: None
    place.run(cases)
    assert len(place.received.messages) == 3
    assert len(place.sums()) == 3


def test_two_processes_never_run_the_same_source(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", FIRST)

    def other() -> None:
        with pytest.raises(SourceBusyError):
            Runner.run(place.runner(), cases, by="other")

    place.received.before_each = other
    place.run(cases)
    assert len(place.received.messages) == 3


def test_a_folder_that_is_not_there(place: Place) -> None:
    with pytest.raises(FetchError, match="there is no folder"):
        place.run(place.declare(CASES_SOURCE))


def test_raw_bytes_that_are_gone_hold_the_file(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", FIRST)
    place.run(cases)
    for path in (place.folder / "objects" / "raw").rglob("*"):
        if path.is_file():
            path.unlink()
    place.store.files.redrive("s", every_later=True)
    place.store.states.ask("s")
    assert place.store.files.unfinished("s") == []
    place.put("b.csv", csv(("C", "2022-02-01", 1)))
    place.run(cases)
    assert len(place.sums()) == 4
