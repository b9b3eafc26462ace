"""Logging in and out."""

from __future__ import annotations

import pytest

from tests.web.pages.login.test_local_address import ELSEWHERE
from tests.web.pages.people import PASSWORD, People, Visitor


def test_page_is_for_nobody_in_particular(people: People) -> None:
    page = people.visitor().read("/login?next=/streams%3Fa=b")
    assert '<input type="hidden" name="next" value="/streams?a=b">' in page
    for inside in ('href="/streams"', 'href="/admin"', 'href="/account"', "Log out"):
        assert inside not in page


def test_login_leads_on_and_out(people: People) -> None:
    people.store.users.add("ann", by="test", password=PASSWORD)
    visitor = people.visitor()
    answer = visitor.submit("/login", user=" Ann ", password=PASSWORD, next="/streams?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/streams?x=1")
    assert {"httponly", "samesite=lax", "path=/"} <= {*answer.headers["set-cookie"].lower().split("; ")}
    page = visitor.read("/account")
    assert "Account of </span>ann</a>" in page
    assert visitor.get("/login?next=/streams").headers["location"] == "/streams"
    session = dict(visitor.cookies)
    out = visitor.submit("/logout")
    assert (out.status_code, out.headers["location"]) == (303, "/login")
    assert not visitor.cookies
    assert people.store.sessions.of("ann") == []
    visitor.cookies.update(session)
    assert visitor.get("/account").status_code == 303


@pytest.mark.parametrize("asked", [each for each in ELSEWHERE if each])
def test_login_leads_nowhere_else(root: Visitor, asked: str) -> None:
    led = root.get("/login", params={"next": asked})
    assert (led.status_code, led.headers["location"]) == (303, "/")


def test_posted_address_leads_nowhere_else(people: People) -> None:
    people.store.users.add("bea", by="test", password=PASSWORD)
    answer = people.visitor().submit("/login", user="bea", password=PASSWORD, next="//evil.example")
    assert answer.headers["location"] == "/"


def test_wrong_logins_are_told_alike(people: People) -> None:
    people.store.users.add("cid", by="test", password=PASSWORD)
    people.store.users.add("dee", by="test", password=PASSWORD)
    people.store.users.change("dee", disabled=True)
    people.store.users.add("eve", by="test")
    tried = [("cid", "wrong wrong wrong"), ("nobody-here", PASSWORD), ("dee", PASSWORD), ("eve", ""), ("<b>", PASSWORD)]
    pages = set()
    for name, password in tried:
        answer = people.visitor().submit("/login", user=name, password=password)
        assert answer.status_code == 403
        assert "windowpane" not in str(answer.headers.get("set-cookie"))
        pages.add(answer.text.replace(f'value="{name}"', "").replace('value="&lt;b&gt;"', ""))
    assert len(pages) == 1
    assert "The name or the password is wrong." in pages.pop()


def test_throttled_login_says_how_long(people: People) -> None:
    people.store.users.add("fay", by="test", password=PASSWORD)
    for _ in range(200):
        answer = people.visitor().submit("/login", user="fay", password="wrong")
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    seconds = answer.headers["retry-after"]
    assert f"try again in {seconds} s" in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"content-type": "application/json"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
    ],
)
def test_login_of_another_site_is_refused(people: People, headers: dict[str, str], status: int) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = people.visitor().post("/login", content=b"user=first&password=x", headers={**kind, **headers})
    assert answer.status_code == status


def test_broken_forms_are_refused(people: People) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    for body, status in ((b"user=%00", 400), (b"user=" + b"a" * (1 << 19), 413)):
        assert people.visitor().post("/login", content=body, headers=kind).status_code == status
