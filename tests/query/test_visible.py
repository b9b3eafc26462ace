"""What is shown of a definition within a scope: nothing that is hidden, in no word of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.grants import Action, Rows
from access.scope import Scope, made_of
from query.visible import Visible
from streams.definition import Definition
from tests.definitions import HEALTH, PAGE_VIEWS, changed
from tests.query.made_streams import made_stream
from tests.query.scopes import EVERY_ACTION, of, seen
from web.asking.definitions import definition_json


def names(definition: Definition) -> list[list[str]]:
    return [list(getattr(definition, part)) for part in ("fields", "dimensions", "measures", "distincts")]


@pytest.mark.parametrize(
    ("definition", "hide", "fields", "dimensions", "measures", "distincts"),
    [
        (PAGE_VIEWS, ["visitors"], ["site", "path", "load_ms"], ["site", "path"], ["load_ms"], []),
        (PAGE_VIEWS, ["visitor_id"], ["site", "path", "load_ms"], ["site", "path"], ["load_ms"], []),
        (PAGE_VIEWS, ["path", "load_ms"], ["site", "visitor_id"], ["site"], [], ["visitors"]),
        (HEALTH, ["RAM.Free"], ["serviceName", "CPU", "RAM.Total", "Disk.Total", "Disk.Free"], ["service"],
         ["cpu", "disk"], []),
        (HEALTH, ["service"], ["CPU", "RAM.Total", "RAM.Free", "Disk.Total", "Disk.Free"], [],
         ["cpu", "ram", "disk"], []),
        (HEALTH, ["what was renamed"], [], [], [], []),
    ],
)  # fmt: skip
def test_what_is_hidden_is_not_shown(
    definition: Definition,
    hide: list[str],
    fields: list[str],
    dimensions: list[str],
    measures: list[str],
    distincts: list[str],
) -> None:
    assert names(seen(definition, hide=hide).shown) == [fields, dimensions, measures, distincts]


def test_the_whole_is_shown_as_it_is() -> None:
    assert Visible(HEALTH).shown is HEALTH
    assert Visible(HEALTH, Scope(frozenset({Action.ASK}))).shown is HEALTH
    assert Visible(HEALTH).sight == ""


def test_bounds_and_words_tell_nothing_of_what_is_hidden() -> None:
    shown = seen(HEALTH, hide=["RAM.Total"]).shown
    assert shown.fields["RAM.Free"].max is None
    assert HEALTH.fields["RAM.Free"].max == "RAM.Total"
    titled = changed("measures/load_ms/title", "Load per VISITOR_ID", "page_views")
    assert seen(titled, hide=["visitors"]).shown.measures["load_ms"].title == ""
    assert (seen(HEALTH, hide=["service"]).shown.title, seen(HEALTH, hide=["disk"]).shown.title) == (
        "health", "Service health",
    )  # fmt: skip
    assert (seen(HEALTH, hide=["cpu"]).shown.description, shown.topic, shown.demo) == ("", "", None)


def test_listed_values_are_not_shown_of_which_some_are_out_of_scope() -> None:
    listed = changed("fields/site/values", ["a.example", "b.example"], "page_views")
    assert "b.example" not in json.dumps(definition_json(seen(listed, of("site", "a.example"))))
    assert seen(listed, of("path", "/")).shown.fields["site"].values == ("a.example", "b.example")


def test_how_a_stream_is_kept_is_for_who_sees_all_of_it() -> None:
    whole, narrow = definition_json(Visible(HEALTH)), definition_json(seen(HEALTH, hide=["cpu"]))
    assert whole.keys() - narrow.keys() == {"topic", "partitions", "events"}
    assert (whole["digest"], whole["digest"] == narrow["digest"]) == (HEALTH.digest, False)
    assert "Timestamp" not in json.dumps(definition_json(seen(HEALTH, hide=["Timestamp"])))


RULES: list[tuple[Rows, ...]] = [
    (),
    (of("site", "a"),),
    (of("site", "b"),),
    (of("path", "a"),),
    (of("site", "a", "b"),),
]


def test_sights_differ_where_answers_may() -> None:
    scopes = [seen(PAGE_VIEWS, *rows, hide=hide) for rows in RULES for hide in ((), ("path",), ("visitors",))]
    assert len({each.sight for each in scopes}) == len(scopes)
    ask, all_actions = (Scope(actions, (of("site", "a"),)) for actions in (frozenset({Action.ASK}), EVERY_ACTION))
    assert Visible(PAGE_VIEWS, ask).sight == Visible(PAGE_VIEWS, all_actions).sight


def test_the_same_names_are_hidden_of_another_definition() -> None:
    younger = changed("measures/slow", {"value": "load_ms / 2", "decimals": 0, "min": 0, "max": 9}, "page_views")
    visible = seen(PAGE_VIEWS, hide=["load_ms"])
    assert visible.over(PAGE_VIEWS) is visible
    assert names(visible.over(younger).shown)[2] == []
    assert names(seen(PAGE_VIEWS).over(younger).shown)[2] == ["load_ms", "slow"]
    older = changed("distincts", None, "page_views")
    assert names(seen(PAGE_VIEWS, hide=["visitors"]).over(older).shown) == [[], [], [], []]


@given(made=made_stream(), data=st.data())
def test_no_hidden_name_is_in_the_shown_definition(made: Definition, data: st.DataObject) -> None:
    """Whatever names there are, and however the rest speaks of them."""
    known = [*made.fields, *made_of(made)]
    visible = seen(made, hide=data.draw(st.sets(st.sampled_from(known), min_size=1)))
    text = json.dumps(definition_json(visible))
    assert [name for name in known if name in visible.scope.hidden and name in text] == []
    assert {*known} - visible.scope.hidden == {*visible.shown.fields, *made_of(visible.shown)}
