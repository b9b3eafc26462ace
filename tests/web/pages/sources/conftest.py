"""A service with users, sources and a store of what came of them; no stream has an engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyarrow.fs import LocalFileSystem
from pydantic import SecretStr

from access.grants import checked_grant
from sources.objects import Objects
from sources.store import SourceStore
from tests.web.declared_sources import declare
from tests.web.pages.people import People, Visitor, serving_people
from web.app import create_app


@dataclass(frozen=True)
class Sources:
    """The service's people, its sources in a folder, and what is kept of them."""

    people: People
    folder: Path
    kept: Path
    store: SourceStore

    def user(self, name: str, *can: str, stream: str = "page_views", **where: list[str]) -> Visitor:
        """A new user with a grant, who has logged in."""
        grants = (checked_grant(f"user:{name}", stream, can, where, []),) if can else ()
        return self.people.user(name, grants=grants)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    folder, kept = tmp_path_factory.mktemp("declared"), tmp_path_factory.mktemp("kept")
    for name in ("clinic", "quiet", "other"):
        declare(folder, name, stream="health" if name == "other" else "page_views")
    (folder / "broken.toml").write_text("title = 1\n", "utf-8")
    made = Objects(LocalFileSystem(), str(kept))
    with serving_people(
        tmp_path_factory.mktemp("people"), app=lambda: create_app(objects=made), SOURCES=str(folder),
        WEB_UPLOAD_BYTES=str(1 << 20),
    ) as people:  # fmt: skip
        people.store.users.add("first", by="test", administrator=True)
        store = SourceStore.open(people.uri, SecretStr(""))
        yield Sources(people, folder, kept, store)
        store.close()


@pytest.fixture(scope="module")
def owner(sources: Sources) -> Visitor:
    """Who administers the stream of clinic, and no other."""
    return sources.user("owner", "administer")
