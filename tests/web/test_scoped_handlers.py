"""What handlers show to whom: streams without a grant are not there, and what is hidden is in no page and no answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette

from access.asker import ANYBODY, Asker
from access.scope import EVERYTHING, Scope, hidden_with
from database.replays import Action as Act
from database.replays import Publication
from iceberg.lake_view import LakeView
from query.difference_statements import group_keys
from query.errors import InvalidRequestError, OutOfScopeError, UnknownReplayError
from query.replay_records import ReplayRecord, publication_json, publication_within
from streams.breakdowns import main_breakdown
from streams.definition import Definition
from tests.definitions import HEALTH, PAGE_VIEWS
from tests.query.differences import ARRIVALS, replay
from tests.query.duck_panes import DuckPanes, Message
from tests.query.lake_views import at, lake_view
from tests.query.scopes import EVERY_ACTION, of
from tests.web.asked_as import Handler, ann, asked_as, granted
from tests.web.served import away
from web.api import answers, catalogue, replays
from web.app import create_app
from web.edge.problems import ProblemError
from web.pages.records.handlers import records_page
from web.pages.reference.api import api_page
from web.pages.reference.definition import definition_page
from web.pages.rejected.handlers import rejected_page
from web.pages.replays.handlers import replay_page, replays_page
from web.pages.streams.handlers import streams_page
from web.pages.window.handlers import window_csv, window_page
from web.service import Service

PLAIN = {name: each.model_copy(update={"quantiles": False}) for name, each in PAGE_VIEWS.measures.items()}
VIEWS = PAGE_VIEWS.model_copy(update={"distincts": {}, "measures": PLAIN})
DAY = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"}
WINDOW = {"stream": "page_views", **DAY}
OWNER = ann(granted("page_views", "administer"))
SHOP = ann(granted("page_views", "ask", "detail", "replay", where=of("site", "mine.example")))
READER = ann(granted("page_views", "ask", "detail", "replay", hide=["load_ms", "path"]))
SENDER = ann(granted("page_views", "send"))
STRANGER = ann()
ROWS = {"panes": (5, 6)}
DONE = Publication(
    1, 8, "page_views", Act.PUBLISH, ARRIVALS, "digest", at("3 00:00"), "bob", "path was wrong", ROWS, completed=True
)


def view_of(definition: Definition, **more: Any) -> LakeView:
    return replace(lake_view(definition.name, cut=None), definition=definition, **more)


@pytest.fixture(scope="module")
def app() -> Iterator[Starlette]:
    """A service of two streams, of which one has messages of two sites; DuckDB has its panes."""
    with away():
        app = create_app()
        queries = app.state.service.queries
        empty = view_of(HEALTH, panes_snapshot=None, rejected_snapshot=None)
        queries._watcher._views.update(health=empty, page_views=view_of(VIEWS, rejected_snapshot=None))
        messages = [
            Message(at("2 10:00") + timedelta(minutes=place), {"site": site, "path": path}, {"load_ms": 7123})
            for place, (site, path) in enumerate(
                [("mine.example", "/mine"), ("mine.example", "/b"), ("other.example", "/secret")]
            )
        ]
        queries._trino = DuckPanes(VIEWS, messages)
        yield app


@pytest.fixture
def replayed(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> Starlette:
    """A replay of each stream, of which one was published."""
    service: Service = app.state.service
    mine = replace(replay(), id=8, stream="page_views")
    monkeypatch.setattr(service.replays, "all", lambda _: [mine, replay()])
    monkeypatch.setattr(service.replays, "history", lambda _: [replace(DONE, stream="health", replay=7), DONE])
    monkeypatch.setattr(service.replays, "get", lambda number: {7: replay(), 8: mine}[number])
    return app


@pytest.mark.parametrize(
    ("asker", "known"),
    [
        (ANYBODY, ["access_log", "health", "page_views", "web_events"]),
        (OWNER, ["page_views"]),
        (SHOP, ["page_views"]),
        (SENDER, ["page_views"]),
        (STRANGER, []),
    ],
)
def test_streams_are_listed_to_who_knows_them(app: Starlette, asker: Asker, known: list[str]) -> None:
    listed = json.loads(asked_as(app, asker, catalogue.streams))["streams"]
    assert sorted(each["stream"] for each in listed) == known
    assert [each for each in listed if ("topic" in each) != (asker in (ANYBODY, OWNER, SENDER))] == []
    reference = asked_as(app, asker, api_page)
    assert ("/v1/streams/health/" in reference) == (asker is ANYBODY)


@pytest.mark.parametrize(
    ("handler", "path"),
    [
        (catalogue.show_stream, "stream"),
        (definition_page, "stream"),
        (rejected_page, "stream"),
        (records_page, "stream"),
        (answers.records, "stream"),
        (answers.window, "stream"),
        (answers.series, "stream"),
        (answers.rejected, "stream"),
        (window_page, ""),
        (window_csv, ""),
        (replays_page, ""),
        (replays.replays, ""),
        (replays.history, ""),
    ],
)
@pytest.mark.parametrize("asker", [SHOP, READER, SENDER, OWNER, STRANGER])
def test_a_stream_without_a_grant_is_not_there(app: Starlette, handler: Handler, path: str, asker: Asker) -> None:
    """It is told of as one is that nobody has."""
    said = []
    for stream in ("health", "absent"):
        asked = ({}, {"stream": stream}) if path else ({"stream": stream}, {})
        with pytest.raises(ProblemError) as refused:
            asked_as(app, asker, handler, asked[0], **asked[1])
        said.append(refused.value.problem)
    assert said[0] == said[1]
    assert said[0].status == 404


def test_an_asker_without_streams_is_told_whom_to_ask(app: Starlette) -> None:
    assert "No stream is open to you; ask an administrator" in asked_as(app, STRANGER, window_page)
    with pytest.raises(ProblemError):
        asked_as(app, STRANGER, window_csv)
    assert "page_views" not in asked_as(app, STRANGER, streams_page)


def test_rows_out_of_scope_are_in_no_answer(app: Starlette) -> None:
    window = json.loads(asked_as(app, SHOP, answers.window, DAY, stream="page_views"))
    assert [group["path"] for group in window["groups"]] == ["/b", "/mine"]
    other = json.loads(asked_as(app, SHOP, answers.window, {**DAY, "site": "other.example"}, stream="page_views"))
    assert other["groups"] == []
    texts = [asked_as(app, SHOP, handler, WINDOW) for handler in (window_page, window_csv)]
    texts.append(asked_as(app, SHOP, answers.series, {**DAY, "step": "hour"}, stream="page_views"))
    assert [text for text in texts if "mine.example" not in text or "secret" in text or "other.example" in text] == []
    assert "/secret" in asked_as(app, OWNER, window_csv, WINDOW)


@pytest.mark.parametrize(
    "handler",
    [window_page, window_csv, answers.window, catalogue.show_stream, definition_page, catalogue.streams, streams_page],
)
def test_hidden_names_are_in_no_page(app: Starlette, handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(_: object) -> dict[str, Any]:
        return {}

    monkeypatch.setattr("web.pages.streams.handlers.standings_of", nothing)
    question = DAY if handler is answers.window else WINDOW if handler in (window_page, window_csv) else {}
    text = asked_as(app, READER, handler, question, stream="page_views")
    assert "load_ms" not in text
    assert "Load time" not in text
    assert "7123" not in text
    assert "/secret" not in text
    assert 'path"' not in text.replace('"path":"/v1/', "").replace("{'path'", "")


def test_everything_hidden_still_counts_messages(app: Starlette) -> None:
    asker = ann(granted("page_views", "ask", hide=["renamed since"]))
    assert json.loads(asked_as(app, asker, answers.window, DAY, stream="page_views"))["groups"] == [{"messages": 3}]
    assert asked_as(app, asker, window_csv, WINDOW).split() == ["messages", "3"]
    assert 'class="tiles"' in asked_as(app, asker, window_page, WINDOW)


def test_counts_of_all_rows_are_for_administrators(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    async def standing(_: object) -> dict[str, Any]:
        counted = SimpleNamespace(accepted=87_654, rejected=0, lag=3, stopped="", notes=["a note"])
        return {"health": counted, "page_views": counted}

    monkeypatch.setattr("web.pages.streams.handlers.standings_of", standing)
    for asker, told in ((ANYBODY, 2), (OWNER, 1), (SHOP, 0), (READER, 0)):
        text = asked_as(app, asker, streams_page)
        assert (text.count("87,654"), text.count("a note")) == (told, told)


def test_rejected_messages_are_for_who_sees_all_rows(app: Starlette) -> None:
    for handler in (answers.rejected, rejected_page):
        with pytest.raises(OutOfScopeError, match="cannot be told apart by rows"):
            asked_as(app, SHOP, handler, DAY, stream="page_views")
        assert asked_as(app, READER, handler, DAY, stream="page_views")


@pytest.mark.parametrize(
    ("asker", "ids", "count", "made_by"),
    [
        (ANYBODY, [8, 7], 114, "somebody"),
        (OWNER, [8], 114, "somebody"),
        (SHOP, [8], None, ""),
        (READER, [8], 114, ""),
        (SENDER, [], 0, ""),
    ],
)
def test_replays_are_listed_to_who_may_see_them(
    replayed: Starlette, asker: Asker, ids: list[int], count: int | None, made_by: str
) -> None:
    listed = json.loads(asked_as(replayed, asker, replays.replays))["replays"]
    assert [each["id"] for each in listed] == ids
    assert [(each["messages"], each["made_by"]) for each in listed] == [(count, made_by)] * len(ids)
    history = json.loads(asked_as(replayed, asker, replays.history))["history"]
    assert sorted(each["replay"] for each in history) == sorted(ids)
    page = asked_as(replayed, asker, replays_page)
    assert [("/replays/7" in page), ("/replays/8" in page)] == [7 in ids, 8 in ids]
    assert ("path was wrong" in page) == (made_by != "" and ids != [])


def test_a_replay_that_is_not_to_be_seen_is_not_there(replayed: Starlette) -> None:
    for handler in (replays.replay, replay_page):
        with pytest.raises(UnknownReplayError) as refused:
            asked_as(replayed, SHOP, handler, id="7")
        assert str(refused.value) == str(UnknownReplayError(7))


def test_filters_of_a_replay_are_of_what_is_shown(replayed: Starlette) -> None:
    """The replay's own definition is that of health, which has none of what is hidden: so all of it is."""
    with pytest.raises(InvalidRequestError, match=r"known: by$"):
        asked_as(replayed, READER, replays.replay, {"service": "cart"}, id="8")


def test_records_tell_as_much_as_the_scope_shows() -> None:
    hidden = Scope(EVERY_ACTION, hidden=hidden_with(HEALTH, ["cpu"]))
    some = Scope(EVERY_ACTION, (of("service", "cart"),))
    shown = [ReplayRecord.of(replay(), scope).as_json() for scope in (EVERYTHING, hidden, some)]
    assert [each["messages"] for each in shown] == [114, 114, None]
    assert [each["offsets"] is None for each in shown] == [False, False, True]
    assert [each["definition"] is None for each in shown] == [False, True, True]
    told = [publication_json(publication_within(DONE, scope)) for scope in (EVERYTHING, hidden, some)]
    assert [each["reason"] for each in told] == ["path was wrong", "", ""]
    assert [each["rows"] == {} for each in told] == [False, False, True]


def test_groups_without_dimensions_have_one_key() -> None:
    assert [key.name for key in group_keys(HEALTH, main_breakdown(HEALTH))] == ["service"]
    assert len(group_keys(HEALTH.model_copy(update={"dimensions": {}}), main_breakdown(HEALTH))) == 1
