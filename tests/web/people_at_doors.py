"""Askers of every kind, of one service: each with what its requests have."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from access.grants import checked_grant
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import checked_change
from systems.merchants.store import SiteStore
from tests.web.pages.people import People, serving_people
from web.access.csrf import token_of
from web.app import create_app

OPERATOR = "wpo_" + "o" * 40
Headers = dict[str, str]


def session_of(people: People, user: str) -> Headers:
    """Of a new session, with the token of its forms."""
    _, token = people.store.sessions.open_for(user, address="127.0.0.1", agent="test")
    return {"cookie": f"windowpane-{urlsplit(people.url).port}={token}", "x-csrf-token": token_of(token)}


def key_of(people: People, user: str) -> Headers:
    """Of a new key."""
    return bearer(people.store.keys.create(user, "test")[1])


def bearer(secret: str) -> Headers:
    return {"authorization": f"Bearer {secret}"}


@contextmanager
def a_service(**environment: str) -> Iterator[People]:
    """The service with settings, and with a PostgreSQL of its own; no users yet."""
    # A socket's address must be short.
    with (
        tempfile.TemporaryDirectory(prefix="windowpane-") as folder,
        serving_people(Path(folder), create_app, **environment) as people,
    ):
        yield people


def fill(people: People) -> None:
    """An administrator, two tenants, a reader from whom a field is hidden, and one who only sends."""
    store = people.store
    store.users.add("root", by="test", administrator=True)
    SiteStore(store.records).sites.add(EVERY_SITE, checked_change("a.example"), by="test")
    grants: dict[str, tuple[str, list[str], dict[str, list[str]], list[str]]] = {
        "ann": ("health", ["ask"], {"service": ["a"]}, []),
        "bob": ("page_views", ["ask"], {"site": ["b"]}, []),
        "rita": ("health", ["ask", "detail", "replay"], {}, ["CPU"]),
        "sam": ("health", ["send"], {"service": ["a", "b"]}, []),
        "olga": ("*", ["administer"], {}, []),
    }
    for name, (stream, can, where, hide) in grants.items():
        store.users.add(name, by="test")
        store.grants.add(checked_grant(f"user:{name}", stream, can, where, hide), by="test")


ASKERS: dict[str, Callable[[People], Headers]] = {
    "nobody": lambda _: {},
    "tenant": lambda people: session_of(people, "ann"),
    "other": lambda people: key_of(people, "bob"),
    "reader": lambda people: session_of(people, "rita"),
    "sender": lambda people: key_of(people, "sam"),
    "overseer": lambda people: key_of(people, "olga"),
    "administrator": lambda people: session_of(people, "root"),
    "operator": lambda _: {**bearer(OPERATOR), "x-windowpane-operator": "somebody"},
}
