"""Questions about records: what is refused, and what is put into order."""

from __future__ import annotations

import dataclasses

import pytest

from access.grants import Action
from access.scope import Scope
from query.cursors import Cursor
from query.errors import InvalidRequestError, OutOfScopeError
from query.parameters import read_records
from query.record_requests import RecordsRequest
from query.visible import Visible
from tests.definitions import HEALTH
from tests.query.lake_views import at
from tests.query.recorded import recorded
from tests.query.scopes import of, seen

SHOP = Visible(recorded())
SPAN = [("start", "2026-03-02T10:17:31.5Z"), ("end", "2026-03-02T23:05:00Z")]


def test_any_moment_can_be_asked_for() -> None:
    request = read_records(SHOP, SPAN)
    assert request.start.microsecond == 500_000
    assert request.limit == 100
    assert request.fields == tuple(recorded().fields)


def test_filters_and_fields_are_put_in_order() -> None:
    asked = [*SPAN, ("views", "-3"), ("site", "b"), ("site", "a"), ("engaging", "true"), ("fields", "views,site")]
    request = read_records(SHOP, asked)
    assert request.where == (("site", ("a", "b")), ("views", ("-3",)), ("engaging", ("true",)))
    assert request.fields == ("site", "views")


@pytest.mark.parametrize(
    ("more", "field", "reason"),
    [
        ([("Revenue", "3")], "Revenue", "is not a dimension or parameter"),
        ([("seen", "2026-03-01T00:00:00Z")], "seen", "is not a dimension or parameter"),
        ([("views", "3.5")], "views", "is not a whole number"),
        ([("views", "9007199254740993")], "views", "is not a whole number"),
        ([("views", "٣")], "views", "is not a whole number"),
        ([("engaging", "yes")], "engaging", "is not true or false"),
        ([("fields", "gone")], "fields", "is not a field"),
        ([("limit", "1001")], "limit", "is from 1 to 1,000"),
        ([("after", "x")], "after", "is not a cursor"),
        ([("gone", "x")], "gone", "is not a dimension or parameter"),
    ],
)
def test_what_cannot_be_asked_is_named(more: list[tuple[str, str]], field: str, reason: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        read_records(SHOP, [*SPAN, *more])
    assert [(each.field, reason in each.reason) for each in refused.value.errors] == [(field, True)]


def test_a_field_that_is_called_like_a_parameter_cannot_be_filtered_by() -> None:
    with pytest.raises(InvalidRequestError, match="nothing can be asked for"):
        RecordsRequest(SHOP, at("2 10:00"), at("2 11:00"), (("limit", ("3",)),))


def test_a_stream_without_records_says_so() -> None:
    with pytest.raises(InvalidRequestError, match="keeps none"):
        read_records(Visible(HEALTH), SPAN)


def test_single_messages_need_a_grant_of_detail() -> None:
    ask_only = Visible(recorded(), Scope(frozenset({Action.ASK})))
    with pytest.raises(OutOfScopeError):
        read_records(ask_only, SPAN)


def test_hidden_fields_cannot_be_named() -> None:
    visible = seen(recorded(), of("site", "a"), hide=["visitor"])
    assert "visitor" not in read_records(visible, SPAN).fields
    with pytest.raises(InvalidRequestError, match="visitor"):
        read_records(visible, [*SPAN, ("visitor", "x")])
    with pytest.raises(InvalidRequestError, match="is not a field"):
        read_records(visible, [*SPAN, ("fields", "visitor")])


def test_a_cursor_is_of_its_question() -> None:
    request = read_records(SHOP, [*SPAN, ("site", "a")])
    cursor = Cursor("view", (1_760_000_000_000, 0, 17)).text(request.question)
    assert read_records(SHOP, [*SPAN, ("site", "a"), ("after", cursor)]).after == Cursor(
        "view", (1_760_000_000_000, 0, 17)
    )
    with pytest.raises(InvalidRequestError, match="after"):
        read_records(SHOP, [*SPAN, ("site", "b"), ("after", cursor)])
    assert dataclasses.replace(request, limit=3).question == request.question
