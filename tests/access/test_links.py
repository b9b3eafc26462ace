"""One-time links serve once, in time, and only whom they are for."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import count

import pytest

from access.errors import InvalidAccessError, UnknownSubjectError
from access.key_text import SecretKind, new_secret
from access.store import AccessStore
from tests.access.conftest import Clock
from tests.access.test_users import PASSWORD, outcomes

HOUR = timedelta(hours=1)


def is_good(store: AccessStore, token: str) -> bool:
    try:
        store.links.look(token)
    except UnknownSubjectError:
        return False
    return True


def test_a_link_serves_once(store: AccessStore) -> None:
    store.users.add("ann", by="root", password=PASSWORD)
    _, session = store.sessions.log_in("ann", PASSWORD, address="", agent="")
    token = store.links.make("ann", by="root", lifetime=HOUR)
    with pytest.raises(InvalidAccessError, match="password"):
        store.links.use(token, "short")
    assert store.links.use(token, "another password").name == "ann"
    assert store.askers.of_session(session) is None
    assert not is_good(store, token)
    with pytest.raises(UnknownSubjectError):
        store.links.use(token, "a third password")
    assert store.users.check_password("ann", "another password")


def test_a_link_ends_in_time(store: AccessStore, clock: Clock) -> None:
    token = store.links.make(None, by="up", lifetime=HOUR)
    clock.go_on(minutes=59)
    assert is_good(store, token)
    clock.go_on(minutes=1)
    assert not is_good(store, token)
    with pytest.raises(UnknownSubjectError):
        store.links.use(token, PASSWORD, name="root")
    for lifetime in (timedelta(0), timedelta(days=31)):
        with pytest.raises(InvalidAccessError, match="lifetime"):
            store.links.make(None, by="up", lifetime=lifetime)


def test_a_newer_link_replaces_older_ones(store: AccessStore) -> None:
    store.users.add("ann", by="root")
    store.users.add("bob", by="root")
    old, of_bob = (store.links.make(name, by="root", lifetime=HOUR) for name in ("ann", "bob"))
    new = store.links.make("ann", by="root", lifetime=HOUR)
    assert [is_good(store, token) for token in (old, of_bob, new)] == [False, True, True]


def test_the_first_administrator_is_made_once(store: AccessStore) -> None:
    token = store.links.make(None, by="up", lifetime=HOUR)
    for name in (None, "", "Root"):
        with pytest.raises(InvalidAccessError, match="lower-case"):
            store.links.use(token, PASSWORD, name=name)
    root = store.links.use(token, PASSWORD, name="root")
    assert (root.administrator, store.users.page()) == (True, [root])
    with pytest.raises(InvalidAccessError, match="already"):
        store.links.make(None, by="up", lifetime=HOUR)


def test_the_first_link_ends_with_the_first_user(store: AccessStore) -> None:
    token = store.links.make(None, by="up", lifetime=HOUR)
    store.users.add("ann", by="open", administrator=True)
    assert not is_good(store, token)
    with pytest.raises(UnknownSubjectError):
        store.links.use(token, PASSWORD, name="root")


def test_a_link_changes_no_other_user(store: AccessStore) -> None:
    store.users.add("ann", by="root")
    store.users.add("root", by="up", administrator=True, password=PASSWORD)
    token = store.links.make("ann", by="root", lifetime=HOUR)
    assert store.links.use(token, "another password", name="root").name == "ann"
    assert store.users.check_password("root", PASSWORD)


def test_links_of_who_is_disabled_or_gone_are_useless(store: AccessStore) -> None:
    for name in ("ann", "bob"):
        store.users.add(name, by="root")
    tokens = [store.links.make(name, by="root", lifetime=HOUR) for name in ("ann", "bob")]
    store.users.change("ann", disabled=True)
    store.users.remove("bob")
    assert [is_good(store, token) for token in tokens] == [False, False]
    with pytest.raises(UnknownSubjectError):
        store.links.make("bob", by="root", lifetime=HOUR)


def test_links_do_not_outlive_a_password_or_a_disabling(store: AccessStore) -> None:
    for name in ("ann", "bob", "cid"):
        store.users.add(name, by="root", password=PASSWORD)
    tokens = [store.links.make(name, by="root", lifetime=HOUR) for name in ("ann", "bob", "cid")]
    store.users.set_password("ann", "another password")
    for disabled in (True, False):
        store.users.change("bob", disabled=disabled)
    assert [is_good(store, token) for token in tokens] == [False, False, True]


def test_who_is_disabled_meanwhile_is_not_let_in(store: AccessStore) -> None:
    for number in range(5):
        name = f"user{number}"
        store.users.add(name, by="root", password=PASSWORD)
        token = store.links.make(name, by="root", lifetime=HOUR)
        ended = outcomes(
            partial(store.links.use, token, "another password"), partial(store.users.change, name, disabled=True)
        )
        assert ended in (["done", "done"], ["UnknownSubjectError", "done"])
        assert not is_good(store, token)


@pytest.mark.parametrize(
    "token", ["", "wpl_", new_secret(SecretKind.LINK), new_secret(SecretKind.KEY), "\0", "ü"], ids=count()
)
def test_other_texts_are_no_links(store: AccessStore, token: str) -> None:
    assert not is_good(store, token)


def test_errors_do_not_tell_a_token(store: AccessStore) -> None:
    token = new_secret(SecretKind.LINK)
    with pytest.raises(UnknownSubjectError, match=r"^There is no link 'of this token, or no more'\.$"):
        store.links.use(token, PASSWORD)


@pytest.mark.parametrize("user", ["ann", None])
def test_of_two_who_use_a_link_one_wins(store: AccessStore, user: str | None) -> None:
    for _ in range(3):
        if user:
            store.users.add(user, by="root")
        token = store.links.make(user, by="root", lifetime=HOUR)
        ended = outcomes(
            *(partial(store.links.use, token, f"the {name} password", name=name) for name in ("first", "second"))
        )
        assert ended == ["UnknownSubjectError", "done"]
        [made] = store.users.page()
        store.users.remove(made.name, even_last=True)
