"""Users at the command line: what is said, to which stream, and what is recorded."""

from __future__ import annotations

import json

import pytest

from access.errors import UnknownSubjectError
from access.events import Did, Event, Outcome
from access.store import AccessStore
from scripts.access import operating
from services.operator import os_user
from tests.scripts.access.conftest import Type

PASSWORD = "a long enough pass phrase"


def test_a_user_without_password_is_invited(typed: Type, store: AccessStore) -> None:
    done = typed("users", "add", "ann", "--administrator", "--title", "Ann Lee", "--group", "shops")
    assert done.code == 0
    assert done.out.startswith("http://127.0.0.1:8000/invitation/")
    assert len(done.out.splitlines()) == 1
    assert "closed from now on" in done.err
    token = done.out.strip().rpartition("/")[2]
    assert store.links.look(token) == "ann"
    ann = store.users.get("ann")
    assert (ann.title, ann.administrator, ann.groups, ann.has_password) == ("Ann Lee", True, ("shops",), False)
    assert ann.made_by == f"operator:{os_user()}"


def test_a_service_that_knows_no_users_is_not_said_to_be_closed(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a stack that an older version started."""
    monkeypatch.delenv("WINDOWPANE_OPERATOR_KEY")
    done = typed("users", "add", "ann", "--administrator")
    assert ("closed from now on" in done.err, "./windowpane up" in done.err) == (False, True)


def test_a_password_is_read_from_stdin(typed: Type, store: AccessStore) -> None:
    done = typed("users", "add", "ann", "--administrator", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (done.code, done.out) == (0, "")
    assert PASSWORD not in done.err
    assert store.users.check_password("ann", PASSWORD)


def test_a_password_is_read_where_nobody_types(typed: Type, store: AccessStore) -> None:
    store.users.add("ann", by="test", administrator=True)
    assert typed("users", "password", "ann", stdin=f"{PASSWORD}\n").code == 0
    assert store.users.check_password("ann", PASSWORD)


def test_a_password_is_typed_twice(typed: Type, store: AccessStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operating, "at_terminal", lambda: True)
    store.users.add("ann", by="test", administrator=True)
    done = typed("users", "password", "ann", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert (done.code, done.out) == (0, "")
    assert store.users.check_password("ann", PASSWORD)
    assert typed("users", "password", "ann", stdin=f"{PASSWORD}\nanother\n").code != 0


def test_a_new_invitation_ends_the_older(typed: Type, store: AccessStore) -> None:
    store.users.add("ann", by="test", administrator=True)
    first, second = (typed("users", "invite", "ann").out.strip().rpartition("/")[2] for _ in range(2))
    assert store.links.look(second) == "ann"
    with pytest.raises(UnknownSubjectError):
        store.links.look(first)


def test_users_are_listed_and_sought(typed: Type, store: AccessStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operating, "PAGE", 2)
    for name in ("ann", "bob", "cid", "dan"):
        store.users.add(name, by="test", title=f"{name.upper()} Lee")
    listed = json.loads(typed("users", "list", "--json").out)["users"]
    assert [user["name"] for user in listed] == ["ann", "bob", "cid", "dan"]
    assert listed[0].keys() == {
        "name", "title", "administrator", "disabled", "groups", "has_password", "made_at", "made_by",
    }  # fmt: skip
    assert json.loads(typed("users", "list", "--search", "BOB", "--json").out)["users"][0]["name"] == "bob"
    assert "bob" in typed("users").out
    assert "No user" in typed("users", "list", "--search", "nobody").out


def test_users_are_changed(typed: Type, store: AccessStore) -> None:
    store.users.add("ann", by="test", administrator=True)
    store.users.add("bob", by="test", groups=["shops"])
    assert typed("users", "change", "bob", "--administrator", "--group", "south", "--title", "Bob").code == 0
    bob = store.users.get("bob")
    assert (bob.administrator, bob.groups, bob.title) == (True, ("south",), "Bob")
    assert typed("users", "change", "bob", "--no-administrator", "--group", "").code == 0
    assert store.users.get("bob").groups == ()
    assert typed("users", "change", "bob").code == 2
    assert typed("users", "disable", "bob").code == 0
    assert store.users.get("bob").disabled
    assert typed("users", "enable", "bob").code == 0
    assert not store.users.get("bob").disabled


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("users", "disable", "ann"), "last administrator"),
        (("users", "change", "ann", "--no-administrator"), "last administrator"),
        (("users", "remove", "ann"), "last administrator"),
        (("users", "add", "Ann"), "lower-case"),
        (("users", "add", "ann"), "there is a user 'ann' already"),
        (("users", "disable", "bob"), "There is no user 'bob'"),
        (("users", "password", "bob", "--password-stdin"), "There is no user 'bob'"),
        (("users", "password", "ann", "--password-stdin"), "empty"),
        (("users", "invite", "bob"), "There is no user 'bob'"),
    ],
)
def test_what_cannot_be_is_one_line(typed: Type, store: AccessStore, words: tuple[str, ...], part: str) -> None:
    store.users.add("ann", by="test", administrator=True)
    done = typed(*words, stdin="\n")
    assert (done.code, done.out) == (2, "")
    assert part in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("variables", "part"),
    [
        ({}, "open again"),
        ({"HOST": "0.0.0.0"}, "stays closed"),
        ({"PROXIES": "127.0.0.1"}, "stays closed"),
        ({"HTTPS": "true"}, "stays closed"),
    ],
)
def test_the_last_administrator_goes_knowingly(
    typed: Type, store: AccessStore, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], part: str
) -> None:
    store.users.add("ann", by="test", administrator=True)
    for name, value in variables.items():
        monkeypatch.setenv(f"WINDOWPANE_{name}", value)
    assert part in typed("users", "remove", "ann", "--even-last").err
    assert not store.users.any()


def test_users_without_administrator_are_said(typed: Type, store: AccessStore) -> None:
    store.users.add("ann", by="test", administrator=True)
    store.users.add("bob", by="test")
    assert "no administrator any more" in typed("users", "remove", "ann", "--even-last").err


def test_each_change_is_told(typed: Type, store: AccessStore, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Event] = []
    monkeypatch.setattr(operating, "tell", told.append)
    store.users.add("ann", by="test", administrator=True)
    typed("users", "disable", "ann")
    typed("users", "disable", "bob")
    typed("keys", "create", "--user", "ann")
    typed("grants", "add", "user:ann", "health", "--can", "ask")
    assert [(event.did, event.outcome, event.what, event.stream) for event in told] == [
        (Did.CHANGE_USER, Outcome.REFUSED, "ann", ""),
        (Did.CHANGE_USER, Outcome.FAILED, "bob", ""),
        (Did.CHANGE_KEY, Outcome.DONE, "ann", ""),
        (Did.CHANGE_GRANT, Outcome.DONE, "user:ann", "health"),
    ]
    assert {(event.who, event.door) for event in told} == {(f"operator:{os_user()}", "operator")}
