"""Merged rows become groups in the shapes of the HTTP contract, in the measure's own units."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from query.answers import Encoded, RejectedAnswer, SeriesAnswer, WindowAnswer, groups, timestamp, view_digest
from query.cursors import Cursor
from query.requests import RejectedRequest, SeriesRequest, WindowRequest
from query.windows import plan_window
from streams.aggregates import DIGEST, DISTINCT, MAX, MESSAGES
from streams.panes import PaneColumn, pane_columns
from tests.definitions import HEALTH, PAGE_VIEWS
from tests.query.lake_views import at, lake_view

PEAK = datetime(2026, 3, 2, 14, 3, 11, 250_000, tzinfo=UTC)
CPU = tuple(column for column in pane_columns(HEALTH) if column.source in ("", "cpu") and column.aggregate is not MAX)
"""As statements give them: a peak is a row of the negated largest value and its time."""
CPU_PLAIN = tuple(column for column in CPU if column.aggregate is not DIGEST)
REQUEST = WindowRequest("health", at("1 10:17"), at("4 09:05"), ("service",))


@pytest.mark.parametrize(
    ("moment", "millis", "text"),
    [
        (None, False, None),
        (PEAK, False, "2026-03-02T14:03:11Z"),
        (PEAK, True, "2026-03-02T14:03:11.250Z"),
        (PEAK.astimezone(timezone(timedelta(hours=-5))), True, "2026-03-02T14:03:11.250Z"),
        (datetime(1, 1, 1, tzinfo=UTC), False, "0001-01-01T00:00:00Z"),
    ],
)
def test_writes_times_in_utc(moment: datetime | None, millis: bool, text: str | None) -> None:
    assert timestamp(moment, millis=millis) == text


def test_groups_show_measures_in_their_units() -> None:
    row = ["cart", 3, 3, 1_000_000, 1, (-999_999, PEAK), [380_000.5, 999_999.0]]
    assert groups(HEALTH, ("service",), CPU, (0.5, 0.99), [row]) == (
        {
            "service": "cart",
            "messages": 3,
            "cpu": {
                "count": 3,
                "mean": 1 / 3,
                "min": 1e-06,
                "max": 0.999999,
                "max_at": "2026-03-02T14:03:11.250Z",
                "quantiles": {"0.5": 0.3800005, "0.99": 0.999999},
            },
        },
    )


@pytest.mark.parametrize(
    ("quantiles", "names"),
    [((0.0, 1.0), ["0", "1"]), ((0.999999, 0.9999999, 1.0), ["0.999999", "0.9999999", "1"]), ((0.05,), ["0.05"])],
)
def test_quantiles_keep_their_names_apart(quantiles: tuple[float, ...], names: list[str]) -> None:
    row = ["cart", 1, 1, 1, 1, (-1, PEAK), [1.0] * len(quantiles)]
    [group] = groups(HEALTH, ("service",), CPU, quantiles, [row])
    assert list(group["cpu"]["quantiles"]) == names


def test_unmeasured_messages_have_no_mean() -> None:
    row = ["cart", 7, 0, None, None, None, None]
    [group] = groups(HEALTH, ("service",), CPU, (0.5,), [row])
    nothing = {"count": 0, "mean": None, "min": None, "max": None, "max_at": None, "quantiles": {"0.5": None}}
    assert group == {"service": "cart", "messages": 7, "cpu": nothing}


@pytest.mark.parametrize("row", [[None, None, None, None, None], [0, 0, 0, None, None]])
def test_groups_without_messages_are_left_out(row: list[Any]) -> None:
    assert groups(HEALTH, (), CPU_PLAIN, (), [row]) == ()


def test_means_are_exact_at_the_bounds() -> None:
    """The sum passes 2^53, where a division of doubles would already have lost the last digit."""
    row = [10**10, 10**10, 10**16 - 1, 0, (-1_000_000, PEAK)]
    [group] = groups(HEALTH, (), CPU_PLAIN, (), [row])
    assert group["cpu"]["mean"] == (10**16 - 1) / 10**16


def test_distincts_are_counts() -> None:
    columns = (
        PaneColumn("messages", MESSAGES, ""),
        PaneColumn("visitors_distinct", DISTINCT, "visitors"),
    )
    rows = [["a", "/", 5, 3], ["a", "/b", 5, None]]
    found = groups(PAGE_VIEWS, ("site", "path"), columns, (), rows)
    assert [(group["site"], group["path"], group["visitors"]) for group in found] == [
        ("a", "/", {"distinct": 3}),
        ("a", "/b", {"distinct": 0}),
    ]


def test_window_answers_keep_the_contract() -> None:
    view = lake_view()
    answer = WindowAnswer(
        view, "query", REQUEST, plan_window(REQUEST.start, REQUEST.end), "service", ({"messages": 1},)
    )
    assert answer.as_json() == {
        "stream": "health",
        "start": "2026-03-01T10:17:00Z",
        "end": "2026-03-04T09:05:00Z",
        "as_known_at": None,
        "known_until": None,
        "complete_until": "2026-03-05T09:09:20Z",
        "groups": [{"messages": 1}],
        "answered_from": {
            "snapshot": "11",
            "breakdown": "all",
            "day": {"windows": 2},
            "minute": {"windows": 1368},
        },
    }
    encoded = answer.encoded("tag")
    assert encoded == Encoded("tag", encoded.body, "query", "11")
    assert encoded.as_json() == answer.as_json()


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        (at("5 09:05:20"), "2026-03-05T09:05:20Z"),
        (at("5 09:05:29") + timedelta(milliseconds=999), "2026-03-05T09:05:20Z"),
        (at("5 09:09:33"), "2026-03-05T09:09:20Z"),  # the lake is complete up to then
    ],
)
def test_answers_say_which_moment_they_are_of(asked: datetime, known: str) -> None:
    request = replace(REQUEST, as_known_at=asked)
    answer = WindowAnswer(
        lake_view(), "query", request, plan_window(REQUEST.start, REQUEST.end), "service", ()
    ).as_json()
    assert (answer["as_known_at"], answer["known_until"]) == (timestamp(asked), known)


def test_series_answers_keep_the_contract() -> None:
    request = SeriesRequest.parse(
        HEALTH, [("start", "2026-03-01T10:17:00Z"), ("end", "2026-03-02T00:00:00Z"), ("step", "hour")]
    )
    answer = SeriesAnswer(lake_view(), "query", request, ((at("1 10:00"), ({"messages": 1},)),)).as_json()
    assert answer["step"] == "hour"
    assert answer["points"] == [{"at": "2026-03-01T10:00:00Z", "groups": [{"messages": 1}]}]


def test_refused_at_edge_is_told() -> None:
    request = RejectedRequest("health", at("1 00:00"), at("2 00:00"))
    stored = b"\0too large\0CPU\0{}"
    answer = RejectedAnswer(lake_view(), "query", request, ((PEAK, 3, 17, "x", "CPU", stored, 90),)).as_json()
    [message] = answer["messages"]
    assert (message["refused_at"], message["payload"], message["payload_bytes"]) == ("edge", "{}", 90 - len(stored) + 2)


def test_rejected_answers_keep_raw_bytes() -> None:
    request = RejectedRequest("health", at("1 00:00"), at("2 00:00"))
    rows = ((PEAK, 3, 17, "not valid UTF-8", None, b"\xff{", 2), (PEAK, 3, 16, "empty", None, b"", 0))
    answer = RejectedAnswer(lake_view(), "query", request, rows).as_json()
    first, second = answer["messages"]
    assert first == {
        "partition": 3,
        "offset": 17,
        "arrived": "2026-03-02T14:03:11.250Z",
        "reason": "not valid UTF-8",
        "field": None,
        "payload": "�{",
        "payload_base64": "/3s=",
        "payload_bytes": 2,
    }
    assert (second["payload"], second["payload_base64"]) == ("", "")
    assert "refused_at" not in second
    assert json.dumps(answer)
    assert answer["next"] is None


def test_the_next_page_begins_after_the_last_group_of_its_view() -> None:
    asked = [("start", "2026-03-01T10:17:00Z"), ("end", "2026-03-04T09:05:00Z"), ("limit", "1")]
    request = WindowRequest.parse(HEALTH, asked)
    plan = plan_window(request.start, request.end)
    answer = WindowAnswer(
        lake_view(), "query", request, plan, "service", ({"service": "cart", "messages": 1},), more=True
    )
    cursor = answer.as_json()["next"]
    following = WindowRequest.parse(HEALTH, [*asked, ("after", cursor)])
    assert following.after == Cursor(view_digest(lake_view()), ("cart",))
    assert following.question == request.question
    assert replace(answer, more=False).as_json()["next"] is None
    assert "next" not in replace(answer, request=request.question, more=False).as_json()


def test_the_next_rejected_messages_are_older() -> None:
    asked = [("start", "2026-03-01T00:00:00Z"), ("end", "2026-03-03T00:00:00Z"), ("limit", "1")]
    request = RejectedRequest.parse(HEALTH, asked)
    row = (PEAK, 3, 17, "not valid UTF-8", None, b"\xff{", 2)
    cursor = RejectedAnswer(lake_view(), "query", request, (row,), more=True).as_json()["next"]
    following = RejectedRequest.parse(HEALTH, [*asked, ("after", cursor)])
    assert following.after == Cursor(view_digest(lake_view()), (1_772_460_191_250_000, 3, 17))


def test_views_that_answer_otherwise_have_other_digests() -> None:
    views = [lake_view(), lake_view(panes=12), lake_view(cut=at("5 08:00")), replace(lake_view(), definition=HEALTH)]
    assert len({view_digest(view) for view in views}) == len(views)
    assert view_digest(lake_view()) == view_digest(replace(lake_view(), began=at("1 00:00")))
