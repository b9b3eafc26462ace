"""What goes with a stream, and with the lake: columns of views, grants of a removed stream, backups."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from access.errors import UnknownSubjectError
from access.grants import checked_grant
from access.store import AccessStore
from compose.embedded.runtime import postgres_home
from database.engine import engine_uri, rows
from iceberg.backup.catalog_dump import frozen_catalog, load_catalog
from iceberg.catalog import Catalog
from query.aggregates import view_columns, view_columns_of_names
from scripts.stack.user_count import user_count
from scripts.streams import removal
from scripts.streams.provision import note_columns
from scripts.streams.removal import _remove_access
from streams import load_definition
from streams.definition import Definition
from streams.panes import visit_columns
from streams.records import record_fields
from tests.definitions import SHIPPED
from tests.iceberg.lakes import make_tables

PASSWORD = "a long enough pass phrase"
PROGRAMS = postgres_home(Path(sys.prefix)) / "bin"


@pytest.fixture
def health() -> Definition:
    return load_definition(SHIPPED["health"])


@pytest.fixture
def lake(home: Path, uri: str, health: Definition) -> Iterator[Catalog]:
    """One whose catalog is in PostgreSQL, with the tables of one stream."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("drop table if exists iceberg_tables, iceberg_namespace_properties")
    catalog = Catalog("lake", uri=engine_uri(uri), warehouse=home.as_uri())
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("alter table iceberg_tables add column if not exists iceberg_type varchar(5)")
    make_tables(catalog, health)
    yield catalog
    catalog.engine.dispose()


def columns(lake: Catalog) -> dict[str, list[str]]:
    found = rows(lake.engine, "select name, columns from windowpane.columns where stream = 'health'")
    return {name: listed for name, listed in found if listed}


def test_columns_of_views_are_noted_once(lake: Catalog, health: Definition) -> None:
    for _ in range(2):
        note_columns(lake)
    assert columns(lake) == view_columns_of_names(health)
    note_columns(lake, "health")
    assert columns(lake) == view_columns_of_names(health)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_column_of_a_view_is_of_a_name(name: str) -> None:
    """But for the window and what counts messages and visits, which tell of no field.

    A column of records may be of a field and of a dimension.
    """
    definition = load_definition(SHIPPED[name])
    by_name = view_columns_of_names(definition)
    listed = [column for each in by_name.values() for column in each]
    assert definition.records or len(listed) == len({*listed})
    known = {expression.name for expression in view_columns(definition)}
    assert known - {*listed} == {"messages", *visit_columns(definition)}
    fields = [each.field for each in record_fields(definition)]
    assert {*by_name} == {*definition.dimensions, *definition.measures, *definition.distincts, *fields}


def test_a_removed_stream_takes_its_grants_along(lake: Catalog, store: AccessStore) -> None:
    store.users.add("ann", by="test", administrator=True)
    note_columns(lake)
    for stream in ("health", "health", "page_views", "*"):
        store.grants.add(checked_grant("user:ann", stream, ["ask"], {}, []), by="test")
    assert _remove_access(store, "health") == 2
    assert [grant.stream for grant in store.grants.page()] == ["page_views", "*"]
    assert columns(lake) == {}
    assert _remove_access(store, "health") == 0


def test_a_grant_that_is_made_during_a_removal_goes_too(
    lake: Catalog, store: AccessStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.users.add("ann", by="test", administrator=True)
    grant = checked_grant("user:ann", "health", ["ask"], {}, [])
    store.grants.add(grant, by="test")
    monkeypatch.setattr(removal, "drop_stream", lambda *_: store.grants.add(grant, by="test"))
    assert removal._drop(lake, "health") == 2
    assert store.grants.page() == []


def test_a_restored_backup_has_users_and_grants_but_no_sessions(
    lake: Catalog, store: AccessStore, uri: str, tmp_path: Path
) -> None:
    store.users.add("ann", by="test", administrator=True, groups=["shops"], password=PASSWORD)
    _, key = store.keys.create("ann", "shop")
    store.grants.add(checked_grant("group:shops", "health", ["ask"], {"service": ["a"]}, ["disk"]), by="test")
    _, token = store.sessions.log_in("ann", PASSWORD, address="", agent="")
    link = store.links.make("ann", by="test", lifetime=timedelta(hours=1))
    note_columns(lake)
    before = columns(lake)
    with frozen_catalog(uri) as state:
        part = state.dump(tmp_path, PROGRAMS)
    # As in a new home, whose users are gone with all else that it held.
    store.users.add("eve", by="test")
    load_catalog(uri, tmp_path / part.file, PROGRAMS)
    assert [user.name for user in store.users.page()] == ["ann"]
    assert user_count(uri) == 1
    assert store.users.get("ann").groups == ("shops",)
    assert store.users.check_password("ann", PASSWORD)
    asker = store.askers.of_key(key)
    assert asker is not None
    assert [(grant.stream, grant.where) for grant in asker.grants] == [("health", (("service", ("a",)),))]
    assert columns(lake) == before
    assert store.askers.of_session(token) is None
    with pytest.raises(UnknownSubjectError):
        store.links.look(link)
