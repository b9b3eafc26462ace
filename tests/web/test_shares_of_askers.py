"""What counts as a question of an asker: an answer that has not changed, and a comparison of a replay, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from access.events import Did, Outcome
from access.grants import Action
from query.limits import Limits
from tests.web.asked_as import ann, asked_as, granted
from tests.web.served import empty_stream
from web.access.scopes import visible_of
from web.api.answers import window
from web.asking.replay_reads import report_in_thread
from web.edge.problems import ProblemError
from web.edge.shares import Shares
from web.service import Service, service_of

ASKER = ann(granted("health", "ask", "replay"))
SPAN = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-03T10:00:00Z"}


@pytest.fixture(scope="module")
def app() -> Iterator[Starlette]:
    with empty_stream() as app:
        yield app


@pytest.fixture(autouse=True)
def limited(app: Starlette) -> Iterator[Service]:
    """The service, whose limits a test may replace."""
    service: Service = app.state.service
    yield service
    app.state.service = service


async def known_window(request: Request) -> Response:
    """Asked by a client that has the answer already."""
    request.scope["headers"] = [(b"if-none-match", b"*")]
    return await window(Request(request.scope, request.receive))


def test_an_answer_that_is_known_is_noted(app: Starlette, limited: Service) -> None:
    noted = limited.metrics.access.labels(Did.ASK, Outcome.DONE)
    before = noted._value.get()
    assert asked_as(app, ASKER, known_window, SPAN, stream="health") == ""
    assert noted._value.get() == before + 1
    assert '"groups":[]' in asked_as(app, ASKER, window, SPAN, stream="health")


def test_an_answer_that_is_known_is_no_longer_than_others(app: Starlette, limited: Service) -> None:
    app.state.service = replace(limited, allowances=replace(limited.allowances, longest=timedelta(days=1)))
    for handler in (known_window, window):
        with pytest.raises(ProblemError, match="longer than 1 day"):
            asked_as(app, ASKER, handler, SPAN, stream="health")


def test_a_comparison_takes_a_share(app: Starlette, limited: Service) -> None:
    app.state.service = replace(limited, allowances=replace(limited.allowances, questions=Shares(1, 0)))

    async def compared(request: Request) -> Response:
        visible, replay = visible_of(request, "health", Action.REPLAY), SimpleNamespace(id=7, state="staged")
        async with service_of(request).allowances.question(ASKER, Limits(5)):
            await report_in_thread(request, cast("Any", replay), (), visible)
        raise AssertionError

    with pytest.raises(ProblemError, match="your questions wait"):
        asked_as(app, ASKER, compared)
