"""The table of aggregates holds together: whoever adds one forgets nothing."""

from __future__ import annotations

import pytest

from streams.aggregates import AGGREGATES, READ_OPTIONS, Aggregate, MeasureOptions
from streams.definition import Definition
from streams.panes import pane_columns
from tests.definitions import PAGE_VIEWS

FORMS = ("flink", "merge", "state", "audit", "answer", "number")


def test_names_are_unique() -> None:
    names = [name for each in AGGREGATES for name in {each.name, *(view.name for view in each.view)} - {"{name}"}]
    members = [(each.of, member.name) for each in AGGREGATES for member in each.members]
    assert len(names) == len({*names})
    assert len(members) == len({*members})


def test_every_option_asks_for_an_aggregate() -> None:
    read = {member.option for each in AGGREGATES for member in each.members}
    assert read == {view.option for each in AGGREGATES for view in each.view}
    of_measures = {each.option for each in AGGREGATES if each.of == "measure"}
    assert of_measures | read == {"", *MeasureOptions.model_fields}
    assert read == {"", *READ_OPTIONS}
    assert {each.option for each in AGGREGATES if each.of == "stream"} - {""} <= {*Definition.model_fields}


@pytest.mark.parametrize("option", MeasureOptions.model_fields)
def test_what_an_option_asks_for_is_kept_only_where_it_is_set(option: str) -> None:
    load, kept = PAGE_VIEWS.measures["load_ms"], {each.name for each in AGGREGATES if each.option == option}
    for asked in (True, False):
        measures = {"load_ms": load.model_copy(update={option: asked})}
        columns = pane_columns(PAGE_VIEWS.model_copy(update={"measures": measures}))
        assert kept & {column.aggregate.name for column in columns} == (kept if asked else set())


@pytest.mark.parametrize("option", sorted(READ_OPTIONS))
def test_what_is_only_read_is_offered_where_it_is_asked(option: str) -> None:
    load = PAGE_VIEWS.measures["load_ms"]
    for asked in (True, False):
        measures = {"load_ms": load.model_copy(update={option: asked})}
        columns = pane_columns(PAGE_VIEWS.model_copy(update={"measures": measures}))
        members = [member.option for column in columns for member in column.members]
        views = [view.option for column in columns for view in column.view]
        assert (option in members, option in views) == (asked, asked)


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda each: each.name)
def test_every_form_can_be_written(aggregate: Aggregate) -> None:
    forms = [getattr(aggregate, form) for form in FORMS]
    forms += [form for view in aggregate.view for form in (view.name, view.sql)]
    for form in forms:
        written = aggregate.sql(form or "", "m", scale="1e0", unit="1", quantiles="")
        assert not {"{", "}"} & {*written}


def test_answers_have_each_aggregate_once() -> None:
    """By its own column or with another's; what none has a value of is asked of no one."""
    for aggregate in AGGREGATES:
        assert (aggregate.answer is None) == (not aggregate.members)
    named = {member.name for each in AGGREGATES for member in each.members}
    assert {each.name for each in AGGREGATES} - named == {"sum", "digest"}
