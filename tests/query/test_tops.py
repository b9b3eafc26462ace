"""The largest groups of several panels in one statement: what asking for each by itself gives, in their order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from access.scope import Scope
from iceberg.settings import LakeSettings
from query.errors import InvalidRequestError
from query.requests import WindowRequest
from query.service import QueryService
from query.settings import QuerySettings
from query.top_statements import tops_statements
from query.tops import Top, TopsRequest
from query.visible import Visible
from streams import load_definition
from tests.definitions import PAGE_VIEWS, SHIPPED
from tests.query.duck_panes import DuckPanes, Message
from tests.query.lake_views import at, lake_view

DEFINITION = PAGE_VIEWS.model_copy(update={"distincts": {}, "measures": {}})
START, END = at("1 10:07"), at("3 09:00")
TOPS = (
    Top("pages", ("path",), "messages"),
    Top("sites", ("site",), "messages"),
    Top("both", ("site", "path"), "messages"),
    Top("whole", (), "messages"),
    Top("few", ("path",), "messages", limit=2),
)


@pytest.fixture(scope="module")
def service() -> QueryService:
    random = Random("tops")
    messages = [
        Message(
            at("1 10:00") + timedelta(minutes=random.randrange(2_900)),
            {"site": random.choice("abc"), "path": f"/{random.choice('uvwxyz')}"},
            {},
        )
        for _ in range(400)
    ]
    made = QueryService(QuerySettings(trino="127.0.0.1:9"), {}, LakeSettings.model_construct())
    made._trino = DuckPanes(DEFINITION, messages)  # type: ignore[assignment]
    made._watcher._views[DEFINITION.name] = replace(lake_view(DEFINITION.name, cut=None), definition=DEFINITION)
    return made


def window(visible: Visible, *by: str, **where: tuple[str, ...]) -> WindowRequest:
    return WindowRequest(visible, START, END, by, tuple(where.items()))


@pytest.mark.parametrize("where", [{}, {"site": ("a",)}, {"path": ("/u", "/v")}])
@pytest.mark.parametrize("scope", [(), (("site", ("a", "b")),)])
def test_panels_are_what_each_is_by_itself(
    service: QueryService, where: dict[str, tuple[str, ...]], scope: tuple[tuple[str, tuple[str, ...]], ...]
) -> None:
    visible = Visible(DEFINITION, replace(Scope.everything(), rows=(scope,)))
    tables = service.answer(TopsRequest(window(visible, **where), TOPS, 5), service.limits()).answer.tables  # type: ignore[union-attr]
    for top in TOPS:
        alone = service.window(window(visible, *top.by, **where)).groups
        largest = sorted(alone, key=lambda group: (-group.messages, group.key))[: top.limit or 5]
        assert tables[top.name] == tuple(largest)


def test_panels_of_one_dimension_need_no_other(service: QueryService) -> None:
    asked = TopsRequest(window(Visible(DEFINITION)), TOPS[:2], 2)
    tables = service.answer(asked, service.limits()).answer.tables  # type: ignore[union-attr]
    assert [len(tables[top.name]) for top in TOPS[:2]] == [2, 2]


def test_later_places_go_on_from_the_first(service: QueryService) -> None:
    asked = window(Visible(DEFINITION))
    whole = service.answer(TopsRequest(asked, TOPS, 100), service.limits()).answer.tables  # type: ignore[union-attr]
    pieces = [
        service.answer(TopsRequest(asked, TOPS, 4, after), service.limits()).answer.tables["both"]  # type: ignore[union-attr]
        for after in range(0, 24, 4)
    ]
    assert tuple(group for piece in pieces for group in piece) == whole["both"]


@pytest.mark.parametrize(
    "top",
    [Top("a", ("site", "path", "day"), "messages"), Top("a", ("colour",), "messages"), Top("a", ("site",), "load_ms")],
)
def test_panels_that_cannot_be_are_refused(service: QueryService, top: Top) -> None:
    with pytest.raises(InvalidRequestError):
        service.answer(TopsRequest(window(Visible(DEFINITION)), (top,), 5), service.limits())


def test_the_whole_is_read_of_what_another_panel_reads() -> None:
    """Totals alone are kept by minutes: by themselves they would be asked apart."""
    definition = load_definition(SHIPPED["web_events"])
    window = WindowRequest(Visible(definition), at("1 00:00"), at("3 00:00"), (), (("site", ("a",)),))
    panels = (
        Top("whole", (), "messages"),
        Top("earned", ("currency",), "messages"),
        Top("pages", ("path",), "messages"),
    )
    view = replace(lake_view(definition.name, cut=at("5 00:00")), definition=definition, hours=True)
    [(part, statement)] = tops_statements(definition, view, TopsRequest(window, panels, 5))
    assert part.tops == panels
    assert {*re.findall(r"'(\w+)', '(\w+)'", statement.sql)} >= {("currencies", "whole"), ("pages", "pages")}
