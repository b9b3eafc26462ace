"""Open mode, and how the first administrator closes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.web.pages.people import PASSWORD, People, serving_people

LINE = "Everybody on this machine may see and change everything: there are no users yet."


@pytest.fixture
def nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """A service without users."""
    with serving_people(tmp_path_factory.mktemp("open")) as people:
        yield people


def test_first_administrator_closes_it(nobody: People) -> None:
    visitor = nobody.visitor()
    for path in ("/streams", "/docs/api", "/engines", "/first"):
        page = visitor.read(path)
        assert LINE in page
        assert 'href="/first"' in page
        assert 'href="/admin"' not in page
    assert visitor.get("/account").headers["location"] == "/first"
    assert visitor.submit("/admin", user="eve").headers["location"] == "/first"
    assert not nobody.store.users.any()
    for fields, wrong in (
        ({"user": "Root!", "password": PASSWORD, "again": PASSWORD}, "user-wrong"),
        ({"user": "root", "password": "short", "again": "short"}, "password-wrong"),
        ({"user": "root", "password": PASSWORD, "again": "x"}, "again-wrong"),
    ):
        answer = visitor.submit("/first", **fields)
        assert (answer.status_code, f'id="{wrong}"' in answer.text) == (422, True)
        assert PASSWORD not in answer.text
    foreign = visitor.post("/first", data={"user": "mallory"}, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    made = visitor.submit("/first", user="root", password=PASSWORD, again=PASSWORD)
    assert (made.status_code, made.headers["location"]) == (303, "/admin")
    page = visitor.read("/admin")
    assert LINE not in page
    assert "Account of </span>root" in page
    assert nobody.store.users.get("root").administrator
    assert nobody.visitor().get("/streams").status_code == 303
    for method in ("GET", "POST"):
        late = nobody.visitor().request(method, "/first", data={"user": "eve", "password": PASSWORD, "again": PASSWORD})
        assert late.status_code == 404


def test_link_makes_first_administrator_by_name(nobody: People) -> None:
    token = nobody.store.links.make(None, by="operator:root", lifetime=timedelta(hours=1))
    visitor = nobody.visitor()
    assert 'name="user"' in visitor.read(f"/invitation/{token}")
    made = visitor.submit(f"/invitation/{token}", user="ann", password=PASSWORD, again=PASSWORD)
    assert (made.status_code, made.headers["location"]) == (303, "/admin")
    assert nobody.store.users.get("ann").administrator
    assert visitor.get(f"/invitation/{token}").status_code == 404


def test_pages_lie_below_the_path_that_is_set(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving_people(tmp_path_factory.mktemp("below"), ROOT_PATH="/w") as people:
        visitor = people.visitor()
        assert visitor.get("/w/first").status_code == 404  # what a proxy offers is closed from the start
        link = f"/w/invitation/{people.store.links.make(None, by='test', lifetime=timedelta(hours=1))}"
        page = visitor.read(link)
        assert f'action="{link}"' in page
        assert ' data-root="/w"' in page
        assert not re.search('(?:href|src|action)="/(?!w/)', page)
        made = visitor.submit(link, user="root", password=PASSWORD, again=PASSWORD)
        assert made.headers["location"] == "/w/admin"
        assert "path=/w" in made.headers["set-cookie"].lower()
        visitor.read("/w/admin")
        assert f"{people.url}/w/invitation/wpl_" in visitor.submit("/w/admin", user="ann").text


@pytest.mark.parametrize("token", ["x", "wpl_" + "a" * 38, "%00", "%3Cscript%3E"])
def test_unknown_links_are_told_alike(people: People, token: str) -> None:
    answer = people.visitor().get(f"/invitation/{token}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text
