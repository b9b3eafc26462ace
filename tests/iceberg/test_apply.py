"""Apply makes tables match a definition, says so before, and refuses what stored panes could not survive."""

from __future__ import annotations

from functools import partial

import pytest

from iceberg.apply import GENERATION_PROPERTY, applied_definition, plan_tables
from iceberg.catalog import Catalog
from iceberg.errors import IncompatibleChangeError
from iceberg.lake_view import metadata_locations, pin
from streams.definition import Definition
from tests.definitions import HEALTH, PAGE_VIEWS, changed
from tests.iceberg.lakes import commit, day_row, ledger_row, noon, overtaken, pane_row


def apply(catalog: Catalog, definition: Definition) -> list[str]:
    changes = plan_tables(catalog, definition)
    for change in changes:
        change.run()
    return [change.description for change in changes]


@pytest.mark.parametrize("definition", [HEALTH, PAGE_VIEWS], ids=lambda definition: definition.name)
def test_makes_every_table_once(catalog: Catalog, definition: Definition) -> None:
    name = definition.name
    made = ("panes", "ledger", "rejected")
    assert apply(catalog, definition) == [f"create table {name}.{table}" for table in made]
    assert apply(catalog, definition) == []
    assert applied_definition(catalog, name) == definition
    assert [(of, set(tables)) for of, tables in metadata_locations(catalog).items()] == [(name, set(made))]


def test_plan_changes_nothing(catalog: Catalog) -> None:
    assert len(plan_tables(catalog, HEALTH)) == 3
    assert len(plan_tables(catalog, HEALTH)) == 3
    assert applied_definition(catalog, "health") is None


def test_tables_are_as_documented(catalog: Catalog) -> None:
    apply(catalog, HEALTH)
    panes = catalog.load_table("health.panes")
    required = ["breakdown", "grain", "part", "window_start", "window_end", "arrived_from", "arrived_until", "messages"]
    assert [field.name for field in panes.schema().fields if field.required] == required
    assert panes.properties[GENERATION_PROPERTY] == "0"
    assert [(field.name, str(field.transform)) for field in panes.spec().fields] == [("part", "identity")]
    assert panes.schema().column_names[:9] == ["service", *required]


def test_commits_of_the_live_job_may_come_first(catalog: Catalog) -> None:
    apply(catalog, HEALTH)
    wider = HEALTH.model_copy(update={"measures": {**HEALTH.measures, "more": HEALTH.measures["cpu"]}})
    rows = {"panes": pane_row(0), "ledger": ledger_row(0)}
    for change in plan_tables(catalog, wider):
        others = [
            partial(commit, catalog.load_table(("health", name)), [row])
            for name, row in rows.items()
            if name in change.description
        ]
        with overtaken(catalog, *others):
            change.run()
    assert plan_tables(catalog, wider) == []


def test_adds_columns_of_new_measures(catalog: Catalog) -> None:
    apply(catalog, HEALTH)
    grown = changed("measures/load", {"value": "CPU * 2", "decimals": 3, "min": 0, "max": 2})
    done = apply(catalog, grown)
    parts = ("count", "sum", "min", "max", "max_at")
    added = [f"add column health.panes.load_{part}" for part in parts]
    assert [line for line in done if line.startswith("add column")] == added
    assert apply(catalog, grown) == []
    assert applied_definition(catalog, "health") == grown
    assert catalog.load_table("health.panes").schema().column_names[-5:] == [f"load_{part}" for part in parts]


def test_notes_definitions_that_change_no_column(catalog: Catalog) -> None:
    apply(catalog, HEALTH)
    retitled = HEALTH.model_copy(update={"title": "Other words"})
    assert all(line.startswith("note the definition") for line in apply(catalog, retitled))
    assert applied_definition(catalog, "health") == retitled
    assert apply(catalog, retitled) == []


def test_refuses_in_one_line(catalog: Catalog) -> None:
    apply(catalog, HEALTH)
    with pytest.raises(
        IncompatibleChangeError, match=r"^health: measures\.cpu cannot be removed: stored panes hold it$"
    ):
        plan_tables(catalog, changed("measures/cpu", None))
    assert applied_definition(catalog, "health") == HEALTH


def test_goes_on_after_half_an_apply(catalog: Catalog) -> None:
    for change in plan_tables(catalog, HEALTH)[:1]:
        change.run()
    assert apply(catalog, HEALTH) == ["create table health.ledger", "create table health.rejected"]


def test_pins_the_state_of_all_tables(catalog: Catalog) -> None:
    apply(catalog, HEALTH)
    empty = pin(catalog, "health")
    assert (empty.panes_snapshot, empty.day_cut, empty.complete_until, empty.committed) == (None,) * 4
    for checkpoint, at in ((1, 1180), (2, 1190)):
        commit(catalog.load_table("health.ledger"), [ledger_row(at)], "a", checkpoint)
        commit(catalog.load_table("health.panes"), [pane_row(at)], "a", checkpoint)
    commit(catalog.load_table("health.panes"), [day_row(600)], "a", 2)
    view = pin(catalog, "health")
    assert (view.day_cut, view.complete_until) == (noon(1200), noon(1200))
    assert view.panes_snapshot == catalog.load_table("health.panes").metadata.current_snapshot_id
    assert view.definition == HEALTH
    assert view.ledger_snapshot == catalog.load_table("health.ledger").metadata.current_snapshot_id
    assert view.settled_until == noon(1190)
