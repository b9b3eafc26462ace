"""A job without state starts where every table is surely complete, and keeps only what its tables lack."""

from __future__ import annotations

from datetime import datetime

import pytest
from pyiceberg.table import Table

from database.errors import LakeError
from iceberg.catalog import Catalog
from iceberg.resume import resume_point
from tests.iceberg.lakes import commit, day_row, ledger_row, noon, pane_row, rejected_row

SLICES = ("finest panes", "day panes", "ledger", "rejected")


def test_refuses_streams_without_tables(catalog: Catalog) -> None:
    with pytest.raises(LakeError, match="windowpane apply"):
        resume_point(catalog, "health")


@pytest.mark.usefixtures("tables")
def test_starts_new_streams_at_the_beginning(catalog: Catalog) -> None:
    point = resume_point(catalog, "health")
    assert (point.start, point.cuts, point.held) == (None, dict.fromkeys(SLICES), {"rejected": {}})


def test_one_commit_proves_nothing(catalog: Catalog, tables: dict[str, Table]) -> None:
    """Another table may lack that checkpoint: read all again, and let each sink keep what is beyond its own cut."""
    commit(tables["ledger"], [ledger_row(1200)], "a", 1)
    commit(tables["rejected"], [rejected_row(1201, 0, 7)], "a", 1)
    point = resume_point(catalog, "health")
    assert point.start is None
    assert point.cuts == {"finest panes": None, "day panes": None, "ledger": noon(1210), "rejected": None}
    assert point.held == {"rejected": {0: 7}}


@pytest.mark.parametrize(
    ("seconds", "start"),
    [([0, 10], 0), ([590, 600], 600), ([1190, 1210], 1200), ([600, 1199], 600), ([600, 1790], 1200)],
)
def test_starts_with_a_whole_day_window(
    catalog: Catalog, tables: dict[str, Table], seconds: list[int], start: int
) -> None:
    for checkpoint, at in enumerate(seconds):
        commit(tables["ledger"], [ledger_row(at)], "a", checkpoint)
    assert resume_point(catalog, "health").start == noon(start)


def test_cuts_are_each_tables_own(catalog: Catalog, tables: dict[str, Table]) -> None:
    commit(tables["ledger"], [ledger_row(1190)], "a", 1)
    commit(tables["ledger"], [ledger_row(1200)], "a", 2)
    commit(tables["panes"], [pane_row(1190), pane_row(1180)], "a", 2)
    commit(tables["panes"], [day_row(600)], "a", 2)
    point = resume_point(catalog, "health")
    expected: dict[str, datetime | None] = {
        "finest panes": noon(1200),
        "day panes": noon(1200),
        "ledger": noon(1210),
    }
    assert point.cuts == {**expected, "rejected": noon(1200)}


def test_new_jobs_single_commit_falls_back(catalog: Catalog, tables: dict[str, Table]) -> None:
    for job, checkpoint, at in (("a", 1, 0), ("a", 2, 650), ("b", 1, 1300), ("c", 1, 2500)):
        commit(tables["ledger"], [ledger_row(at)], job, checkpoint)
    point = resume_point(catalog, "health")
    assert (point.start, point.cuts["ledger"]) == (noon(600), noon(2510))


def test_holds_the_highest_rejected_offsets(catalog: Catalog, tables: dict[str, Table]) -> None:
    """Only of partitions that have any from the start on; a restart may not write those again."""
    for checkpoint, at in ((1, 590), (2, 600)):
        commit(tables["ledger"], [ledger_row(at)], "a", checkpoint)
    commit(tables["rejected"], [rejected_row(599.999, 0, 5), rejected_row(600, 1, 17)], "a", 1)
    commit(tables["rejected"], [rejected_row(605, 1, 12), rejected_row(605, 2, 3), rejected_row(10, 3, 99)], "a", 2)
    assert resume_point(catalog, "health").held == {"rejected": {1: 17, 2: 3}}
