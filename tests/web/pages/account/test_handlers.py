"""One's own account: what one may do, keys, sessions, the password."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from access.grants import checked_grant
from access.throttle import PAIR
from tests.web.pages.people import PASSWORD, People, Visitor

KEY = re.compile(r"wpk_[a-z2-7]{38}")


def test_account_says_what_one_may(people: People) -> None:
    ann = people.user("ann", groups=("shops",))
    assert "no grant is for you" in ann.read("/account")
    hostile = "<script>alert(1)</script>\"'"
    people.store.grants.add(
        checked_grant("group:shops", "health", ["ask"], {"service": [hostile]}, ["disk"]), by="root"
    )
    bea = people.user("bea", groups=("shops",))
    page = bea.read("/account")
    assert "of the group shops" in page
    assert "service is &lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;" in page
    assert hostile not in page
    assert '<a href="/admin"' not in page


@pytest.mark.parametrize("path", ["/account", "/admin", "/login", "/admin/grants", "/admin/keys", "/admin/why"])
def test_pages_are_not_stored(root: Visitor, people: People, path: str) -> None:
    visitor = people.visitor() if path == "/login" else root
    assert visitor.get(path).headers["cache-control"] == "no-store"


def test_key_is_shown_once(people: People) -> None:
    cid = people.user("cid")
    made = cid.submit("/account/keys", name="nightly", lifetime="30")
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    keys = set(KEY.findall(made.text))
    assert len(keys) == 1
    (text,) = keys
    asked = people.visitor().get("/v1/me", headers={"authorization": f"Bearer {text}"})
    assert (asked.status_code, asked.json()["name"]) == (200, "cid")
    (key,) = people.store.keys.of("cid")
    assert (key.name, round((key.expires_at - key.made_at) / timedelta(days=1))) == ("nightly", 30)  # type: ignore[operator]
    for path in ("/account", f"/account/keys/{key.id}"):
        page = cid.read(path)
        assert "nightly" in page
        assert not KEY.search(page)


def test_key_is_rotated_and_revoked(people: People, root: Visitor) -> None:
    dee = people.user("dee")
    dee.submit("/account/keys", name="report", lifetime="")
    (old,) = people.store.keys.of("dee")
    assert root.get(f"/account/keys/{old.id}").status_code == 404
    assert root.submit(f"/account/keys/{old.id}/revoke").status_code == 404
    rotated = dee.submit(f"/account/keys/{old.id}/rotate", overlap="24")
    assert rotated.status_code == 201
    assert KEY.search(rotated.text)
    assert len(people.store.keys.of("dee")) == 2
    for key in people.store.keys.of("dee"):
        answer = dee.submit(f"/account/keys/{key.id}/revoke")
        assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=revoked#keys")
    assert people.store.keys.of("dee") == []


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "", "lifetime": "7"}, "name-wrong"),
        ({"name": "Not <b>so", "lifetime": "7"}, "name-wrong"),
        ({"name": "fine", "lifetime": "8"}, "lifetime-wrong"),
    ],
)
def test_wrong_key_is_said_beside_its_field(root: Visitor, fields: dict[str, str], wrong: str) -> None:
    answer = root.submit("/account/keys", **fields)
    assert answer.status_code == 422
    assert f'id="{wrong}"' in answer.text
    assert "<b>so" not in answer.text
    if fields["name"]:
        assert fields["name"].replace("<", "&lt;").replace(">", "&gt;") in answer.text


def test_password_is_changed_with_the_old_one(people: People) -> None:
    eve = people.user("eve")
    other = people.visitor()
    other.submit("/login", user="eve", password=PASSWORD)
    new = "another long sentence"
    for old, chosen, field in (("wrong", new, "password"), (PASSWORD, "short", "new")):
        answer = eve.submit("/account/password", password=old, new=chosen)
        assert answer.status_code == 422
        assert f'id="{field}-wrong"' in answer.text
        assert chosen not in answer.text
    changed = eve.submit("/account/password", password=PASSWORD, new=new)
    assert changed.headers["location"] == "/account?done=password"
    assert "The password is changed" in eve.read("/account?done=password")
    assert len(people.store.sessions.of("eve")) == 1
    assert people.store.users.check_password("eve", new)


def test_the_old_password_is_guessed_no_faster_than_at_the_login(people: People) -> None:
    gus = people.user("gus")
    tries = [gus.submit("/account/password", password=f"guess {n}", new="short") for n in range(PAIR.free + 1)]
    assert [answer.status_code for answer in tries] == [422] * PAIR.free + [429]
    assert int(tries[-1].headers["retry-after"]) > 0
    assert "Too many logins failed" in tries[-1].text
    assert gus.submit("/account/password", password=PASSWORD, new="another long sentence").status_code == 429
    assert people.store.users.check_password("gus", PASSWORD)


def test_sessions_are_ended(people: People, root: Visitor) -> None:
    fay = people.user("fay")
    for _ in range(3):
        people.visitor().submit("/login", user="fay", password=PASSWORD)
    assert "this one" in fay.read("/account")
    (current,) = [each.id for each in people.store.sessions.of("fay") if each.agent.startswith("python-httpx")][:1]
    others = [each.id for each in people.store.sessions.of("fay")]
    assert len(others) == 4
    root.submit("/account/sessions", session=current)
    assert len(people.store.sessions.of("fay")) == 4
    fay.submit("/account/sessions", others="yes")
    (left,) = people.store.sessions.of("fay")
    assert fay.get("/account").status_code == 200
    fay.submit("/account/sessions", session=left.id)
    assert people.store.sessions.of("fay") == []


POSTS = [
    "/account/keys",
    "/account/password",
    "/account/sessions",
    "/admin",
    "/admin/grants",
    "/logout",
    "/see-as/stop",
]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("token", [None, "", "0" * 64, "\u00e4"])
def test_form_without_token_is_refused(root: Visitor, path: str, token: str | None) -> None:
    fields = {"name": "x", "user": "mallory"} | ({} if token is None else {"csrf": token})
    assert root.post(path, data=fields).status_code == 403
