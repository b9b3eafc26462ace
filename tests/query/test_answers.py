"""Merged rows become groups in the shapes of the HTTP contract, in the measure's own units."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from query.answer_json import Encoded, answer_json, encoded, group_json
from query.answers import (
    RejectedAnswer,
    RejectedMessage,
    SeriesAnswer,
    SeriesPoint,
    WindowAnswer,
    source_of,
    view_digest,
)
from query.cursors import Cursor
from query.groups import Group, groups_of
from query.parameters import read_rejected, read_series, read_window
from query.requests import RejectedRequest, WindowRequest
from query.visible import Visible
from streams.aggregates import DIGEST, DISTINCT, MAX, MESSAGES
from streams.panes import PaneColumn, pane_columns
from streams.time_text import timestamp
from tests.definitions import HEALTH, PAGE_VIEWS, changed
from tests.query.lake_views import at, covered, lake_view

PEAK = datetime(2026, 3, 2, 14, 3, 11, 250_000, tzinfo=UTC)
CPU = tuple(column for column in pane_columns(HEALTH) if column.source in ("", "cpu") and column.aggregate is not MAX)
"""As statements give them: a peak is a row of the negated largest value and its time."""
CPU_PLAIN = tuple(column for column in CPU if column.aggregate is not DIGEST)
REQUEST = WindowRequest(Visible(HEALTH), at("1 10:17"), at("4 09:05"), ("service",))


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
    [group] = groups_of(HEALTH, ("service",), CPU, (0.5, 0.99), [row])
    cpu = {
        "count": 3,
        "mean": 1 / 3,
        "min": 1e-06,
        "max": 0.999999,
        "max_at": PEAK,
        "quantiles": {"0.5": 0.3800005, "0.99": 0.999999},
    }
    assert group == Group(("cart",), 3, {"cpu": cpu})
    written = {"service": "cart", "messages": 3, "cpu": {**cpu, "max_at": "2026-03-02T14:03:11.250Z"}}
    assert [*group_json(group, ("service",)).items()] == [*written.items()]


def test_groups_tell_when_a_minimum_was_where_that_is_kept() -> None:
    asked = changed("measures/cpu/min_at", True)
    columns = [column for column in pane_columns(asked) if column.name in ("messages", "cpu_min", "cpu_min_at")]
    known, unknown = groups_of(asked, ("service",), columns, (), [["a", 1, 20_000, PEAK], ["b", 1, 20_000, None]])
    assert group_json(known, ("service",))["cpu"] == {"min": 0.02, "min_at": "2026-03-02T14:03:11.250Z"}
    assert unknown.parts["cpu"] == {"min": 0.02, "min_at": None}


@pytest.mark.parametrize(
    ("decimals", "stored", "total"),
    [
        (0, 2**62, 2**62),
        (2, 9_223_372_036_854_775_807, "92233720368547758.07"),
        (2, 1_000, "10.00"),
        (9, -1, "-0.000000001"),
        (2, None, "0.00"),
        (0, None, 0),
    ],
)
def test_totals_have_all_their_digits(decimals: int, stored: int | None, total: object) -> None:
    measure = HEALTH.measures["cpu"].model_copy(update={"decimals": decimals, "total": True})
    asked = HEALTH.model_copy(update={"measures": {"cpu": measure}})
    columns = [column for column in pane_columns(asked) if column.name in ("messages", "cpu_count", "cpu_sum")]
    [group] = groups_of(asked, (), columns, (), [[3, 0 if stored is None else 3, stored]])
    assert group_json(group, ())["cpu"]["total"] == total
    assert list(group_json(group, ())["cpu"]) == ["count", "mean", "total"]


def test_turning_a_total_on_makes_another_answer() -> None:
    views = [replace(lake_view(), definition=changed("measures/cpu/total", on)) for on in (True, False)]
    assert len({*map(view_digest, views)}) == 2


@pytest.mark.parametrize(
    ("quantiles", "names"),
    [((0.0, 1.0), ["0", "1"]), ((0.999999, 0.9999999, 1.0), ["0.999999", "0.9999999", "1"]), ((0.05,), ["0.05"])],
)
def test_quantiles_keep_their_names_apart(quantiles: tuple[float, ...], names: list[str]) -> None:
    row = ["cart", 1, 1, 1, 1, (-1, PEAK), [1.0] * len(quantiles)]
    [group] = groups_of(HEALTH, ("service",), CPU, quantiles, [row])
    assert list(group.value("cpu", "quantiles")) == names


def test_unmeasured_messages_have_no_mean() -> None:
    row = ["cart", 7, 0, None, None, None, None]
    [group] = groups_of(HEALTH, ("service",), CPU, (0.5,), [row])
    nothing = {"count": 0, "mean": None, "min": None, "max": None, "max_at": None, "quantiles": {"0.5": None}}
    assert group == Group(("cart",), 7, {"cpu": nothing})
    assert group.value("cpu", "quantiles", "0.5") is group.value("ram", "mean") is None


@pytest.mark.parametrize("row", [[None, None, None, None, None], [0, 0, 0, None, None]])
def test_groups_without_messages_are_left_out(row: list[Any]) -> None:
    assert groups_of(HEALTH, (), CPU_PLAIN, (), [row]) == ()


def test_means_are_exact_at_the_bounds() -> None:
    """The sum passes 2^53, where a division of doubles would already have lost the last digit."""
    row = [10**10, 10**10, 10**16 - 1, 0, (-1_000_000, PEAK)]
    [group] = groups_of(HEALTH, (), CPU_PLAIN, (), [row])
    assert group.value("cpu", "mean") == (10**16 - 1) / 10**16


def test_distincts_are_counts() -> None:
    columns = (
        PaneColumn("messages", MESSAGES, ""),
        PaneColumn("visitors_distinct", DISTINCT, "visitors"),
    )
    rows = [["a", "/", 5, 3], ["a", "/b", 5, None]]
    groups = groups_of(PAGE_VIEWS, ("site", "path"), columns, (), rows)
    assert [(group.key, group.parts["visitors"]) for group in groups] == [
        (("a", "/"), {"distinct": 3}),
        (("a", "/b"), {"distinct": 0}),
    ]


def test_window_answers_keep_the_contract() -> None:
    groups = (Group(("cart",), 1, {}),)
    source = source_of(lake_view(), "query", REQUEST)
    answer = WindowAnswer(REQUEST, source, covered(REQUEST), groups)
    assert answer_json(answer) == {
        "stream": "health",
        "start": "2026-03-01T10:17:00Z",
        "end": "2026-03-04T09:05:00Z",
        "as_known_at": None,
        "known_until": None,
        "complete_until": "2026-03-05T09:09:20Z",
        "groups": [{"service": "cart", "messages": 1}],
        "answered_from": {
            "snapshot": "11",
            "breakdown": "service",
            "day": {"windows": 2},
            "minute": {"windows": 1368},
        },
    }
    kept = encoded(answer, "tag")
    assert kept == Encoded("tag", answer, kept.body)
    assert json.loads(kept.body) == answer_json(answer)
    assert (source.query_id, source.snapshot) == ("query", 11)


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
    source = source_of(lake_view(), "query", request)
    answer = answer_json(WindowAnswer(request, source, covered(REQUEST), ()))
    assert (answer["as_known_at"], answer["known_until"]) == (timestamp(asked), known)


def test_series_answers_keep_the_contract() -> None:
    request = read_series(
        Visible(HEALTH), [("start", "2026-03-01T10:17:00Z"), ("end", "2026-03-02T00:00:00Z"), ("step", "hour")]
    )
    points = (SeriesPoint(at("1 10:00"), (Group(("cart",), 1, {}),)),)
    answer = answer_json(SeriesAnswer(request, source_of(lake_view(), "query", request.window), points))
    assert answer["step"] == "hour"
    assert answer["points"] == [{"at": "2026-03-01T10:00:00Z", "groups": [{"service": "cart", "messages": 1}]}]


def rejected(request: RejectedRequest, *rows: tuple[Any, ...], more: bool = False) -> dict[str, Any]:
    """The JSON of an answer of these rows."""
    messages = tuple(map(RejectedMessage.of_row, rows))
    return answer_json(RejectedAnswer(request, source_of(lake_view(), "query", request), messages, more=more))


def test_refused_at_edge_is_told() -> None:
    request = RejectedRequest(Visible(HEALTH), at("1 00:00"), at("2 00:00"))
    stored = b"\0too large\0CPU\0{}"
    [message] = rejected(request, (PEAK, 3, 17, "x", "CPU", stored, 90))["messages"]
    assert (message["refused_at"], message["payload"], message["payload_bytes"]) == ("edge", "{}", 90 - len(stored) + 2)


def test_rejected_answers_keep_raw_bytes() -> None:
    request = RejectedRequest(Visible(HEALTH), at("1 00:00"), at("2 00:00"))
    rows = ((PEAK, 3, 17, "not valid UTF-8", None, b"\xff{", 2), (PEAK, 3, 16, "empty", None, b"", 0))
    answer = rejected(request, *rows)
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
    request = read_window(Visible(HEALTH), asked)
    plan = covered(request)
    source = source_of(lake_view(), "query", request)
    answer = WindowAnswer(request, source, plan, (Group(("cart",), 1, {}),), more=True)
    cursor = answer_json(answer)["next"]
    following = read_window(Visible(HEALTH), [*asked, ("after", cursor)])
    assert following.after == Cursor(view_digest(lake_view()), ("cart",))
    assert following.question == request.question
    assert answer_json(replace(answer, more=False))["next"] is None
    assert "next" not in answer_json(replace(answer, request=request.question, more=False))


def test_the_next_rejected_messages_are_older() -> None:
    asked = [("start", "2026-03-01T00:00:00Z"), ("end", "2026-03-03T00:00:00Z"), ("limit", "1")]
    request = read_rejected(Visible(HEALTH), asked)
    row = (PEAK, 3, 17, "not valid UTF-8", None, b"\xff{", 2)
    cursor = rejected(request, row, more=True)["next"]
    following = read_rejected(Visible(HEALTH), [*asked, ("after", cursor)])
    assert following.after == Cursor(view_digest(lake_view()), (1_772_460_191_250_000, 3, 17))


def test_views_that_answer_otherwise_have_other_digests() -> None:
    views = [lake_view(), lake_view(panes=12), lake_view(cut=at("5 08:00")), replace(lake_view(), definition=HEALTH)]
    assert len({view_digest(view) for view in views}) == len(views)
    assert view_digest(lake_view()) == view_digest(replace(lake_view(), began=at("1 00:00")))


@pytest.mark.parametrize(("quantiles", "columns"), [((), 1), ((), 5), ((0.5, 0.99), 6)])
def test_what_is_kept_takes_no_more_than_is_counted(quantiles: tuple[float, ...], columns: int) -> None:
    """Groups of a short name and messages alone, with a measure, and with its quantiles."""
    rows = [
        [str(place), place, place, place * 10**6, place, (-place, PEAK + timedelta(seconds=place)), [0.5, 0.25]]
        for place in range(1000, 3000)
    ]
    tracemalloc.start()
    groups = groups_of(HEALTH, ("service",), CPU[:columns], quantiles, (row[: columns + 1] for row in rows))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    request = replace(REQUEST, quantiles=quantiles)
    plan = covered(REQUEST)
    kept = encoded(WindowAnswer(request, source_of(lake_view(), "query", request), plan, groups), "tag")
    assert taken + len(kept.body) <= kept.size


@pytest.mark.parametrize("letter", ["a", "\U0001f600" * 50])
def test_a_kept_question_is_counted_too(letter: str) -> None:
    tracemalloc.start()
    values = tuple(f"{letter}{number}" for number in range(1000))
    request = replace(REQUEST, where=(("service", values),))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    plan = covered(REQUEST)
    assert taken <= encoded(WindowAnswer(request, source_of(lake_view(), "", request), plan, ()), "tag").size
