"""Keys at the command line: shown once, alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from access.store import AccessStore
from scripts.access.keys import expiry
from services.operator import os_user
from tests.scripts.access.conftest import Type

NOW = datetime(2026, 3, 1, 10, 17, tzinfo=UTC)


def test_a_key_is_alone_on_stdout(typed: Type, store: AccessStore) -> None:
    store.users.add("ann", by="test", administrator=True)
    done = typed("keys", "create", "--user", "ann", "--name", "shop", "--expires", "90d")
    assert done.code == 0
    text = done.out.removesuffix("\n")
    assert text.startswith("wpk_")
    assert len(text.split()) == 1
    assert text not in done.err
    asker = store.askers.of_key(text)
    assert asker is not None
    assert asker.name == "ann"
    [key] = store.keys.of("ann")
    assert key.expires_at is not None
    assert timedelta(days=89) < key.expires_at - datetime.now(UTC) <= timedelta(days=90)


def test_a_key_is_of_whoever_types(typed: Type, store: AccessStore) -> None:
    done = typed("keys", "create")
    assert done.code == 2
    assert "--user is missing" in done.err
    store.users.add(os_user(), by="test")
    assert typed("keys", "create").code == 0
    assert [key.user for key in store.keys.of(None)] == [os_user()]


def test_keys_are_listed_without_their_text(typed: Type, store: AccessStore) -> None:
    store.users.add("ann", by="test", administrator=True)
    key, text = store.keys.create("ann", "shop")
    listed = typed("keys", "list", "--user", "ann", "--json").out
    assert json.loads(listed)["keys"][0].items() >= {"id": key.id, "user": "ann", "name": "shop"}.items()
    for shown in (listed, typed("keys").out):
        assert key.id in shown
        assert text not in shown
    assert typed("keys", "list", "--user", "bob").code == 2


def test_a_key_is_rotated_and_revoked(typed: Type, store: AccessStore) -> None:
    store.users.add("ann", by="test", administrator=True)
    old, old_text = store.keys.create("ann", "shop")
    done = typed("keys", "rotate", old.id, "--overlap", "1h")
    text = done.out.strip()
    assert (done.code, text.startswith("wpk_"), len(done.out.splitlines())) == (0, True, 1)
    assert store.askers.of_key(old_text) is not None
    new = next(key for key in store.keys.of("ann") if key.id != old.id)
    assert typed("keys", "revoke", new.id).code == 0
    assert store.askers.of_key(text) is None
    assert typed("keys", "revoke", new.id).code == 2


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("90d", NOW + timedelta(days=90)),
        ("1d12h", NOW + timedelta(hours=36)),
        ("2027-03-01", datetime(2027, 3, 1, tzinfo=UTC)),
        ("2027-03-01T10:00:00+01:00", datetime(2027, 3, 1, 9, tzinfo=UTC)),
        ("2027-03-01T10:00:00Z", datetime(2027, 3, 1, 10, tzinfo=UTC)),
    ],
)
def test_an_expiry_is_read(text: str, at: datetime) -> None:
    assert expiry(text, NOW) == at


@pytest.mark.parametrize("text", ["", "soon", "90", "2027-13-01", "2027-03-01T10:00:00", "2020-01-01", "9999999w"])
def test_other_expiries_are_refused(typed: Type, store: AccessStore, text: str) -> None:
    store.users.add("ann", by="test", administrator=True)
    done = typed("keys", "create", "--user", "ann", "--expires", text)
    assert (done.code, done.out) == (2, "")
