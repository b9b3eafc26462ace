"""Secrets of sources, on a real PostgreSQL."""

from __future__ import annotations

import base64

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from access.records import Records
from sources.errors import SourceError
from sources.secrets import SecretStore
from sources.store import SourceStore
from tests.sources.conftest import KEY


def test_a_secret_is_encrypted_where_it_is_kept(store: SourceStore, engine: sa.Engine) -> None:
    store.secrets.put("lab_token", "s3cr3t-value", by="ann")
    assert store.secrets.get("lab_token").get_secret_value() == "s3cr3t-value"
    with engine.connect() as connection:
        kept = bytes(connection.execute(sa.text("select value from windowpane.source_secrets")).scalar_one())
    assert b"s3cr3t" not in kept
    assert "s3cr3t" not in repr(store.secrets.notes())
    first = kept
    store.secrets.put("lab_token", "s3cr3t-value", by="bob")
    with engine.connect() as connection:
        again = bytes(connection.execute(sa.text("select value from windowpane.source_secrets")).scalar_one())
    assert again != first
    assert [(note.name, note.made_by) for note in store.secrets.notes()] == [("lab_token", "bob")]


def test_a_secret_is_bound_to_its_name(store: SourceStore, engine: sa.Engine) -> None:
    store.secrets.put("a", "1", by="ann")
    with engine.begin() as connection:
        connection.execute(sa.text("update windowpane.source_secrets set name = 'b'"))
    with pytest.raises(SourceError, match="another key"):
        store.secrets.get("b")


@pytest.mark.parametrize("key", ["", "xx", base64.b64encode(b"short").decode()])
def test_without_a_key_nothing_is_kept(store: SourceStore, engine: sa.Engine, key: str) -> None:
    with pytest.raises(SourceError, match="WINDOWPANE_SOURCES_KEY"):
        SecretStore(Records(engine), SecretStr(key)).put("a", "1", by="ann")
    assert store.secrets.notes() == []


def test_another_key_reads_nothing(store: SourceStore, engine: sa.Engine) -> None:
    store.secrets.put("a", "1", by="ann")
    other = SecretStr(base64.b64encode(b"o" * 32).decode())
    with pytest.raises(SourceError, match="set it again"):
        SecretStore(Records(engine), other).get("a")
    assert KEY.get_secret_value() not in repr(store.secrets)


@pytest.mark.parametrize(
    ("name", "value"),
    [("Upper", "1"), ("", "1"), ("a" * 42, "1"), ("a", ""), ("a", "two\nlines"), ("a", "x" * 8193), ("a", "\0")],
)
def test_what_cannot_be_a_secret(store: SourceStore, name: str, value: str) -> None:
    with pytest.raises(SourceError):
        store.secrets.put(name, value, by="ann")


def test_an_unknown_secret_says_how_to_set_it(store: SourceStore) -> None:
    with pytest.raises(SourceError, match="sources secrets set nothing"):
        store.secrets.get("nothing")
    assert store.secrets.remove("nothing") is False
