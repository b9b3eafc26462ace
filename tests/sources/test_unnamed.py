"""What killed runs leave in the object store is taken away later; what a file names never is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from database.engine import plain_uri
from database.locks import lake_lock
from sources.raw import Content, Raw, raw_key
from sources.runs.landing import Landing
from sources.store import SourceStore
from sources.unnamed import AGE, named_in, named_objects, sweep
from streams.errors import KafkaAwayError
from tests.access.conftest import Clock
from tests.sources.runs.running import CASES_SOURCE, Place, Received, csv

FIRST = csv(("DE", "2022-01-01", 1), ("DE", "2022-01-02", 3))


@pytest.fixture
def place(tmp_path: Path, store: SourceStore, clock: Clock) -> Iterator[Place]:
    place = Place(tmp_path, store, Received(clock))
    yield place
    place.client.close()


def kept(place: Place) -> set[str]:
    folder = place.folder / "objects"
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def named(place: Place) -> set[str]:
    with place.store.records.reading() as connection:
        return named_objects(connection)


def later() -> datetime:
    """A moment by which all that is there is old."""
    return datetime.now(UTC) + AGE + timedelta(minutes=1)


def swept(place: Place, now: datetime | None = None) -> int:
    return sweep(place.store, place.runner().objects, now or later())


def test_what_nobody_names_goes_once_it_is_old(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", FIRST)
    place.run(cases)
    used = named(place)
    assert used == kept(place)
    assert {key.partition("/")[0] for key in used} == {"raw", "landed"}
    runner = place.runner()
    runner.raw.keep(place.put("left.csv", "left behind"))
    for key in ("outbox/s/7-9.parquet", "landed/s/7-9.parquet"):
        runner.objects.put(key, place.put("b", "b"))
    assert swept(place, datetime.now(UTC)) == 0, "a run may name them yet"
    assert swept(place) == 3
    assert kept(place) == used
    assert swept(place) == 0


def test_what_waits_to_be_sent_stays(place: Place) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", FIRST)

    def away() -> None:
        raise KafkaAwayError("Kafka does not answer")

    place.received.before_each = away
    with pytest.raises(KafkaAwayError):
        place.run(cases)
    assert {key.partition("/")[0] for key in named(place)} == {"raw", "landed", "outbox"}
    assert swept(place) == 0
    place.received.before_each = lambda: None
    place.run(cases)
    assert len(place.sums()) == 2


def test_bytes_that_were_swept_while_a_file_landed_are_kept_again(place: Place) -> None:
    """They had been left by a run that was killed, so the next one that came by them did not put them anew."""
    cases = place.declare(CASES_SOURCE)
    file = place.put("a.csv", FIRST)
    left = place.runner().raw.keep(file)

    class Swept(Raw):
        """Kept bytes are taken away before anybody names them."""

        def keep(self, file: Path) -> Content:
            content = super().keep(file)
            assert swept(place) == 1
            return content

    place.store.states.get("s")
    objects = place.runner().objects
    Landing(Swept(objects), place.store.files).upload(cases.source, file, "a.csv", by="ann")
    assert objects.size(raw_key(left.digest)) == left.size
    assert swept(place) == 0


def test_nothing_is_removed_while_a_backup_is_made(place: Place, engine: sa.Engine) -> None:
    cases = place.declare(CASES_SOURCE)
    place.put("a.csv", FIRST)
    place.run(cases)
    [before] = [key for key in kept(place) if key.startswith("landed/")]
    with lake_lock(plain_uri(engine), "backup"), engine.connect() as connection:
        connection.execute(sa.text("set transaction isolation level repeatable read"))
        snapshot = str(connection.execute(sa.text("select pg_export_snapshot()")).scalar())
        place.put("b.csv", csv(("DE", "2022-01-03", 6)))
        place.run(cases)
        assert named_in(place.store, snapshot) <= kept(place)
        assert before in named_in(place.store, snapshot) - named(place)
        assert swept(place) == 0
    assert swept(place) == 2, "the state before, and what was sent"
    assert kept(place) == named(place)
    assert sum(place.sums().values()) == 6
