"""People with keys and grants on a stack, which are gone afterwards, so that it is open again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx

from access.errors import UnknownSubjectError
from access.grants import Grant, checked_grant
from access.store import AccessStore
from compose.embedded.stack import Stack
from iceberg.settings import LakeSettings

CHIEF = "chief-of-tests"


@dataclass
class People:
    """Makes people; an administrator is there first, so nothing is open."""

    store: AccessStore
    address: str
    made: list[str] = field(default_factory=list)

    def add(self, name: str, *, administrator: bool = False) -> httpx.Client:
        """A new user, and a client that asks with its key; `keys` has its text."""
        self.store.users.add(name, by="tests", administrator=administrator)
        self.made.append(name)
        return self.client(self.key(name))

    def key(self, name: str) -> str:
        """The text of a new key."""
        return self.store.keys.create(name, "of-tests")[1]

    def client(self, key: str) -> httpx.Client:
        """Whoever has this key."""
        return httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def grant(self, name: str, stream: str, can: str = "ask", hide: tuple[str, ...] = (), **where: list[str]) -> Grant:
        """Let a user do something; `can` has actions with commas between them."""
        return self.store.grants.add(checked_grant(f"user:{name}", stream, can.split(","), where, hide), by="tests")


@contextmanager
def people_of(stack: Stack) -> Iterator[People]:
    """People on a stack while the block runs."""
    store = AccessStore.open(LakeSettings().catalog_uri.get_secret_value())
    people = People(store, stack.url)
    try:
        people.add(CHIEF, administrator=True).close()
        yield people
    finally:
        for name in reversed(people.made):
            with suppress(UnknownSubjectError):
                store.users.remove(name, even_last=True)
        store.close()
