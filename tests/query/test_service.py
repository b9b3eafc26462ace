"""Of those who ask the same at the same time, one asks Trino and the others wait for the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from iceberg.settings import LakeSettings
from query.errors import QueryError
from query.service import QueryService
from query.settings import QuerySettings
from tests.query.lake_views import lake_view

READERS = 8


@pytest.fixture
def service() -> QueryService:
    return QueryService(QuerySettings(trino="127.0.0.1:1"), {}, LakeSettings.model_construct())


def at_once(ask: Callable[[int], Any]) -> list[Any]:
    """What `READERS` threads, which begin together, got: an answer or a QueryError."""
    together = threading.Barrier(READERS)

    def one(number: int) -> Any:
        together.wait()
        try:
            return ask(number)
        except QueryError as error:
            return error

    with ThreadPoolExecutor(READERS) as pool:
        return list(pool.map(one, range(READERS)))


def test_the_same_question_is_answered_once(service: QueryService) -> None:
    made: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        return number

    answers = at_once(lambda number: service._once("what?", lake_view(), lambda: make(number)))
    assert answers == made * READERS
    assert service._once("what?", lake_view(minute=12), lambda: 100) == 100


def test_different_questions_are_answered_at_the_same_time(service: QueryService) -> None:
    """Each answer here waits until all are being made."""
    together = threading.Barrier(READERS, timeout=30)
    answers = at_once(lambda number: service._once(number, lake_view(), together.wait))
    assert sorted(answers) == list(range(READERS))


def test_a_failure_is_nobody_elses(service: QueryService) -> None:
    """Whoever waited for it asks by himself."""
    first = threading.Lock()

    def make(number: int) -> int:
        if first.acquire(blocking=False):
            raise QueryError("Trino is away")
        return number

    answers = at_once(lambda number: service._once("what?", lake_view(), lambda: make(number)))
    failed = [answer for answer in answers if isinstance(answer, QueryError)]
    assert len(failed) == 1
    assert len({answer for answer in answers if answer not in failed}) == 1
