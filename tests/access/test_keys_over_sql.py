"""Which keys SQL clients log in with: our Java's statements, asked of the same tables."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from access.key_text import secret_hash
from access.store import AccessStore
from access.tables import KEYS
from tests.documentation import ROOT

_JAVA = ROOT / "query" / "java" / "src" / "windowpane" / "trino"


def text_of(file: str, constant: str) -> str:
    """The text block of a constant, with what works for every key where it is added."""
    found = re.search(rf' {constant} = """\n(.*?)"""( \+ \S*KEY_WORKS)?;', (_JAVA / file).read_text("utf-8"), re.DOTALL)
    assert found
    return found[1] + (text_of("SightReader.java", "KEY_WORKS") if found[2] else "")


@pytest.fixture
def child(store: AccessStore) -> tuple[str, str]:
    """The id and text of a key of bob's that a key of ann's made by way of another; its statements know real time."""
    for name in ("ann", "bob"):
        store.users.add(name, by="root")
    parent = None
    for user in ("ann", "ann", "bob"):
        key, text = store.keys.create(user, "till", parent=parent)
        parent = key.id
    return key.id, text


def lets_in(engine: sa.Engine, child: tuple[str, str]) -> list[bool]:
    """By the login, and by each statement afterwards."""
    key_id, text = child
    asked = (("KeyLogin.java", "KEY", (secret_hash(text), "bob")), ("SightReader.java", "USER", ("bob", key_id)))
    with engine.connect() as connection:
        return [
            bool(connection.exec_driver_sql(text_of(file, name).replace("?", "%s"), values).all())
            for file, name, values in asked
        ]


def test_a_key_works_while_those_above_it_do(store: AccessStore, engine: sa.Engine, child: tuple[str, str]) -> None:
    assert lets_in(engine, child) == [True, True]
    for name in ("ann", "bob"):
        store.users.change(name, disabled=True)
        assert lets_in(engine, child) == [False, False]
        assert store.askers.of_key(child[1]) is None
        store.users.change(name, disabled=False)
    assert lets_in(engine, child) == [True, True]


@pytest.mark.parametrize("user", ["ann", "bob"])
def test_a_key_ends_with_those_above_it(engine: sa.Engine, child: tuple[str, str], user: str) -> None:
    past = sa.func.now() - timedelta(seconds=1)
    with engine.begin() as connection:
        connection.execute(KEYS.update().where(KEYS.c.user == user).values(expires_at=past))
    assert lets_in(engine, child) == [False, False]
