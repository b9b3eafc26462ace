"""Every part of the store, once, on a real PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from access.asker import Door
from access.grants import checked_grant
from access.store import AccessStore


def test_a_user_from_invitation_to_removal(store: AccessStore) -> None:
    assert not store.users.any()
    first = store.links.make(None, by="up", lifetime=timedelta(hours=1))
    assert store.links.look(first) is None
    root = store.links.use(first, "correct horse battery", name="root")
    assert (root.administrator, root.has_password, root.made_by) == (True, True, "up")
    store.users.add("ann", by="root", title="Ann", groups=["shops"])
    token = store.links.make("ann", by="root", lifetime=timedelta(hours=1))
    assert store.links.look(token) == "ann"
    store.links.use(token, "a password of Ann's")
    session, secret = store.sessions.log_in("ann", "a password of Ann's", address="127.0.0.1", agent="curl")
    asker = store.askers.of_session(secret)
    assert asker is not None
    assert (asker.door, asker.name, asker.groups, asker.session) == (
        Door.SESSION, "ann", frozenset({"shops"}), session.id,
    )  # fmt: skip
    store.users.remove("ann")
    assert store.askers.of_session(secret) is None
    assert [user.name for user in store.users.page()] == ["root"]


def test_a_key_has_all_grants_that_apply(store: AccessStore) -> None:
    store.users.add("ann", by="root", groups=["shops"])
    key, text = store.keys.create("ann", "till")
    for subject in ("user:ann", "group:shops", f"key:{key.id}", "group:others"):
        store.grants.add(checked_grant(subject, "health", ["ask"], {"host": [subject]}, ["ram"]), by="root")
    asker = store.askers.of_key(text)
    assert asker is not None
    assert asker.grants == tuple(store.grants.page()[:3])
    assert (asker.key, store.askers.of_key(text[:-1] + "9")) == (key.id, None)
    assert store.grants.that_apply("ann", "health") == store.grants.page()[:2]
    assert store.grants.page(f"key:{key.id}")[0].subject.name == key.id
    store.keys.revoke(key.id)
    assert (store.askers.of_key(text), len(store.grants.page())) == (None, 3)


def test_use_is_noted_to_the_hour(store: AccessStore) -> None:
    store.users.add("ann", by="root")
    key, _ = store.keys.create("ann", "till")
    store.askers.note_used([key.id, "nonsense"], [])
    used = store.keys.get(key.id).used_at
    assert used is not None
    assert used.isoformat() == "2026-03-01T12:00:00+00:00"


def test_people_of_an_issuer_need_no_user(store: AccessStore) -> None:
    store.grants.add(checked_grant("group:shops", "health", ["ask"], {}, []), by="root")
    asker = store.askers.of_user("eve", door=Door.TOKEN, extra_groups=frozenset({"shops"}))
    assert asker is not None
    assert (asker.knows("health"), asker.administrator) == (True, False)
    assert store.askers.of_user("eve", door=Door.SESSION) is None
    store.users.add("eve", by="root")
    store.users.change("eve", disabled=True)
    assert store.askers.of_user("eve", door=Door.TOKEN, extra_groups=frozenset({"shops"})) is None
