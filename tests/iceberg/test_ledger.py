"""What a ledger's commits prove: once a job has committed twice, all that it read before the newest rows is stored."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from pyiceberg.table import Table

from iceberg.ledger import complete_until, is_settled, settled_until
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, ledger_row, make_tables, noon, open_local, pane_row

# Commits as job, checkpoint and the seconds whose rows they add; then up to which second all is settled.
COMMITS: list[tuple[str, list[tuple[str | None, int, list[int]]], int | None]] = [
    ("no commit", [], None),
    ("one commit", [("a", 1, [0])], None),
    ("two commits", [("a", 1, [0, 10]), ("a", 2, [20, 30])], 20),
    ("three commits", [("a", 1, [0]), ("a", 2, [10]), ("a", 3, [20, 30])], 20),
    ("one commit and an empty one", [("a", 1, [0]), ("a", 2, [])], None),
    ("an empty one in between", [("a", 1, [0]), ("a", 2, []), ("a", 3, [10]), ("a", 4, [])], 10),
    ("only empty ones", [("a", 1, []), ("a", 2, [])], None),
    ("a new job with one commit", [("a", 1, [0]), ("a", 2, [10]), ("b", 1, [20, 30])], 10),
    ("a new job with an empty second commit", [("a", 1, [0]), ("a", 2, [10]), ("b", 1, [20]), ("b", 2, [])], 10),
    ("a new job with two commits", [("a", 1, [0]), ("a", 2, [10]), ("b", 1, [20]), ("b", 2, [30, 40])], 30),
    ("two new jobs with one commit each", [("a", 1, [0]), ("a", 2, [10]), ("b", 1, [20]), ("c", 1, [30])], 10),
    ("jobs with one commit each", [("a", 1, [0]), ("b", 1, [10]), ("c", 1, [20])], None),
    ("commits that are not Flink's", [("a", 1, [0]), (None, 0, [10]), ("a", 2, [20]), (None, 0, [30])], 20),
    ("only commits that are not Flink's", [(None, 0, [0]), (None, 0, [10])], None),
]


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Table]:
    return make_tables(open_local(tmp_path), HEALTH)


def second(value: int | None) -> datetime | None:
    return None if value is None else noon(value)


@pytest.mark.parametrize(("commits", "settled"), [case[1:] for case in COMMITS], ids=[case[0] for case in COMMITS])
def test_settles_by_two_commits_of_a_job(
    tables: dict[str, Table], commits: list[tuple[str | None, int, list[int]]], settled: int | None
) -> None:
    for job, checkpoint, seconds in commits:
        commit(tables["ledger"], [ledger_row(at) for at in seconds], job, checkpoint)
    assert settled_until(tables["ledger"]) == second(settled)


@pytest.mark.parametrize(
    ("commits", "settled"),
    [
        pytest.param([], True, id="no job ever ran"),
        pytest.param([(None, 0, [0])], True, id="rows that no job made"),
        pytest.param([("a", 1, [0])], False, id="one commit"),
        pytest.param([("a", 1, [0]), ("a", 2, [10])], False, id="less than was asked for"),
        pytest.param([("a", 1, [0, 10]), ("a", 2, [20])], True, id="as much as was asked for"),
    ],
)
def test_settled_is_what_no_job_adds_to(
    tables: dict[str, Table], commits: list[tuple[str | None, int, list[int]]], settled: bool
) -> None:
    for job, checkpoint, seconds in commits:
        commit(tables["ledger"], [ledger_row(at) for at in seconds], job, checkpoint)
    assert is_settled(tables["ledger"], noon(20)) is settled


@pytest.mark.parametrize(
    ("job", "checkpoint", "complete"),
    [
        pytest.param("a", 3, 40, id="panes of the same checkpoint"),
        pytest.param("a", 4, 40, id="panes of a later checkpoint"),
        pytest.param("a", 10, 40, id="checkpoints are compared as numbers"),
        pytest.param("a", 2, 20, id="panes one checkpoint behind"),
        pytest.param("b", 3, 20, id="panes of another job"),
        pytest.param(None, 0, 20, id="panes that Flink did not write"),
    ],
)
def test_completes_as_far_as_panes_are_committed(
    tables: dict[str, Table], job: str | None, checkpoint: int, complete: int
) -> None:
    for number, seconds in ((1, [0]), (2, [10]), (3, [20, 30])):
        commit(tables["ledger"], [ledger_row(at) for at in seconds], "a", number)
    panes = tables["panes"]
    commit(panes, [pane_row(0)], job, checkpoint)
    assert complete_until(tables["ledger"], panes) == noon(complete)


def test_nothing_is_complete_without_commits(tables: dict[str, Table]) -> None:
    assert complete_until(tables["ledger"], tables["panes"]) is None
    commit(tables["ledger"], [ledger_row(0)], "a", 1)
    assert complete_until(tables["ledger"], tables["panes"]) is None


def test_quiet_windows_are_complete_by_heartbeats(tables: dict[str, Table]) -> None:
    """The ledger goes on with heartbeats alone while the panes' commits add nothing."""
    commit(tables["ledger"], [ledger_row(0)], "a", 1)
    commit(tables["panes"], [pane_row(0)], "a", 1)
    commit(tables["ledger"], [ledger_row(10, accepted=0)], "a", 2)
    commit(tables["panes"], [], "a", 2)
    assert complete_until(tables["ledger"], tables["panes"]) == noon(20)


def test_publications_between_commits_hide_nothing(tables: dict[str, Table]) -> None:
    """A publication's commit is no job's, but what jobs committed before it is still there."""
    for number in (1, 2):
        commit(tables["ledger"], [ledger_row(10 * number)], "a", number)
        commit(tables["panes"], [pane_row(10 * number)], "a", number)
    commit(tables["ledger"], [])
    commit(tables["panes"], [])
    assert complete_until(tables["ledger"], tables["panes"]) == noon(30)
