"""A retired stream is drained once all that senders were told is taken is in every table; only such a one may go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from database.errors import LakeError
from iceberg.apply import applied_streams
from iceberg.catalog import Catalog
from iceberg.errors import RetiredError
from iceberg.lake_view import pin
from iceberg.retirement import GRACE, begin_removal, is_drained, left_by_benchmarks, refuse_retired, resume, retire
from iceberg.stored_stream import stored_stream
from tests.definitions import HEALTH, PAGE_VIEWS
from tests.iceberg.lakes import commit, ledger_row, make_tables, open_local


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    catalog = open_local(tmp_path)
    make_tables(catalog, HEALTH)
    return catalog


def counted(catalog: Catalog, until: datetime, *checkpoints: int) -> None:
    """The ledger's rows of a job that has counted up to a moment, one for each checkpoint."""
    ledger = catalog.load_table(("health", "ledger"))
    for checkpoint in checkpoints:
        row = {**ledger_row(checkpoint * 10), "arrived_from": until, "arrived_until": until + timedelta(seconds=10)}
        commit(ledger, [row], "a", checkpoint)


def test_is_drained_when_all_that_was_taken_is_counted(catalog: Catalog) -> None:
    assert not is_drained(catalog, "health")
    since = retire(catalog, "health")
    assert not is_drained(catalog, "health")
    counted(catalog, since + GRACE - timedelta(seconds=1), 1, 2)
    assert not is_drained(catalog, "health")
    counted(catalog, since + GRACE, 3)
    assert is_drained(catalog, "health")


def test_retired_is_seen_by_who_serves(catalog: Catalog) -> None:
    refuse_retired(catalog, "health")
    assert pin(catalog, "health").retired is None
    since = retire(catalog, "health")
    assert retire(catalog, "health") == since
    assert pin(catalog, "health").retired == since
    stored = stored_stream(catalog, "health")
    assert stored is not None
    assert (stored.retired, stored.drained) == (since, False)
    with pytest.raises(RetiredError, match="windowpane streams resume health"):
        refuse_retired(catalog, "health")
    for _ in "ab":
        resume(catalog, "health")
        assert pin(catalog, "health").retired is None
    refuse_retired(catalog, "health")


def test_only_what_is_retired_is_removed(catalog: Catalog) -> None:
    with pytest.raises(LakeError, match="windowpane streams retire health"):
        begin_removal(catalog, "health")
    retire(catalog, "health")
    begin_removal(catalog, "health")
    assert is_drained(catalog, "health")
    with pytest.raises(LakeError, match="windowpane streams remove health"):
        resume(catalog, "health")


def test_streams_of_benchmarks_are_not_offered_and_found_when_left(catalog: Catalog) -> None:
    bench = PAGE_VIEWS.model_copy(update={"name": "bench_window"})
    make_tables(catalog, bench)
    assert applied_streams(catalog) == ["health"]
    now = datetime.now(UTC)
    assert left_by_benchmarks(catalog, now - timedelta(hours=1)) == []
    assert left_by_benchmarks(catalog, now + timedelta(hours=1)) == ["bench_window"]
