"""Answers within a scope: those of the rows in scope alone, with no hidden name, and no other asker's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.grants import Rows
from access.scope import made_of
from iceberg.settings import LakeSettings
from query.answer_json import answer_json
from query.cursors import Cursor
from query.errors import InvalidRequestError, QueryError
from query.parameters import read_series, read_window
from query.record_requests import Question
from query.requests import WindowRequest
from query.service import QueryService
from query.settings import QuerySettings
from query.statements import window_statement
from query.visible import Visible
from streams.definition import Definition
from tests.definitions import PAGE_VIEWS
from tests.query.duck_panes import DuckPanes, Message
from tests.query.lake_views import at, lake_view
from tests.query.made_streams import made_stream
from tests.query.scopes import of, seen
from tests.query.test_row_rules import meets

DAY = [("start", "2026-03-02T00:00:00Z"), ("end", "2026-03-03T00:00:00Z")]
VALUES = "abc"


def service_of(definition: Definition, panes: DuckPanes) -> QueryService:
    """The service of one stream whose panes are in DuckDB."""
    service = QueryService(
        QuerySettings(trino="127.0.0.1:1"), {definition.name: definition}, LakeSettings.model_construct()
    )
    service._watcher._views[definition.name] = replace(lake_view(definition.name, cut=None), definition=definition)
    service._trino = panes  # type: ignore[assignment]
    return service


def asked(service: QueryService, question: Question) -> dict[str, Any]:
    """As the web service asks."""
    kept = service.kept(service.tag(question))
    answer: dict[str, Any] = json.loads((kept or service.answer(question, service.limits())).body)
    return answer


@dataclass(frozen=True)
class Universe:
    """A stream, its messages, and what one asker sees and asks of it."""

    visible: Visible
    messages: tuple[Message, ...]
    by: tuple[str, ...]
    where: Rows

    @property
    def parameters(self) -> list[tuple[str, str]]:
        filters = [(name, value) for name, values in self.where for value in values]
        return [*DAY, *([("by", name) for name in self.by] or [("by", "")]), *filters]

    def groups(self) -> list[dict[str, Any]]:
        """The oracle: of the messages in scope that the question asks for, by what it groups by."""
        counted: dict[tuple[str, ...], list[Message]] = {}
        for message in self.messages:
            row = message.dimensions
            if meets(row, self.where) and any(meets(row, rule) for rule in self.visible.scope.rows):
                counted.setdefault(tuple(row[name] for name in self.by), []).append(message)
        return [self._group(key, counted[key]) for key in sorted(counted)]

    def _group(self, key: tuple[str, ...], messages: Sequence[Message]) -> dict[str, Any]:
        group: dict[str, Any] = {**dict(zip(self.by, key, strict=True)), "messages": len(messages)}
        for name in self.visible.shown.measures:
            values = [value for each in messages if (value := each.measures[name]) is not None]
            most = max(values, default=None)
            first = min((each.at for each in messages if each.measures[name] == most), default=None)
            group[name] = {
                "count": len(values),
                "mean": sum(values) / len(values) if values else None,
                "min": min(values, default=None),
                "max": most,
                "max_at": f"{first:%Y-%m-%dT%H:%M:%S.000Z}" if first and most is not None else None,
            }
        return group


def rules(names: Iterable[str]) -> st.SearchStrategy[Rows]:
    values = st.lists(st.sampled_from(VALUES), min_size=1, max_size=2, unique=True).map(
        lambda each: tuple(sorted(each))
    )
    return st.dictionaries(st.sampled_from([*names]), values, max_size=2).map(lambda made: tuple(sorted(made.items())))


@st.composite
def universes(draw: st.DrawFn) -> Universe:
    """With rules that may be of a dimension that there is not, or of a hidden one."""
    definition = draw(made_stream()).model_copy(update={"distincts": {}})
    dimensions = [*definition.dimensions]
    hide = draw(st.sets(st.sampled_from([*definition.fields, *made_of(definition)]), max_size=2))
    scope = draw(st.lists(rules([*dimensions, "elsewhere"]), min_size=1, max_size=3))
    visible = seen(definition, *scope, hide=hide)
    message = st.builds(
        Message,
        st.integers(0, 86_399).map(lambda second: at("2 00:00") + timedelta(seconds=second)),
        st.fixed_dictionaries({name: st.sampled_from(VALUES) for name in dimensions}),
        st.fixed_dictionaries({name: st.none() | st.integers(-9, 9) for name in definition.measures}),
    )
    messages = tuple(draw(st.lists(message, max_size=12)))
    by = tuple(name for name in visible.shown.dimensions if draw(st.booleans()))
    where = draw(rules(visible.shown.dimensions)) if visible.shown.dimensions else ()
    return Universe(visible, messages, by, where)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(universe=universes())
def test_answers_are_of_the_rows_in_scope(universe: Universe) -> None:
    """Windows, series and pages; and no name that is hidden is in any of them."""
    visible, definition = universe.visible, universe.visible.definition
    service = service_of(definition, DuckPanes(definition, universe.messages))
    groups = universe.groups()
    answer = asked(service, read_window(visible, universe.parameters))
    assert answer["groups"] == groups
    series = asked(service, read_series(visible, [*universe.parameters, ("step", "day")]))
    assert [point["groups"] for point in series["points"]] == ([groups] if groups else [])
    pages, after = list[dict[str, Any]](), None
    while after is not None or not pages:
        more = [("limit", "1"), *([] if after is None else [("after", after)])]
        page = asked(service, read_window(visible, [*universe.parameters, *more]))
        pages.append(page)
        after = page["next"]
    assert [group for page in pages for group in page["groups"]] == groups
    text = json.dumps([answer, series, pages])
    assert [name for name in visible.scope.hidden if name in text] == []


@settings(max_examples=50, deadline=None)
@given(made=made_stream(), data=st.data())
def test_what_is_hidden_is_neither_read_nor_told_of(made: Definition, data: st.DataObject) -> None:
    """No hidden column is in a statement; who asks for a hidden name is told what is told of one that is not there."""
    known = [*made.fields, *made_of(made)]
    visible = seen(made, hide=data.draw(st.sets(st.sampled_from(known), min_size=1, max_size=3)))
    hidden = visible.scope.hidden
    statement = window_statement(made, lake_view("made", cut=None), read_window(visible, DAY))
    assert statement is not None
    assert [name for name in hidden if name in statement.sql] == []
    for name in hidden:
        of_name, of_absent = (refusals(visible, each) for each in (name, "absent0"))
        assert of_name == of_absent
        assert [other for other in hidden if other in str(of_name)] == []


def refusals(visible: Visible, name: str) -> list[str]:
    """What is said to who groups or filters by a name, or asks for it in a series."""
    said = []
    for more in ([("by", name)], [(name, "a")], [("step", "day"), ("measure", name)]):
        with pytest.raises(InvalidRequestError) as refused:
            (read_series if len(more) > 1 else read_window)(visible, [*DAY, *more])
        said.append(str(refused.value).replace(name, "NAME"))
    return said


SIGHTS = [
    seen(PAGE_VIEWS.model_copy(update={"distincts": {}}), *rows, hide=hide)
    for rows in ((), (of("site", "a"),), (of("site", "b"),), (of("site", "a", "b"),))
    for hide in ((), ("load_ms",))
]


@pytest.mark.parametrize(("first", "second"), [*permutations(range(len(SIGHTS)), 2)])
def test_nobody_is_given_the_answer_of_another(first: int, second: int) -> None:
    definition = SIGHTS[0].definition
    measures = {"load_ms": 5}
    messages = [Message(at("2 10:00"), {"site": site, "path": "/"}, measures) for site in ("a", "b", "c")]
    panes = DuckPanes(definition, messages)
    service = service_of(definition, panes)
    alone = asked(service_of(definition, panes), read_window(SIGHTS[second], DAY))
    asked(service, read_window(SIGHTS[first], DAY))
    assert asked(service, read_window(SIGHTS[second], DAY)) == alone
    statements = len(panes.asked)
    assert asked(service, read_window(replace(SIGHTS[second]), DAY)) == alone
    assert len(panes.asked) == statements


def test_a_cursor_leads_to_no_other_stream() -> None:
    """Its digest of a view may be made up by whoever writes one."""
    service = service_of(PAGE_VIEWS, DuckPanes(PAGE_VIEWS, []))
    service._paged["other"] = lake_view("health")
    question = WindowRequest(Visible(PAGE_VIEWS), at("2 00:00"), at("3 00:00"), ("site",), limit=1)
    assert service._view(replace(question, after=Cursor("other", ("a",)))).stream == "page_views"


def test_a_cursor_is_of_one_sight() -> None:
    mine, other = seen(PAGE_VIEWS, of("site", "a", "b")), seen(PAGE_VIEWS, of("site", "b", "c"))
    params = [*DAY, ("by", "site"), ("limit", "1")]
    cursor = Cursor("view", ("a",)).text(read_window(mine, params).question)
    assert read_window(mine, [*params, ("after", cursor)]).after == Cursor("view", ("a",))
    with pytest.raises(InvalidRequestError, match="not a cursor of this question"):
        read_window(other, [*params, ("after", cursor)])


class _Refusing:
    """Trino that tells a column by its name."""

    def rows(self, *_: object) -> None:
        raise QueryError("Trino refused the query: line 1:8: Column 'load_ms_sum' cannot be resolved")


@pytest.mark.parametrize(
    ("visible", "told"), [(Visible(PAGE_VIEWS), True), (seen(PAGE_VIEWS, hide=["load_ms"]), False)]
)
def test_errors_of_engines_name_nothing_to_who_sees_a_part(visible: Visible, told: bool) -> None:
    service = service_of(PAGE_VIEWS, _Refusing())  # type: ignore[arg-type]
    with pytest.raises(QueryError) as refused:
        asked(service, read_window(visible, DAY))
    assert ("load_ms" in str(refused.value)) == told


def test_a_breakdown_that_is_hidden_is_not_named() -> None:
    service = service_of(PAGE_VIEWS, DuckPanes(PAGE_VIEWS, []))
    request = read_window(seen(PAGE_VIEWS, of("site", "nowhere"), hide=["path", "visitors"]), DAY)
    answer = answer_json(service.answer(replace(request, where=()), service.limits()).answer)
    assert answer["answered_from"]["breakdown"] == "site"
