"""Events go where the stream's definition says, and one that was changed is asked about each of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from query.service import QueryService
from query.settings import QuerySettings
from streams.definition import Definition
from systems.merchants.enrichment import Message
from systems.merchants.event_format import EventError
from tests.definitions import WEB_EVENTS, changed
from web.collecting.destination import Destination
from web.edge.problems import ProblemError
from web.service import Service
from web.settings import WebSettings

MESSAGE = Message(b"v", b'{"id": "x"}')
"""What no definition takes: of the product's own it is not asked."""


@pytest.fixture(scope="module")
def service(without_engines: None) -> Service:  # noqa: ARG001
    return Service.make(WebSettings())


def destination(service: Service, definition: Definition | None) -> Destination:
    declared = {"web_events": definition} if definition else {}
    return Destination(replace(service, queries=QueryService(QuerySettings(), declared)))


def test_own_definition_is_not_asked(service: Service) -> None:
    where = destination(service, WEB_EVENTS)
    where.check(MESSAGE, 0)
    assert where.topic == "web_events"


def test_changed_definition_is_asked(service: Service) -> None:
    where = destination(service, changed("fields/title/max_length", 10, "web_events"))
    with pytest.raises(EventError) as caught:
        where.check(MESSAGE, 0)
    assert (caught.value.field, caught.value.reason) == ("time", "missing")


def test_without_the_stream_nothing_is_taken(service: Service) -> None:
    with pytest.raises(ProblemError) as caught:
        destination(service, None).check(MESSAGE, 0)
    assert caught.value.problem.status == 404
