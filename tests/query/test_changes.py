"""Two answers to one question are compared by their groups; quantiles are not compared."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import Any

import pytest

from query.answer_json import answer_json, group_json
from query.answers import WindowAnswer, source_of
from query.changes import changes_between
from query.groups import Group
from query.requests import WindowRequest
from query.visible import Visible
from tests.definitions import HEALTH
from tests.query.lake_views import at, covered, lake_view


def group(service: str, messages: int = 3, **parts: Any) -> Group:
    return Group((service,), messages, {"cpu": {"mean": 0.5, "quantiles": {"0.5": 0.4}, **parts}})


SHOWN = (group("a"), group("b"), group("c"))


@pytest.mark.parametrize(
    ("other", "changed", "elsewhere", "messages"),
    [
        pytest.param(SHOWN, {}, [], 0, id="the same"),
        pytest.param((group("c"), group("a"), group("b", 5)), {("b",): 2}, [], 2, id="late messages"),
        pytest.param((group("a"), group("b", mean=0.6), group("c")), {("b",): 0}, [], 0, id="another measure"),
        pytest.param((group("a", quantiles={}), group("b"), group("c")), {}, [], 0, id="quantiles"),
        pytest.param((group("a"), group("b")), {("c",): -3}, [], -3, id="gone"),
        pytest.param((*SHOWN, group("d", 7)), {}, ["d"], 7, id="new"),
    ],
)
def test_finds_what_differs(
    other: tuple[Group, ...], changed: dict[tuple[str], int], elsewhere: list[str], messages: int
) -> None:
    changes = changes_between(SHOWN, other)
    assert (changes.changed, [*map(attrgetter("key"), changes.elsewhere)]) == (changed, [(name,) for name in elsewhere])
    assert changes.messages == messages


def test_totals_are_compared() -> None:
    one, two = Group((), 1, {}), Group((), 2, {})
    assert changes_between([one], [two]).changed == {(): 1}
    assert changes_between([], [two]).elsewhere == (two,)


def test_answers_mark_their_groups() -> None:
    request = WindowRequest(Visible(HEALTH), at("1 10:00"), at("1 11:00"), ("service",), changed_since=at("1 12:00"))
    plan = covered(request)
    source = source_of(lake_view(), "query", request)
    now = WindowAnswer(request, source, plan, (group("a"), group("b", 5), group("d")))
    before = request.known_at(request.changed_since)
    marked = answer_json(now.changed_from(replace(now, request=before, groups=SHOWN)))
    assert (before.as_known_at, before.changed_since) == (at("1 12:00"), None)
    assert [each["changed_since"] for each in marked["groups"]] == [False, True, True]
    assert (marked["changed_since"], marked["gone_since"]) == (
        "2026-03-01T12:00:00Z",
        [group_json(group("c"), ("service",))],
    )
    assert "changed_since" not in answer_json(replace(now, request=before))
