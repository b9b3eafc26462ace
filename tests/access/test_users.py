"""Users: names, groups, the last administrator, and what ends with a user."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from access.errors import InvalidAccessError, RefusedLoginError, UnknownSubjectError
from access.grants import checked_grant
from access.passwords import is_outdated
from access.store import AccessStore
from access.tables import ACCESS, USERS

PASSWORD = "correct horse battery"


def log_in(store: AccessStore, name: str, password: str = PASSWORD) -> str:
    return store.sessions.log_in(name, password, address="192.0.2.1", agent="")[1]


def outcomes(*works: Callable[[], object]) -> list[str]:
    """How these end that begin at the same moment, in order."""
    together = Barrier(len(works))

    def run(work: Callable[[], object]) -> str:
        together.wait(10)
        try:
            work()
        except (InvalidAccessError, UnknownSubjectError) as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(run, works))


@pytest.mark.parametrize(
    "name", ["", "Ann", "ann lee", "-ann", "ann-", "a" * 65, "änn", "ann\n", "ann\0", "\uff41nn", "user:ann", "../ann"]
)
def test_names_have_one_spelling(store: AccessStore, name: str) -> None:
    with pytest.raises(InvalidAccessError, match="lower-case"):
        store.users.add(name, by="root")
    with pytest.raises(InvalidAccessError, match="lower-case"):
        store.users.add("bob", by="root", groups=[name])
    with pytest.raises(RefusedLoginError):
        log_in(store, name)
    assert not store.users.any()


def test_names_are_taken_once(store: AccessStore) -> None:
    store.users.add("ann", by="root")
    with pytest.raises(InvalidAccessError, match="already"):
        store.users.add("ann", by="root")
    with pytest.raises(InvalidAccessError, match="there are users already"):
        store.users.add("bob", by="ann", first=True)


def test_users_are_found_page_by_page(store: AccessStore) -> None:
    for name, title in (("ann", "Ann Lee"), ("bob", "Bob_Lee"), ("cleo", "100 %"), ("dan", "")):
        store.users.add(name, by="root", title=title, groups=["b", "a", "b"] if name == "ann" else [])
    assert [user.name for user in store.users.page(limit=2)] == ["ann", "bob"]
    assert [user.name for user in store.users.page(after="bob")] == ["cleo", "dan"]
    searched = {
        search: [user.name for user in store.users.page(search)] for search in ("LEE", "%", "_", "an", "\\", "'")
    }
    assert searched == {"LEE": ["ann", "bob"], "%": ["cleo"], "_": ["bob"], "an": ["ann", "dan"], "\\": [], "'": []}
    assert store.users.get("ann").groups == ("a", "b")


def test_what_is_given_is_changed(store: AccessStore) -> None:
    store.users.add("ann", by="root", title="Ann", groups=["shops"])
    changed = store.users.change("ann", title="Ann Lee", groups=["banks"])
    assert (changed.title, changed.groups, changed.administrator) == ("Ann Lee", ("banks",), False)
    assert store.users.change("ann", administrator=True).groups == ("banks",)
    assert store.users.change("ann", groups=[]).groups == ()
    for unknown in ("bob", "ANN"):
        with pytest.raises(UnknownSubjectError):
            store.users.change(unknown, title="")
    with pytest.raises(InvalidAccessError, match="title"):
        store.users.change("ann", title="a\nb")


@pytest.mark.parametrize("text", ["a\0", "\ud800"])
def test_texts_that_cannot_be_kept_are_refused(store: AccessStore, text: str) -> None:
    with pytest.raises(InvalidAccessError):
        store.users.page(text)
    with pytest.raises(InvalidAccessError):
        store.users.get(text)
    with pytest.raises(InvalidAccessError):
        store.grants.add(checked_grant("group:shops", "health", ["ask"], {"host": [text]}, []), by="root")


def test_who_is_disabled_is_out(store: AccessStore) -> None:
    store.users.add("ann", by="root", password=PASSWORD)
    _, key = store.keys.create("ann", "till")
    token = log_in(store, "ann")
    store.users.change("ann", disabled=True)
    assert (store.askers.of_session(token), store.askers.of_key(key)) == (None, None)
    with pytest.raises(RefusedLoginError):
        log_in(store, "ann")
    store.users.change("ann", disabled=False)
    assert store.askers.of_session(token) is None
    assert store.askers.of_key(key) is not None


def test_another_password_ends_other_sessions(store: AccessStore) -> None:
    store.users.add("ann", by="root", password=PASSWORD)
    here, there = store.sessions.log_in("ann", PASSWORD, address="192.0.2.1", agent=""), log_in(store, "ann")
    store.users.set_password("ann", "another password", keep_session=here[0].id)
    assert store.askers.of_session(here[1]) is not None
    assert store.askers.of_session(there) is None
    with pytest.raises(RefusedLoginError):
        log_in(store, "ann")
    store.users.set_password("ann", PASSWORD)
    assert store.sessions.of("ann") == []
    with pytest.raises(UnknownSubjectError):
        store.users.set_password("bob", PASSWORD)


def test_old_hashes_are_made_anew(store: AccessStore, engine: sa.Engine) -> None:
    store.users.add("ann", by="root")
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with engine.begin() as connection:
        connection.execute(USERS.update().values(password=old))
    log_in(store, "ann")
    with engine.connect() as connection:
        assert not is_outdated(connection.execute(sa.select(USERS.c.password)).scalar_one())
    log_in(store, "ann")


def test_nothing_stays_of_who_is_removed(store: AccessStore, engine: sa.Engine) -> None:
    store.users.add("ann", by="root", groups=["shops"], password=PASSWORD)
    key, _ = store.keys.create("ann", "till")
    child, _ = store.keys.create("ann", "drawer", parent=key.id)
    log_in(store, "ann")
    store.links.make("ann", by="root", lifetime=timedelta(hours=1))
    for subject in ("user:ann", f"key:{key.id}", f"key:{child.id}"):
        store.grants.add(checked_grant(subject, "health", ["ask"], {}, []), by="root")
    store.users.remove("ann")
    with engine.connect() as connection:
        left = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in ACCESS.tables.items()
            if not name.endswith("failed_logins")
        }
    assert left == dict.fromkeys(left, 0)
    with pytest.raises(UnknownSubjectError):
        store.users.remove("ann")


@pytest.mark.parametrize(
    "work",
    [
        lambda store: store.users.change("ann", administrator=False),
        lambda store: store.users.change("ann", disabled=True),
        lambda store: store.users.remove("ann"),
    ],
)
def test_the_last_administrator_stays(store: AccessStore, work: Callable[[AccessStore], object]) -> None:
    store.users.add("ann", by="root", administrator=True)
    store.users.add("bob", by="root", administrator=True)
    store.users.change("bob", disabled=True)
    store.users.add("cleo", by="root")
    with pytest.raises(InvalidAccessError, match="last administrator"):
        work(store)
    store.users.change("bob", disabled=False)
    work(store)


def test_the_command_line_may_remove_the_last(store: AccessStore) -> None:
    store.users.add("ann", by="root", administrator=True)
    store.users.remove("ann", even_last=True)
    assert not store.users.any()


@pytest.mark.parametrize("second", ["remove", "demote", "disable"])
def test_of_the_last_two_one_stays(store: AccessStore, second: str) -> None:
    works: dict[str, Callable[[], object]] = {
        "remove": lambda: store.users.remove("bob"),
        "demote": lambda: store.users.change("bob", administrator=False),
        "disable": lambda: store.users.change("bob", disabled=True),
    }
    for _ in range(5):
        store.users.add("ann", by="root", administrator=True)
        store.users.add("bob", by="root", administrator=True)
        assert outcomes(lambda: store.users.remove("ann"), works[second]) == ["InvalidAccessError", "done"]
        for user in store.users.page():
            store.users.remove(user.name, even_last=True)


def test_only_one_is_the_first(store: AccessStore) -> None:
    adds = [
        partial(store.users.add, name, by="open", administrator=True, first=True) for name in ("ann", "bob", "cleo")
    ]
    assert outcomes(*adds) == ["InvalidAccessError"] * 2 + ["done"]
