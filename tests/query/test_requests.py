"""Parameters become a request, or every problem is named with its parameter."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.cursors import Cursor, read_cursor
from query.errors import InvalidRequestError
from query.parameters import read_rejected, read_series, read_window
from query.requests import MOST_POINTS, USUAL_REJECTED, RejectedRequest, SeriesRequest, Step, WindowRequest
from query.visible import Visible
from tests.definitions import HEALTH, PAGE_VIEWS
from tests.query.lake_views import at

SPAN = [("start", "2026-03-01T10:17:00Z"), ("end", "2026-03-04T09:05:00Z")]
START, END = at("1 10:17"), at("4 09:05")


def problems(params: list[tuple[str, str]], *, series: bool = False) -> tuple[int, list[tuple[str, str]]]:
    parse = read_series if series else read_window
    with pytest.raises(InvalidRequestError) as caught:
        parse(Visible(HEALTH), params)
    return caught.value.status, [(problem.field, problem.reason) for problem in caught.value.errors]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ([], WindowRequest(Visible(HEALTH), START, END, ("service",))),
        ([("by", "")], WindowRequest(Visible(HEALTH), START, END, ())),
        ([("by", "service"), ("by", "service")], WindowRequest(Visible(HEALTH), START, END, ("service",))),
        (
            [("service", "b"), ("service", "a"), ("service", "b")],
            WindowRequest(Visible(HEALTH), START, END, ("service",), (("service", ("a", "b")),)),
        ),
        ([("service", "")], WindowRequest(Visible(HEALTH), START, END, ("service",), (("service", ("",)),))),
        (
            [("as_known_at", "2026-03-02T00:00:07.5+01:00")],
            WindowRequest(
                Visible(HEALTH), START, END, ("service",), (), datetime(2026, 3, 1, 23, 0, 7, 500_000, tzinfo=UTC)
            ),
        ),
        (
            [("quantiles", "0.99,0.5,0.99")],
            WindowRequest(Visible(HEALTH), START, END, ("service",), quantiles=(0.5, 0.99)),
        ),
    ],
)
def test_parses_windows(params: list[tuple[str, str]], expected: WindowRequest) -> None:
    assert read_window(Visible(HEALTH), [*SPAN, *params]) == expected


@pytest.mark.parametrize(("by", "expected"), [("path,site", ("site", "path")), ("path", ("path",)), (",", ())])
def test_orders_dimensions_as_defined(by: str, expected: tuple[str, ...]) -> None:
    assert read_window(Visible(PAGE_VIEWS), [*SPAN, ("by", by)]).by == expected


def test_filters_in_defined_order() -> None:
    request = read_window(Visible(PAGE_VIEWS), [*SPAN, ("path", "/"), ("site", "a"), ("path", "/b")])
    assert request.where == (("site", ("a",)), ("path", ("/", "/b")))


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
    answered, [(field, why)] = problems([(key, text) for key, text in SPAN if key != name] + [(name, value)])
    assert (answered, field) == (status, name)
    assert reason in why


def test_names_every_problem_at_once() -> None:
    status, reasons = problems([("start", "x"), ("start", "y"), ("by", "host"), ("quantiles", "2"), ("zone", "UTC")])
    assert status == 400
    assert [field for field, _ in reasons] == ["zone", "start", "start", "end", "by", "quantiles"]


def test_refuses_quantiles_that_are_not_kept() -> None:
    plain = {name: measure.model_copy(update={"quantiles": False}) for name, measure in HEALTH.measures.items()}
    with pytest.raises(InvalidRequestError, match="quantiles: health keeps none"):
        read_window(Visible(HEALTH.model_copy(update={"measures": plain})), [*SPAN, ("quantiles", "0.5")])


@pytest.mark.parametrize(
    ("params", "step", "measures"),
    [
        ([("step", "hour")], Step.HOUR, ()),
        ([("step", "minute"), ("measure", "ram"), ("measure", "cpu"), ("measure", "ram")], Step.MINUTE, ("ram", "cpu")),
    ],
)
def test_parses_series(params: list[tuple[str, str]], step: Step, measures: tuple[str, ...]) -> None:
    request = read_series(Visible(HEALTH), [*SPAN, *params])
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
    status, reasons = problems([*SPAN, *step, (name, value)], series=True)
    assert status == 422
    assert [(field, reason in why) for field, why in reasons] == [(name, True)]


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
        assert read_series(Visible(HEALTH), params).step == step
    else:
        status, [(field, reason)] = problems(params, series=True)
        assert (status, field) == (422, "step")
        assert reason.endswith(advice)


def test_parses_rejected_requests() -> None:
    request = read_rejected(Visible(HEALTH), [*SPAN, ("reason", "missing")])
    assert request == RejectedRequest(Visible(HEALTH), START, END, "missing", USUAL_REJECTED)
    with pytest.raises(InvalidRequestError, match="service: is not a dimension or parameter"):
        read_rejected(Visible(HEALTH), [*SPAN, ("service", "a")])


PAGED = [*SPAN, ("limit", "10")]


def cursor_of(params: list[tuple[str, str]], *after: str | int) -> str:
    """As the answer to a question gives it."""
    return Cursor("view", after).text(read_window(Visible(HEALTH), params).question)


def test_a_page_goes_on_where_the_one_before_ended() -> None:
    after = cursor_of(PAGED, "cart")
    request = read_window(Visible(HEALTH), [*SPAN, ("limit", "20"), ("after", after)])
    assert (request.limit, request.after) == (20, Cursor("view", ("cart",)))
    assert request.question == read_window(Visible(HEALTH), SPAN)


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
        read_window(Visible(HEALTH), [*SPAN, *more])
    assert ([wrong.field for wrong in raised.value.errors], raised.value.status) == ([field], status)


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_no_forged_cursor_is_read(text: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        read_cursor(text, read_window(Visible(HEALTH), SPAN), [str])


@pytest.mark.parametrize("after", [(2**62, 0, 0), (0, -1, 0), (0, 0, True), (0.5, 0, 0), ("0", 0, 0), (0, 0)])
def test_forged_cursors_of_rejected_messages_are_refused(after: tuple[int, ...]) -> None:
    """As anybody could write them who has read how they are checked."""
    forged = Cursor("view", after).text(read_rejected(Visible(HEALTH), SPAN).question)
    with pytest.raises(InvalidRequestError, match="after: is not a cursor of this question"):
        read_rejected(Visible(HEALTH), [*SPAN, ("after", forged)])


def test_refusals_stay_short() -> None:
    long = [("x" * 50_000 + str(number), "") for number in range(2000)]
    with pytest.raises(InvalidRequestError) as raised:
        read_window(Visible(HEALTH), [*SPAN, *long, ("by", "y" * 50_000)])
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
    for parse in (read_window, read_series, read_rejected):
        try:
            parse(Visible(HEALTH), params)
        except InvalidRequestError as error:
            outcome = (error.status in (400, 422), len(error.errors) > 0)
        else:
            outcome = (True, True)
        assert outcome == (True, True)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"start": START.replace(tzinfo=None)}, "start"),
        ({"start": END}, "end"),
        ({"end": END.replace(second=1)}, "end"),
        ({"end": END.replace(year=9991)}, "end"),
        ({"by": ("host",)}, "by"),
        ({"where": (("host", ("a",)),)}, "host"),
        ({"where": (("service", ()),)}, "service"),
        ({"as_known_at": START.replace(year=1899)}, "as_known_at"),
        ({"changed_since": START.replace(tzinfo=None)}, "changed_since"),
        ({"quantiles": (2.0,)}, "quantiles"),
        ({"limit": 0}, "limit"),
        ({"limit": 1, "changed_since": START}, "changed_since"),
        ({"after": Cursor("view", ("cart",))}, "limit"),
        ({"limit": 1, "after": Cursor("view", (7,))}, "after"),
    ],
)
def test_no_wrong_window_can_be_made(wrong: dict[str, Any], field: str) -> None:
    right = WindowRequest(Visible(HEALTH), START, END, ("service",))
    with pytest.raises(InvalidRequestError) as raised:
        replace(right, **wrong)
    assert [problem.field for problem in raised.value.errors] == [field]


def test_equal_questions_are_the_same_question() -> None:
    where = (("path", ("/b", "/", "/b")), ("site", ("a",)))
    made = WindowRequest(Visible(PAGE_VIEWS), START, END, ("path", "site", "path"), where, quantiles=(0.99, 0.5, 0.99))
    params = [("by", "site,path"), ("path", "/"), ("path", "/b"), ("site", "a"), ("quantiles", "0.5,0.99")]
    assert made == read_window(Visible(PAGE_VIEWS), [*SPAN, *params])
    assert repr(made) == repr(read_window(Visible(PAGE_VIEWS), [*SPAN, *params]))


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (
            lambda: SeriesRequest(WindowRequest(Visible(HEALTH), START, START.replace(year=2027), ()), Step.MINUTE),
            "step",
        ),
        (lambda: SeriesRequest(WindowRequest(Visible(HEALTH), START, END, ()), Step.DAY, ("gpu",)), "measure"),
        (lambda: SeriesRequest(WindowRequest(Visible(HEALTH), START, END, (), limit=1), Step.DAY), "limit"),
        (lambda: RejectedRequest(Visible(HEALTH), END, START), "end"),
        (lambda: RejectedRequest(Visible(HEALTH), START, END, limit=1001), "limit"),
        (lambda: RejectedRequest(Visible(HEALTH), START, END, after=Cursor("view", (0, -1, 0))), "after"),
    ],
)
def test_no_other_wrong_question_can_be_made(make: Callable[[], object], field: str) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        make()
    assert [problem.field for problem in raised.value.errors] == [field]


def test_what_is_wrong_with_a_series_is_said_with_what_is_wrong_with_its_window() -> None:
    _, reasons = problems([*SPAN, ("by", "host"), ("step", "week"), ("measure", "gpu")], series=True)
    assert [field for field, _ in reasons] == ["by", "step", "measure"]
