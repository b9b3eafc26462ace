"""`windowpane replays show` prints the difference that people need, and names as they are."""

from __future__ import annotations

import pytest
from rich.console import Console

from database.replays import ReplayState
from scripts.replays.difference_table import report_parts
from scripts.results import Format, Result, show
from tests.query.differences import report


def printed(state: ReplayState, *, identical: bool = False) -> str:
    console = Console(width=300, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        show(Result(None, report_parts(report(state, identical=identical))), Format.TABLE, console)
    return captured.get()


def test_difference_is_printed() -> None:
    text = printed(ReplayState.STAGED)
    for part in ("accepted 102 → 101, rejected 3 → 2, heartbeats 9", "missing", "0.4 → 0.2", "<i>", "50.0%", "2 → -"):
        assert part in text
    assert "identical" not in text


def test_identical_is_one_line() -> None:
    text = printed(ReplayState.PUBLISHED, identical=True)
    assert "identical: accepted 102, rejected 3, heartbeats 9." in text
    assert "Groups" not in text


@pytest.mark.parametrize(
    ("state", "part"), [(ReplayState.RUNNING, "60 of 114 messages"), (ReplayState.DROPPED, "dropped")]
)
def test_states_without_difference(state: ReplayState, part: str) -> None:
    assert part in printed(state)
