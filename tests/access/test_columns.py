"""What is kept of a stream's names for what enforces grants among SQL clients."""

from __future__ import annotations

import sqlalchemy as sa

from access.columns import columns_of
from access.scope import hidden_with
from access.store import AccessStore
from access.tables import COLUMNS
from query.aggregates import view_columns_of_names
from tests.access.test_scope import NAMES, SHOPS
from tests.definitions import HEALTH


def kept(engine: sa.Engine) -> dict[str, set[str]]:
    """Stream → the names that are kept."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(COLUMNS.c.stream, COLUMNS.c.name)).all()
    return {stream: {row.name for row in rows if row.stream == stream} for stream in {row.stream for row in rows}}


def test_every_name_has_a_row() -> None:
    rows = {row["name"]: row for row in columns_of(SHOPS, {"paid": ["paid_mean", "paid_max"], "site": ["site"]})}
    assert rows.keys() == NAMES
    assert [name for name, row in rows.items() if row["dimension"]] == ["site", "till"]
    assert (rows["paid"]["columns"], rows["paid"]["made_of"]) == (["paid_mean", "paid_max"], ["paid"])
    assert (rows["margin"]["made_of"], rows["cost"]["columns"]) == (["cost", "paid"], [])
    assert rows["visitors"]["made_of"] == ["visitor"]


def test_rows_tell_what_is_hidden_together() -> None:
    made = {row["name"]: {*row["made_of"]} for row in columns_of(SHOPS, {})}
    for name in NAMES:
        fields = {name} & {*SHOPS.fields} | made[name]
        assert {other for other, of in made.items() if of & fields} | {name} | fields == hidden_with(SHOPS, [name])


def test_a_stream_is_kept_as_it_is_now(store: AccessStore, engine: sa.Engine) -> None:
    for definition in (HEALTH, SHOPS, HEALTH):
        store.columns.put(definition, view_columns_of_names(definition))
    assert kept(engine)["shops"] == NAMES
    fewer = SHOPS.model_copy(update={"distincts": {}})
    store.columns.put(fewer, {})
    assert kept(engine)["shops"] == NAMES - {"visitors"}
    assert store.columns.known("shops")
    store.columns.remove_of("shops")
    assert not store.columns.known("shops")
    assert kept(engine).keys() == {"health"}
