"""The service that runs all sources, on a real PostgreSQL, a folder and an HTTP server; what it sends is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from services.source_schedule import SourceSchedule, every_seconds, pause_seconds
from services.sources import WaitingSettings, has_work, wanted_streams
from sources.catalogue import CatalogueReader
from sources.store import SourceStore
from tests.access.conftest import Clock
from tests.sources.conftest import clock, engine, made, store  # noqa: F401
from tests.sources.fetching.http_api import Answer, Asked, http_api
from tests.sources.runs.running import CASES_SOURCE, LABS_SOURCE, Place, Received, csv


@pytest.fixture
def place(tmp_path: Path, store: SourceStore, clock: Clock) -> Iterator[Place]:  # noqa: F811
    place = Place(tmp_path, store, Received(clock))
    yield place
    place.client.close()


def await_true(is_so: Callable[[], bool], what: str) -> None:
    waiting = Retrying(retry=retry_if_result(lambda so: not so), stop=stop_after_delay(90), wait=wait_fixed(0.05))
    try:
        waiting(is_so)
    except Exception as error:
        raise AssertionError(f"never: {what}") from error


def scheduled(place: Place, applied: set[str]) -> SourceSchedule:
    read = CatalogueReader([place.folder / "sources.d"]).read
    return SourceSchedule(place.runner(), place.store, read, lambda: applied, at_once=8)


def test_each_source_runs_by_itself(place: Place) -> None:
    """One that hangs, one that fails, one whose file is broken: the others run."""
    hanging = threading.Event()

    def answer(asked: Asked) -> Answer:
        if asked.path.startswith("/slow"):
            hanging.wait(60)
        return Answer(status=401)

    with http_api(answer) as api:
        place.declare(CASES_SOURCE, "cases")
        place.declare(LABS_SOURCE.format(url=f"{api.url}/slow"), "slow")
        place.declare(LABS_SOURCE.format(url=api.url), "refused")
        place.declare(CASES_SOURCE, "other").file.with_name("unapplied.toml").write_text(
            CASES_SOURCE.replace("case_reports", "readings")
        )
        (place.folder / "sources.d" / "broken.toml").write_text("title = ")
        (place.folder / "sources.d" / "other.toml").unlink()
        place.put("a.csv", csv(("A", "2022-01-01", 5)))
        schedule = scheduled(place, {"case_reports", "labs"})
        schedule.start()
        try:
            schedule.look()
            states = place.store.states
            await_true(lambda: len(place.received.messages) == 1, "the file is sent")
            await_true(lambda: "401" in states.get("refused").problem, "the refusal is noted")
            await_true(lambda: states.get("cases").succeeded_at is not None, "the success is noted")
            assert states.get("refused").failures >= 1
            assert states.get("refused").next_at is not None
            assert "broken.toml" in states.get("broken").problem
            assert "unapplied" not in states.all()
            assert any(asked.path.startswith("/slow") for asked in api.asked)
        finally:
            hanging.set()
            schedule.close()


def test_who_asks_for_a_source_gets_it(place: Place) -> None:
    declared = place.declare(CASES_SOURCE.replace('files = "landing/*.csv"', 'files = "landing/*.csv"\nevery = "1d"'))
    place.put("a.csv", csv(("A", "2022-01-01", 5)))
    assert every_seconds(declared) == 86_400
    place.store.states.pause("s", by="ann")
    schedule = scheduled(place, {"case_reports"})
    schedule.start()
    try:
        schedule.look()
        assert place.store.states.get("s").ran_at is None
        place.store.states.resume("s")
        schedule.look()
        await_true(lambda: len(place.received.messages) == 1, "the resumed source ran")
        place.put("b.csv", csv(("B", "2022-01-02", 7)))
        await_true(lambda: place.store.states.get("s").asked_at is None, "the wish is met")
        place.store.states.ask("s")
        schedule.look()
        await_true(lambda: len(place.received.messages) == 2, "it ran again long before it was due")
    finally:
        schedule.close()


def test_pauses_grow_and_are_bounded() -> None:
    pauses = [max(pause_seconds(failures, 10.0) for _ in range(50)) for failures in (1, 3, 6, 50)]
    assert pauses == sorted(pauses)
    assert 5 <= pauses[0] <= 10
    assert 300 <= pauses[-1] <= 600


def test_there_is_nothing_to_run_before_a_stream_is_applied(place: Place) -> None:
    settings = WaitingSettings(
        catalog_uri="postgresql://nobody@127.0.0.1:9/none", streams=place.folder / "streams", sources=None
    )
    assert has_work(settings) is False
    place.declare(CASES_SOURCE)
    (place.folder / "sources.d" / "broken.toml").write_text("stream = [")
    assert wanted_streams([place.folder / "sources.d", place.folder / "nowhere"]) == {"case_reports"}
    assert has_work(settings) is False
