"""The pages of replays in every state, rendered without engines; names are shown as they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from database.replays import Action, Publication, ReplayState
from query.replay_records import ReplayRecord
from query.visible import Visible
from tests.definitions import HEALTH
from tests.query.differences import ARRIVALS, replay, report
from web.page.templating import page_response
from web.pages.replays.handlers import BADGES, Address, _page

DONE = Publication(
    3, 7, "health", Action.PUBLISH, ARRIVALS, HEALTH.digest, datetime(2026, 3, 6, tzinfo=UTC), "somebody", "RAM <b>",
    {"panes": (10_000, 9_999)}, True,
)  # fmt: skip


def page(state: ReplayState, *, identical: bool = False, problem: str = "") -> str:
    address = Address(7, (), "", 1)
    shown = _page(replay(state), Visible(HEALTH), address, problem, report(state, identical=identical), None, [DONE])
    assert shown.status_code == (422 if problem else 200)
    return bytes(shown.body).decode()


@pytest.mark.parametrize("state", [s for s in ReplayState if s not in (ReplayState.RUNNING, ReplayState.DROPPED)])
def test_difference_is_shown(state: ReplayState) -> None:
    text = page(state)
    for part in ('id="totals"', 'id="rejected"', 'id="groups"', 'id="changes-minute"', "&lt;i&gt;", "1,234 groups"):
        assert part in text
    assert '<td class="quantity changed">20.0%</td>' in text
    assert "<i>" not in text.replace('<i class="k1">', "")
    assert 'id="identical"' not in text


def test_identical_is_said() -> None:
    assert "Identical" in page(ReplayState.STAGED, identical=True)
    assert "was there before it was published" in page(ReplayState.PUBLISHED, identical=True)


def test_running_replay_says_how_far() -> None:
    text = page(ReplayState.RUNNING)
    assert "60 of 114 messages" in text
    assert "windowpane replays resume 7" in text


def test_dropped_replay_says_so() -> None:
    assert "discarded" in page(ReplayState.DROPPED)


def test_publications_are_listed() -> None:
    text = page(ReplayState.PUBLISHED)
    assert "panes 10,000 → 9,999" in text
    assert "RAM &lt;b&gt;" in text


def test_wrong_address_is_said() -> None:
    assert "nope: is not a dimension" in page(ReplayState.STAGED, problem="nope: is not a dimension")


def listed(stream: str | None, replays: list[ReplayRecord], history: list[Publication]) -> str:
    shown = page_response(
        "pages/replays/replays.html",
        title="Replays",
        titles={"health": HEALTH.title},
        stream=stream,
        replays=replays,
        history=history,
        badges=BADGES,
    )
    return bytes(shown.body).decode()


@pytest.mark.parametrize("stream", [None, "health"])
def test_list_shows_replays_and_history(stream: str | None) -> None:
    text = listed(stream, [ReplayRecord.of(replay())], [DONE])
    assert 'href="/replays/7"' in text
    assert "RAM &lt;b&gt;" in text


def test_empty_list_says_how_to_begin() -> None:
    assert "windowpane replay STREAM" in listed(None, [], [])
