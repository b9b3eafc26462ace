"""Answers as messages hold what answers as JSON do."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from google.protobuf.json_format import MessageToDict
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo

from query.answers import SeriesAnswer, SeriesPoint, WindowAnswer, source_of
from query.groups import Group
from query.requests import SeriesRequest, Step, WindowRequest
from query.visible import Visible
from rpc.answering import peer_address
from rpc.answers import series_message, window_message
from rpc.problems import code_of, status_of
from rpc.questions import window_pairs
from streams.errors import TopicError
from streams.time_text import timestamp
from tests.definitions import HEALTH
from tests.query.lake_views import at, covered, lake_view
from web.edge.problems import KINDS, Problem, problem_of
from windowpane_client.v1 import windowpane_pb2 as pb

PEAK = datetime(2026, 3, 2, 14, 3, 11, 250_000, tzinfo=UTC)
REQUEST = WindowRequest(Visible(HEALTH), at("1 10:17"), at("4 09:05"), ("service",), quantiles=(0.5,))
GROUP = Group(
    ("cart",),
    3,
    {
        "cpu": {"count": 3, "mean": 0.25, "max": 0.9, "max_at": PEAK, "min": None, "quantiles": {"0.5": 0.2}},
        "paid": {"total": Decimal("12.50")},
        "visitors": {"distinct": 2},
    },
    visits={"visits": 1},
)


def test_a_window_has_what_its_json_has() -> None:
    found = covered(REQUEST)
    answer = WindowAnswer(REQUEST, source_of(lake_view(), "", REQUEST, found), found, (GROUP,))
    told = MessageToDict(window_message(answer), preserving_proto_field_name=True)
    [group] = told["groups"]
    assert (group["key"], group["messages"], group["visits"]) == (["cart"], "3", {"visits": "1"})
    assert group["measures"] == {
        "cpu": {
            "count": "3",
            "mean": 0.25,
            "max": 0.9,
            "max_at": timestamp(PEAK, millis=True),
            "quantiles": {"0.5": 0.2},
        },
        "paid": {"total": "12.50"},
        "visitors": {"distinct": "2"},
    }
    assert told["about"]["by"] == ["service"]
    assert {name: int(count) for name, count in told["windows"].items()} == found.plan.windows
    assert (told["snapshot"], told["breakdown"]) == ("11", found.name)


def test_points_are_at_their_times() -> None:
    request = SeriesRequest(WindowRequest(Visible(HEALTH), at("1 10:00"), at("1 12:00"), ("service",)), Step.HOUR)
    source = source_of(lake_view(), "", request.window)
    told = series_message(SeriesAnswer(request, source, (SeriesPoint(at("1 11:00"), (GROUP,)),)))
    assert [point.at.ToDatetime(UTC) for point in told.points] == [at("1 11:00")]
    assert told.points[0].groups[0].messages == 3


def test_no_dimensions_are_other_than_none_named() -> None:
    assert "by" not in dict(window_pairs(pb.WindowRequest()))
    assert dict(window_pairs(pb.WindowRequest(by=pb.Names())))["by"] == ""


def test_a_time_beyond_the_calendar_is_none() -> None:
    asked = pb.WindowRequest()
    asked.start.seconds = 1 << 60
    assert "s and" in dict(window_pairs(asked))["start"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_problem_has_a_code(kind: str) -> None:
    assert code_of(Problem(kind, "")).value[0] not in (0, 2)


@pytest.mark.parametrize(
    ("peer", "address"),
    [("ipv4:127.0.0.1:50412", "127.0.0.1"), ("ipv6:%5B::1%5D:50412", "::1"), ("unix:", ""), ("", "")],
)
def test_addresses_of_peers(peer: str, address: str) -> None:
    assert peer_address(peer) == address


def test_when_to_come_back_is_told() -> None:
    error = status_of(problem_of(TopicError("Kafka at 127.0.0.1:9092 is away")))
    info, retry = ErrorInfo(), RetryInfo()
    assert error.details[0].Unpack(info)
    assert error.details[1].Unpack(retry)
    assert (error.code, info.reason, info.domain) == (14, "engine-away", "windowpane")
    assert "9092" not in error.message
    assert retry.retry_delay.seconds > 0
