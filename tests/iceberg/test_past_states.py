"""The states that publications replaced: which one readers saw at a moment, and how far it was complete."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from iceberg.apply import GENERATION_PROPERTY
from iceberg.catalog import Catalog
from iceberg.errors import LostStateError
from iceberg.lake_view import pin
from iceberg.past_states import keep_state
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, ledger_row, make_tables, noon, open_local, overtaken, pane_row


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """A stream with two publications, at 35 and 65 seconds after noon; each checkpoint holds ten seconds.

    The panes lag a checkpoint behind the ledger when the second state is kept.
    """
    catalog = open_local(tmp_path)
    tables = make_tables(catalog, HEALTH, **{GENERATION_PROPERTY: "2"})
    for number in range(1, 8):
        start = 10 * (number - 1)
        commit(tables["ledger"], [ledger_row(start)], "a", number)
        if number == 6:
            keep_state(tables, 1, noon(65))
        commit(tables["panes"], [pane_row(start)] if number != 3 else [], "a", number)
        if number == 3:
            keep_state(tables, 0, noon(35))
    return catalog


@pytest.mark.parametrize(
    ("asked", "generation", "known"),
    [
        pytest.param(12, 0, 10, id="rounded down"),
        pytest.param(34, 0, 30, id="a quiet window is known by the ledger"),
        pytest.param(35, 1, 30, id="a publication ends a state"),
        pytest.param(64.9, 1, 50, id="only what the kept panes hold"),
        pytest.param(65, 2, 60, id="the current state"),
        pytest.param(100, 2, 70, id="as far as the lake is complete"),
    ],
)
def test_tells_what_was_known(catalog: Catalog, asked: float, generation: int, known: float) -> None:
    now = pin(catalog, HEALTH.name)
    view = now.as_known_at(noon(asked))
    assert (view.generation, view.known_until(noon(asked))) == (generation, noon(known))
    assert view.panes_snapshot != now.panes_snapshot or asked >= 65


def test_nothing_is_known_of_an_empty_lake(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    keep_state(make_tables(catalog, HEALTH), 0, noon(35))
    view = pin(catalog, HEALTH.name)
    moment: datetime = noon(0)
    assert view.as_known_at(moment).known_until(moment) is None
    assert view.began is None


def test_a_state_that_was_seen_while_it_was_kept_is_known_after(tmp_path: Path) -> None:
    """Who looked when the panes had their tag and the ledger none yet must not hold that against the state."""
    catalog = open_local(tmp_path)
    tables = make_tables(catalog, HEALTH)
    for number in (1, 2):
        for name, row in (("ledger", ledger_row), ("panes", pane_row)):
            commit(tables[name], [row(10 * (number - 1))], "a", number)
    late = catalog.load_table(tables["ledger"].name())
    with overtaken(catalog, lambda: None, lambda: pin(catalog, HEALTH.name)):
        keep_state({"panes": tables["panes"], "ledger": late}, 0, noon(35))
    for table in tables.values():
        with table.refresh().transaction() as transaction:
            transaction.set_properties({GENERATION_PROPERTY: "1"})
    assert pin(catalog, HEALTH.name).as_known_at(noon(30)).known_until(noon(30)) == noon(20)


def test_a_state_whose_tags_are_gone_is_not_guessed(catalog: Catalog) -> None:
    for name in ("ledger", "panes"):
        table = catalog.load_table((HEALTH.name, name))
        [tag] = [ref for ref in table.metadata.refs if ref.startswith("generation-1-")]
        table.manage_snapshots().remove_tag(tag).commit()
    view = pin(catalog, HEALTH.name)
    with pytest.raises(LostStateError, match="is no longer kept"):
        view.as_known_at(noon(40))
    assert view.as_known_at(noon(34)).generation == 0


def test_tells_when_a_stream_began(catalog: Catalog) -> None:
    assert pin(catalog, HEALTH.name).began == noon(0)


def test_a_state_is_kept_as_it_was_when_a_commit_comes_first(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    tables = make_tables(catalog, HEALTH)
    commit(tables["panes"], [pane_row(0)], "a", 1)
    panes = tables["panes"].refresh()
    before = panes.metadata.current_snapshot_id
    live = catalog.load_table(panes.name())
    with overtaken(catalog, lambda: commit(live, [pane_row(10)], "a", 2)):
        keep_state(tables, 0, noon(35))
    assert panes.refresh().metadata.current_snapshot_id == live.metadata.current_snapshot_id != before
    assert [ref.snapshot_id for name, ref in panes.metadata.refs.items() if name != "main"] == [before]
