"""A service with users, shared by the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.pages.people import People, Visitor, serving_people


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """With one administrator, so that it is not open."""
    with serving_people(tmp_path_factory.mktemp("people")) as people:
        people.store.users.add("first", by="test", administrator=True)
        yield people


@pytest.fixture(scope="module")
def root(people: People) -> Visitor:
    """An administrator who has logged in."""
    return people.user("root", administrator=True)
