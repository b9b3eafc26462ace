"""While PostgreSQL does not answer nothing is said of anybody."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from access.asker import Door
from access.grants import checked_grant
from access.key_text import SecretKind, new_secret
from access.store import AccessStore
from database.errors import LakeAwayError
from tests.database.postgres import own_postgres

SOMEBODY = {"address": "192.0.2.1", "agent": ""}
EVERY_WAY: dict[str, Callable[[AccessStore], object]] = {
    "users.any": lambda store: store.users.any(),
    "users.get": lambda store: store.users.get("ann"),
    "users.page": lambda store: store.users.page(),
    "users.add": lambda store: store.users.add("ann", by="root"),
    "users.change": lambda store: store.users.change("ann", disabled=True),
    "users.check_password": lambda store: store.users.check_password("ann", "correct horse battery"),
    "users.remove": lambda store: store.users.remove("ann"),
    "keys.create": lambda store: store.keys.create("ann", "till"),
    "keys.of": lambda store: store.keys.of(None),
    "keys.rotate": lambda store: store.keys.rotate("k1", overlap=timedelta(0)),
    "keys.revoke": lambda store: store.keys.revoke("k1"),
    "grants.page": lambda store: store.grants.page(),
    "grants.add": lambda store: store.grants.add(checked_grant("group:a", "health", ["ask"], {}, []), by="root"),
    "sessions.log_in": lambda store: store.sessions.log_in("ann", "correct horse battery", **SOMEBODY),
    "sessions.of": lambda store: store.sessions.of("ann"),
    "links.make": lambda store: store.links.make(None, by="up", lifetime=timedelta(hours=1)),
    "links.look": lambda store: store.links.look(new_secret(SecretKind.LINK)),
    "askers.of_key": lambda store: store.askers.of_key(new_secret(SecretKind.KEY)),
    "askers.of_session": lambda store: store.askers.of_session(new_secret(SecretKind.SESSION)),
    "askers.of_user": lambda store: store.askers.of_user("ann", door=Door.TOKEN),
    "askers.note_used": lambda store: store.askers.note_used(["k1"], []),
    "columns.remove_of": lambda store: store.columns.remove_of("health"),
    "tidy": lambda store: store.tidy(),
}


@pytest.fixture(scope="module")
def away() -> AccessStore:
    return AccessStore.open("postgresql://nobody@127.0.0.1:1/nowhere")


@pytest.mark.parametrize("way", EVERY_WAY)
def test_nothing_is_said_without_postgres(away: AccessStore, way: str) -> None:
    with pytest.raises(LakeAwayError):
        EVERY_WAY[way](away)


def test_a_store_that_was_answered_says_nothing_either() -> None:
    with tempfile.TemporaryDirectory(prefix="windowpane-") as folder:
        with own_postgres(Path(folder)) as uri:
            store = AccessStore.open(uri)
            store.users.add("ann", by="root")
            _, text = store.keys.create("ann", "till")
            assert store.askers.of_key(text) is not None
        with pytest.raises(LakeAwayError):
            store.askers.of_key(text)
        store.close()
