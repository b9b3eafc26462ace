"""Answers are kept as they are sent, by question and lake view, and in bounds of bytes."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from iceberg.settings import LakeSettings
from query.answer_json import answer_json
from query.cursors import Cursor
from query.errors import NotReadyError, TooSlowError
from query.limits import Limits
from query.requests import WindowRequest
from query.service import QueryService
from query.settings import QuerySettings
from query.visible import Visible
from tests.definitions import HEALTH, PAGE_VIEWS
from tests.query.lake_views import at, lake_view

EMPTY = lake_view(panes=None, rejected=None)
QUESTION = WindowRequest(Visible(HEALTH), at("1 10:00"), at("1 11:00"), ("service",))


@pytest.fixture
def service() -> QueryService:
    """Of a stream without panes, so that no engine is needed."""
    settings = QuerySettings(trino="127.0.0.1:1", cache_bytes=100_000)
    service = QueryService(settings, {"health": HEALTH}, LakeSettings.model_construct())
    service._watcher._views["health"] = EMPTY
    return service


def test_an_answer_is_kept_for_its_view(service: QueryService) -> None:
    tag = service.tag(QUESTION)
    assert service.kept(tag) is None
    answer = service.answer(QUESTION, service.limits())
    assert (answer.tag, answer.cached) == (tag, False)
    assert service.kept(tag) == replace(answer, cached=True)
    assert answer.answer == service.window(QUESTION)
    assert orjson.loads(answer.body) == answer_json(answer.answer)
    service._watcher._views["health"] = replace(EMPTY, generation=1)
    assert service.tag(QUESTION) != tag
    assert service.tag(replace(QUESTION, by=())) != service.tag(QUESTION)


def test_kept_answers_are_bounded_in_bytes(service: QueryService) -> None:
    for minute in range(60):
        service.answer(replace(QUESTION, start=at(f"1 09:{minute:02}")), service.limits())
    assert 5 < len(service._kept) < 60
    assert sum(answer.size for answer in service._kept.values()) <= 100_000
    few = next(iter(service._kept.values()))
    service._kept["large"] = kept = replace(few, tag="large", body=b"x" * 8_000)
    assert service.kept("large") == replace(kept, cached=True)
    assert len(service._kept) < 10


def test_an_answer_larger_than_all_that_is_kept_is_given() -> None:
    small = QueryService(
        QuerySettings(trino="127.0.0.1:1", cache_bytes=10), {"health": HEALTH}, LakeSettings.model_construct()
    )
    small._watcher._views["health"] = EMPTY
    assert orjson.loads(small.answer(QUESTION, small.limits()).body)["groups"] == []
    assert small.kept(small.tag(QUESTION)) is None


def test_later_pages_are_of_the_first_ones_view(service: QueryService) -> None:
    remembered = replace(EMPTY, generation=1)
    service._paged["first"] = remembered
    later = replace(QUESTION, limit=10, after=Cursor("first", ("cart",)))
    assert service._view(later) is remembered
    assert service._view(replace(later, after=Cursor("forgotten", ("cart",)))) is EMPTY


def test_a_question_whose_time_has_passed_asks_nothing(service: QueryService) -> None:
    service._watcher._views["health"] = lake_view()
    with pytest.raises(TooSlowError):
        service.answer(QUESTION, Limits(0))


def test_a_stream_without_tables_is_not_ready(service: QueryService) -> None:
    with pytest.raises(NotReadyError):
        service.tag(replace(QUESTION, visible=Visible(PAGE_VIEWS), by=()))
