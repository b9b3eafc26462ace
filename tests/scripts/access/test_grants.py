"""Grants at the command line: slips of the pen are refused, and why somebody sees a stream is said."""

from __future__ import annotations

import json

import pytest

from access.grants import Action, Subject, SubjectKind, checked_grant
from access.store import AccessStore
from tests.scripts.access.conftest import Type

VIEWS = "page_views"


@pytest.fixture(autouse=True)
def _ann(store: AccessStore) -> None:
    store.users.add("root", by="test", administrator=True)
    store.users.add("ann", by="test", groups=["shops"])


def test_a_grant_is_added(typed: Type, store: AccessStore) -> None:
    words = ("--can", "ask,send", "--where", "service=a b", "--where", "service=x=y", "--hide", "disk")
    done = typed("grants", "add", "user:ann", "health", *words)
    assert (done.code, done.out) == (0, "")
    [grant] = store.grants.page()
    assert grant == checked_grant("user:ann", "health", ["ask", "send"], {"service": ["x=y", "a b"]}, ["disk"])
    assert grant.made_by.startswith("operator:")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("user:ann", "helth", "--can", "ask"), "there is no stream 'helth'; did you mean health?"),
        (("user:ann", "health", "--can", "ask", "--where", "servce=a"), "did you mean service?"),
        (("user:ann", "health", "--can", "ask", "--hide", "dsk"), "did you mean disk?"),
        (("user:ann", "*", "--can", "ask", "--where", "nothing=a"), "there is no dimension 'nothing'"),
        (("user:bob", "health", "--can", "ask"), "There is no user 'bob'"),
        (("key:none", "health", "--can", "ask"), "There is no key 'none'"),
        (("ann", "health", "--can", "ask"), "user:NAME, group:NAME or key:ID"),
        (("user:ann", "health", "--can", "look"), "'look' is not one of ask, send"),
        (("user:ann", "health", "--can", ""), "'' is not one of"),
        (("user:ann", "health", "--can", "ask", "--where", "service"), "is not DIM=VALUE"),
        (("user:ann", "health"), "--can"),
    ],
)
def test_slips_are_refused(typed: Type, store: AccessStore, words: tuple[str, ...], part: str) -> None:
    done = typed("grants", "add", *words)
    assert (done.code, done.out) == (2, "")
    assert part in done.err
    assert store.grants.page() == []


def test_every_stream_and_groups_are_allowed(typed: Type, store: AccessStore) -> None:
    assert typed("grants", "add", "group:nobody-yet", "*", "--can", "administer").code == 0
    assert typed("grants", "add", "group:shops", "*", "--can", "ask", "--where", "service=a").code == 0
    assert [grant.stream for grant in store.grants.page()] == ["*", "*"]


def test_grants_are_listed_sought_and_removed(typed: Type, store: AccessStore) -> None:
    store.grants.add(checked_grant("user:ann", "health", ["ask"], {"service": ["a", "b"]}, ["disk"]), by="test")
    store.grants.add(checked_grant("group:shops", VIEWS, ["send"], {}, []), by="test")
    everything = json.loads(typed("grants", "list", "--json").out)["grants"]
    assert everything[0].items() >= {
        "subject": "user:ann", "stream": "health", "can": ["ask"], "where": {"service": ["a", "b"]}, "hide": ["disk"],
    }.items()  # fmt: skip
    for words in (("--subject", "group:shops"), ("--stream", VIEWS), ("--search", "shop")):
        found = json.loads(typed("grants", "list", *words, "--json").out)["grants"]
        assert [each["stream"] for each in found] == [VIEWS]
    assert "service = a or b" in typed("grants").out
    assert typed("grants", "remove", str(everything[0]["id"])).code == 0
    assert [grant.subject for grant in store.grants.page()] == [Subject(SubjectKind.GROUP, "shops")]
    assert typed("grants", "remove", str(everything[0]["id"])).code == 2


def test_why_names_the_grants_and_what_they_show(typed: Type, store: AccessStore) -> None:
    store.grants.add(checked_grant("user:ann", "health", ["ask"], {"service": ["a"]}, ["disk"]), by="test")
    store.grants.add(checked_grant("group:shops", "*", ["ask", "detail"], {"service": ["b"]}, []), by="test")
    done = typed("grants", "list", "--why", "ann", "health")
    assert done.code == 0
    assert "ann sees health by these 2 grants" in done.out
    told = json.loads(typed("grants", "list", "--why", "ann", "health", "--json").out)
    assert [grant["subject"] for grant in told["grants"]] == ["user:ann", "group:shops"]
    assert told["may"].keys() == {"ask", "detail"}
    assert told["may"]["ask"]["rows"] == [{"service": ["a", "b"]}]
    assert "disk" in told["may"]["ask"]["hidden"]
    assert told["may"]["detail"] == {"rows": [{"service": ["b"]}], "hidden": []}


def test_why_says_that_no_grant_does(typed: Type, store: AccessStore) -> None:
    done = typed("grants", "list", "--why", "ann", "health")
    assert done.code == 1
    assert "No grant says so" in done.out
    store.grants.add(checked_grant("user:ann", "health", ["ask"], {}, []), by="test")
    store.users.change("ann", disabled=True)
    disabled = typed("grants", "list", "--why", "ann", "health")
    assert (disabled.code, "is disabled" in disabled.out) == (1, True)
    assert typed("grants", "list", "--why", "bob", "health").code == 2
    assert typed("grants", "list", "--why", "ann", "helth").code == 2


def test_why_says_that_administrators_see_all(typed: Type) -> None:
    done = typed("grants", "list", "--why", "root", "health", "--json")
    assert done.code == 0
    assert "administrator" in json.loads(done.out)["reason"]
    assert json.loads(done.out)["may"].keys() == {*Action}
