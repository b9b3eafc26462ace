"""Parameters become a request, or every problem is named with its parameter."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.cursors import Cursor, read_cursor
from query.errors import InvalidRequestError
from query.requests import MOST_POINTS, USUAL_REJECTED, RejectedRequest, SeriesRequest, Step, WindowRequest, parse_time
from tests.definitions import HEALTH, PAGE_VIEWS
from tests.query.lake_views import at

SPAN = [("start", "2026-03-01T10:17:00Z"), ("end", "2026-03-04T09:05:00Z")]
START, END = at("1 10:17"), at("4 09:05")


def problems(params: list[tuple[str, str]], *, series: bool = False) -> tuple[int, list[tuple[str, str]]]:
    parse = SeriesRequest.parse if series else WindowRequest.parse
    with pytest.raises(InvalidRequestError) as caught:
        parse(HEALTH, params)
    return caught.value.status, [(problem.field, problem.reason) for problem in caught.value.errors]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ([], WindowRequest("health", START, END, ("service",))),
        ([("by", "")], WindowRequest("health", START, END, ())),
        ([("by", "service"), ("by", "service")], WindowRequest("health", START, END, ("service",))),
        (
            [("service", "b"), ("service", "a"), ("service", "b")],
            WindowRequest("health", START, END, ("service",), (("service", ("a", "b")),)),
        ),
        ([("service", "")], WindowRequest("health", START, END, ("service",), (("service", ("",)),))),
        (
            [("as_known_at", "2026-03-02T00:00:07.5+01:00")],
            WindowRequest("health", START, END, ("service",), (), datetime(2026, 3, 1, 23, 0, 7, 500_000, tzinfo=UTC)),
        ),
        (
            [("quantiles", "0.99,0.5,0.99")],
            WindowRequest("health", START, END, ("service",), quantiles=(0.5, 0.99)),
        ),
    ],
)
def test_parses_windows(params: list[tuple[str, str]], expected: WindowRequest) -> None:
    assert WindowRequest.parse(HEALTH, [*SPAN, *params]) == expected


@pytest.mark.parametrize(("by", "expected"), [("path,site", ("site", "path")), ("path", ("path",)), (",", ())])
def test_orders_dimensions_as_defined(by: str, expected: tuple[str, ...]) -> None:
    assert WindowRequest.parse(PAGE_VIEWS, [*SPAN, ("by", by)]).by == expected


def test_filters_in_defined_order() -> None:
    request = WindowRequest.parse(PAGE_VIEWS, [*SPAN, ("path", "/"), ("site", "a"), ("path", "/b")])
    assert request.where == (("site", ("a",)), ("path", ("/", "/b")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T10:17:00Z", at("1 10:17")),
        ("2026-03-01t10:17z", at("1 10:17")),
        ("2026-03-01 10:17:00Z", at("1 10:17")),
        ("2026-03-01T10:17:00+02:00", at("1 08:17")),
        ("2026-03-01T10:17:00 02:00", at("1 08:17")),
        ("2026-03-01T10:17:00-00:30", at("1 10:47")),
        ("2026-03-01T10:17:00.123456789Z", at("1 10:17:00.123456")),
    ],
)
def test_reads_times_with_offsets(text: str, expected: datetime) -> None:
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    ("name", "value", "status", "reason"),
    [
        ("start", "2026-03-01T10:17:00", 422, "has no offset"),
        ("start", "2026-03-01 10:17", 422, "has no offset"),
        ("start", "yesterday", 400, "is not a time"),
        ("start", "", 400, "is not a time"),
        ("start", "1772360220000", 400, "is not a time"),
        ("start", "2026-02-30T10:17:00Z", 400, "is not a time"),
        ("start", "2026-03-01T24:00:00Z", 400, "is not a time"),
        ("start", "2026-03-01T10:17:60Z", 400, "is not a time"),
        ("start", "2026-03-01T10:17:00+25:00", 400, "is not a time"),
        ("start", "٢٠٢٦-03-01T10:17:00Z", 400, "is not a time"),
        ("start", "2026-03-01T10:17:00Z\n", 400, "is not a time"),
        ("start", "2026-03-01T10:17:01Z", 422, "whole minute"),
        ("start", "2026-03-01T10:17:00.001Z", 422, "whole minute"),
        ("start", "0001-01-01T00:00:00+05:00", 422, "outside the years"),
        ("end", "9999-12-31T23:59:00Z", 422, "outside the years"),
        ("end", "2026-03-01T10:17:00Z", 422, "must be after start"),
        ("end", "2026-03-01T10:16:00Z", 422, "must be after start"),
        ("as_known_at", "now", 400, "is not a time"),
        ("changed_since", "2026-03-01T10:00", 422, "has no offset"),
        ("by", "host", 422, "'host' is not a dimension; known: service"),
        ("by", "messages", 422, "is not a dimension"),
        ("quantiles", "half", 400, "are numbers"),
        ("quantiles", "", 400, "are numbers"),
        ("quantiles", "1.01", 422, "from 0 to 1"),
        ("quantiles", "-0.1", 422, "from 0 to 1"),
        ("quantiles", "nan", 422, "from 0 to 1"),
        ("quantiles", "inf", 422, "from 0 to 1"),
        ("quantiles", ",".join(str(n / 100) for n in range(21)), 422, "at most 20"),
        ("host", "a", 422, "is not a dimension or parameter; known: service, start, end"),
        ("step", "day", 422, "is not a dimension or parameter"),
    ],
)
def test_refuses_naming_the_parameter(name: str, value: str, status: int, reason: str) -> None:
    found = problems([(key, text) for key, text in SPAN if key != name] + [(name, value)])
    assert found[0] == status
    [(field, why)] = found[1]
    assert field == name
    assert reason in why


def test_names_every_problem_at_once() -> None:
    status, found = problems([("start", "x"), ("start", "y"), ("by", "host"), ("quantiles", "2"), ("zone", "UTC")])
    assert status == 400
    assert [field for field, _ in found] == ["zone", "start", "start", "end", "by", "quantiles"]


def test_refuses_quantiles_that_are_not_kept() -> None:
    plain = {name: measure.model_copy(update={"quantiles": False}) for name, measure in HEALTH.measures.items()}
    with pytest.raises(InvalidRequestError, match="quantiles: health keeps none"):
        WindowRequest.parse(HEALTH.model_copy(update={"measures": plain}), [*SPAN, ("quantiles", "0.5")])


@pytest.mark.parametrize(
    ("params", "step", "measures"),
    [
        ([("step", "hour")], Step.HOUR, ()),
        ([("step", "minute"), ("measure", "ram"), ("measure", "cpu"), ("measure", "ram")], Step.MINUTE, ("ram", "cpu")),
    ],
)
def test_parses_series(params: list[tuple[str, str]], step: Step, measures: tuple[str, ...]) -> None:
    request = SeriesRequest.parse(HEALTH, [*SPAN, *params])
    assert (request.step, request.measures, request.window.by) == (step, measures, ("service",))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("step", "week", "'week' is not a step; known: minute, hour, day"),
        ("step", "", "'' is not a step"),
        ("measure", "gpu", "'gpu' is not a measure; known: cpu, ram, disk"),
        ("measure", "messages", "is not a measure"),
    ],
)
def test_refuses_series_naming_the_parameter(name: str, value: str, reason: str) -> None:
    step = [] if name == "step" else [("step", "hour")]
    status, found = problems([*SPAN, *step, (name, value)], series=True)
    assert status == 422
    assert [(field, reason in why) for field, why in found] == [(name, True)]


@pytest.mark.parametrize(
    ("step", "minutes", "advice"),
    [
        ("minute", MOST_POINTS, None),
        ("minute", MOST_POINTS + 1, "use step=hour"),
        ("hour", MOST_POINTS * 60 + 1, "use step=day"),
        ("day", MOST_POINTS * 1440, None),
        ("day", MOST_POINTS * 1440 + 1, "ask for a shorter window"),
        ("minute", MOST_POINTS * 1440 + 1, "ask for a shorter window"),
    ],
)
def test_says_which_step_fits(step: str, minutes: int, advice: str | None) -> None:
    end = (START + timedelta(minutes=minutes)).isoformat()
    params = [("start", START.isoformat()), ("end", end), ("step", step)]
    if advice is None:
        assert SeriesRequest.parse(HEALTH, params).step == step
    else:
        status, [(field, reason)] = problems(params, series=True)
        assert (status, field) == (422, "step")
        assert reason.endswith(advice)


def test_parses_rejected_requests() -> None:
    request = RejectedRequest.parse(HEALTH, [*SPAN, ("reason", "missing")])
    assert request == RejectedRequest("health", START, END, "missing", USUAL_REJECTED)
    with pytest.raises(InvalidRequestError, match="service: is not a dimension or parameter"):
        RejectedRequest.parse(HEALTH, [*SPAN, ("service", "a")])


PAGED = [*SPAN, ("limit", "10")]


def cursor_of(params: list[tuple[str, str]], *after: str | int) -> str:
    """As the answer to a question gives it."""
    return Cursor("view", after).text(WindowRequest.parse(HEALTH, params).question)


def test_a_page_goes_on_where_the_one_before_ended() -> None:
    after = cursor_of(PAGED, "cart")
    request = WindowRequest.parse(HEALTH, [*SPAN, ("limit", "20"), ("after", after)])
    assert (request.limit, request.after) == (20, Cursor("view", ("cart",)))
    assert request.question == WindowRequest.parse(HEALTH, SPAN)


@pytest.mark.parametrize(
    ("more", "field", "status"),
    [
        ([("limit", "0")], "limit", 422),
        ([("limit", "10001")], "limit", 422),
        ([("limit", "9" * 5000)], "limit", 422),
        ([("limit", "-1")], "limit", 400),
        ([("limit", "٣")], "limit", 400),
        ([("limit", "")], "limit", 400),
        ([("limit", "1"), ("changed_since", "2026-03-01T10:17:00Z")], "changed_since", 422),
        ([("after", cursor_of(PAGED, "cart"))], "limit", 422),
        ([("limit", "1"), ("after", "")], "after", 400),
        ([("limit", "1"), ("after", "é")], "after", 400),
        ([("limit", "1"), ("after", "A" * 300_000)], "after", 400),
        ([("limit", "1"), ("after", cursor_of(PAGED, "cart")[:-1])], "after", 400),
        ([("limit", "1"), ("after", cursor_of(PAGED, "cart", "x"))], "after", 400),
        ([("limit", "1"), ("after", cursor_of(PAGED, 7))], "after", 400),
        ([("limit", "1"), ("after", cursor_of(PAGED, "cart")), ("service", "a")], "after", 400),
        ([("service", str(number)) for number in range(1001)], "service", 422),
    ],
)
def test_refuses_pages_naming_the_parameter(more: list[tuple[str, str]], field: str, status: int) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        WindowRequest.parse(HEALTH, [*SPAN, *more])
    assert ([wrong.field for wrong in raised.value.errors], raised.value.status) == ([field], status)


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_no_forged_cursor_is_read(text: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        read_cursor(text, WindowRequest.parse(HEALTH, SPAN), [str])


@pytest.mark.parametrize("after", [(2**62, 0, 0), (0, -1, 0), (0, 0, True), (0.5, 0, 0), ("0", 0, 0), (0, 0)])
def test_forged_cursors_of_rejected_messages_are_refused(after: tuple[int, ...]) -> None:
    """As anybody could write them who has read how they are checked."""
    forged = Cursor("view", after).text(RejectedRequest.parse(HEALTH, SPAN).question)
    with pytest.raises(InvalidRequestError, match="after: is not a cursor of this question"):
        RejectedRequest.parse(HEALTH, [*SPAN, ("after", forged)])


def test_refusals_stay_short() -> None:
    long = [("x" * 50_000 + str(number), "") for number in range(2000)]
    with pytest.raises(InvalidRequestError) as raised:
        WindowRequest.parse(HEALTH, [*SPAN, *long, ("by", "y" * 50_000)])
    assert len(str(raised.value)) < 10_000


names = st.sampled_from(
    [
        "start",
        "end",
        "by",
        "service",
        "as_known_at",
        "changed_since",
        "quantiles",
        "step",
        "measure",
        "limit",
        "after",
        "",
    ]
) | st.text(max_size=8)
values = st.sampled_from(["2026-03-01T10:17:00Z", "2026-03-02T10:17:00Z", "service", "0.5", "hour"]) | st.text(
    max_size=30
)


@given(params=st.lists(st.tuples(names, values), max_size=6))
def test_any_text_is_answered_or_refused(params: list[tuple[str, str]]) -> None:
    for parse in (WindowRequest.parse, SeriesRequest.parse, RejectedRequest.parse):
        try:
            parse(HEALTH, params)
        except InvalidRequestError as error:
            outcome = (error.status in (400, 422), len(error.errors) > 0)
        else:
            outcome = (True, True)
        assert outcome == (True, True)
