"""Users, grants and keys, as administrators change them."""

from __future__ import annotations

import re

import pytest

from access.grants import checked_grant
from tests.web.pages.people import PASSWORD, People, Visitor

LINK = re.compile(r"/invitation/(wpl_[a-z2-7]{38})")
HOSTILE = "<img src=x onerror=alert(1)>\"'"
PAGES = ["/admin", "/admin/users/root", "/admin/grants", "/admin/keys", "/admin/why"]


@pytest.mark.parametrize("path", [*PAGES, "/admin/grants/1", "/admin/keys/x"])
def test_pages_are_for_administrators(people: People, path: str) -> None:
    visitor = people.visitor()
    asked = visitor.get(path)
    assert (asked.status_code, asked.headers["location"].partition("?")[0]) == (303, "/login")
    name = f"plain{abs(hash(path)) % 10_000}"
    assert people.user(name).get(path).status_code == 403


def test_user_is_invited_and_comes_in(people: People, root: Visitor) -> None:
    root.read("/admin")
    made = root.submit("/admin", user="ann", title=HOSTILE, groups="shops, north", administrator="")
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    assert HOSTILE not in made.text
    user = people.store.users.get("ann")
    assert (user.title, user.groups, user.administrator, user.made_by) == (HOSTILE, ("north", "shops"), False, "root")
    (token,) = set(LINK.findall(made.text))
    for path in ("/admin", "/admin/users/ann"):
        page = root.read(path)
        assert token not in page
        assert HOSTILE not in page
        assert "no password yet" in page
    ann = people.visitor()
    shown = ann.get(f"/invitation/{token}")
    assert (shown.headers["cache-control"], shown.headers["referrer-policy"]) == ("no-store", "strict-origin")
    assert 'value="ann"' in shown.text
    wrong = ann.submit(f"/invitation/{token}", password=PASSWORD, again="other")
    assert (wrong.status_code, 'id="again-wrong"' in wrong.text) == (422, True)
    done = ann.submit(f"/invitation/{token}", password=PASSWORD, again=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert "Account of </span>ann" in ann.read("/account")
    for method in ("GET", "POST"):
        again = people.visitor().request(method, f"/invitation/{token}", data={"password": PASSWORD, "again": PASSWORD})
        assert again.status_code == 404
        assert token not in again.text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"user": "Ann Lee"}, "user-wrong"),
        ({"user": "root"}, "user-wrong"),
        ({"user": "bob", "title": "x" * 300}, "title-wrong"),
        ({"user": "bob", "groups": "a,<b>"}, "groups-wrong"),
    ],
)
def test_wrong_user_is_said_beside_its_field(root: Visitor, fields: dict[str, str], wrong: str) -> None:
    answer = root.submit("/admin", **fields)
    assert answer.status_code == 422
    assert f'id="{wrong}"' in answer.text
    assert f'value="{fields["user"]}"' in answer.text
    assert "<b>" not in answer.text


def test_user_is_changed(people: People, root: Visitor) -> None:
    bea = people.user("bea")
    root.read("/admin/users/bea")
    changed = root.submit("/admin/users/bea", title="Bea", groups="x y", administrator="yes", enabled="yes")
    assert (changed.status_code, changed.headers["location"]) == (303, "/admin/users/bea?done=saved")
    user = people.store.users.get("bea")
    assert (user.title, user.groups, user.administrator, user.disabled) == ("Bea", ("x", "y"), True, False)
    root.submit("/admin/users/bea", title="", groups="", enabled="")
    user = people.store.users.get("bea")
    assert (user.title, user.groups, user.administrator, user.disabled) == ("", (), False, True)
    assert people.store.sessions.of("bea") == []
    assert "disabled" in root.read("/admin?search=bea")
    assert bea.cookies
    assert root.submit("/admin/users/nobody-here", title="x").status_code == 404


def test_sessions_are_ended_and_links_made(people: People, root: Visitor) -> None:
    people.user("cid")
    assert "End 1 session" in root.read("/admin/users/cid")
    root.submit("/admin/users/cid/sessions")
    assert people.store.sessions.of("cid") == []
    made = root.submit("/admin/users/cid/link")
    assert (made.status_code, len(set(LINK.findall(made.text)))) == (201, 1)


def test_users_are_searched_in_pages(people: People, root: Visitor) -> None:
    for number in range(52):
        people.store.users.add(f"many{number:02}", by="test")
    page = root.read("/admin?search=many")
    assert ("many00" in page, "many49" in page, "many50" in page) == (True, True, False)
    assert 'href="/admin?search=many&amp;after=many49"' in page
    assert "many51" in root.read("/admin?search=many&after=many49")
    assert f"No name has “{'&lt;b&gt;'}” in it" in root.read("/admin?search=<b>")


def test_grant_is_made_explained_and_removed(people: People, root: Visitor) -> None:
    people.store.users.add("dee", by="test", groups=("clinic",))
    assert "No grant says that dee may see health" in root.read("/admin/why?user=dee&stream=health")
    added = root.submit(
        "/admin/grants",
        subject="group:clinic",
        stream="health",
        can=["ask", "detail"],
        where=f"service={HOSTILE}",
        hide="disk",
    )
    assert (added.status_code, added.headers["location"]) == (303, "/admin/grants?done=added")
    (grant,) = people.store.grants.page(subject="group:clinic")
    assert (grant.where, grant.hide, grant.made_by) == ((("service", (HOSTILE,)),), frozenset(["disk"]), "root")
    why = root.read("/admin/why?user=dee&stream=health")
    assert "1 grant says what dee may do with health" in why
    for page in (
        why,
        root.read("/admin/grants?search=clinic"),
        root.read(f"/admin/grants/{grant.id}"),
        root.read("/admin/users/dee"),
    ):
        assert "service is &lt;img src=x onerror=alert(1)&gt;&#34;&#39;" in page
        assert HOSTILE not in page
        assert "ask questions and see single messages" in page
    assert people.store.grants.get(grant.id) == grant
    removed = root.submit(f"/admin/grants/{grant.id}")
    assert (removed.status_code, removed.headers["location"]) == (303, "/admin/grants?done=removed")
    assert root.get(f"/admin/grants/{grant.id}").status_code == 404
    assert root.submit(f"/admin/grants/{grant.id}").status_code == 404
    assert "No grant is for or of “clinic”" in root.read("/admin/grants?search=clinic")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"subject": "user:nobody-here"}, "subject-wrong"),
        ({"subject": HOSTILE}, "subject-wrong"),
        ({"stream": "nope"}, "stream-wrong"),
        ({"can": []}, "can-wrong"),
        ({"where": f"{HOSTILE}=1"}, "where-wrong"),
        ({"hide": HOSTILE}, "hide-wrong"),
    ],
)
def test_wrong_grant_is_said_beside_its_field(root: Visitor, fields: dict[str, str | list[str]], wrong: str) -> None:
    typed = {"subject": "group:x", "stream": "health", "can": ["send"], "where": "service=a", "hide": "disk", **fields}
    answer = root.submit("/admin/grants", **typed)
    assert answer.status_code == 422
    assert f'id="{wrong}"' in answer.text
    assert HOSTILE not in answer.text
    assert ('value="send" checked' in answer.text) == ("can" not in fields)


def test_key_is_revoked(people: People, root: Visitor) -> None:
    people.store.users.add("eve", by="test")
    key, text = people.store.keys.create("eve", "nightly")
    assert "nightly" in root.read("/admin/keys?search=eve")
    page = root.read(f"/admin/keys/{key.id}")
    assert "Revoke nightly of eve?" in page
    assert text not in page
    answer = root.submit(f"/admin/keys/{key.id}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/keys?done=revoked")
    assert people.store.keys.of("eve") == []
    assert root.get(f"/admin/keys/{key.id}").status_code == 404
    assert "has “eve” in its name" in root.read("/admin/keys?search=eve")


def test_seeing_as_another_is_marked_and_changes_nothing(people: People) -> None:
    people.store.users.add("fay", by="test")
    people.store.grants.add(checked_grant("user:fay", "health", ["ask"], {"service": ["cart"]}, []), by="test")
    admin = people.user("seer", administrator=True)
    admin.read("/admin/users/fay")
    begun = admin.submit("/admin/users/fay/see-as")
    assert (begun.status_code, begun.headers["location"]) == (303, "/account")
    page = admin.read("/account")
    assert "You see as <b>fay</b>" in page
    assert "service is cart" in page
    assert "Make a key" not in page
    assert admin.get("/admin").status_code == 403
    for path in ("/account/keys", "/account/password", "/account/sessions", "/admin/grants"):
        assert admin.submit(path, name="x", lifetime="7", others="yes").status_code == 403
    assert people.store.keys.of("fay") == []
    stopped = admin.submit("/see-as/stop")
    assert (stopped.status_code, stopped.headers["location"]) == (303, "/admin/users/fay")
    assert "You see as" not in admin.read("/account")
    assert admin.submit("/admin/users/nobody-here/see-as").status_code == 404
    assert admin.submit("/admin/users/seer/see-as").status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/admin/grants/0",
        "/admin/grants/x",
        "/admin/grants/99999999999",
        "/admin/keys/x%00",
        "/admin/users/%3Cb%3E",
        "/admin/users/x%00",
        "/admin?after=%00&search=%00",
        "/admin/why?user=%00&stream=health",
    ],
)
def test_odd_addresses_are_answered(root: Visitor, path: str) -> None:
    answer = root.get(path)
    assert answer.status_code in (200, 404, 422)
    assert "<b>" not in answer.text


@pytest.mark.parametrize("part", ["", "/link", "/sessions", "/see-as"])
@pytest.mark.parametrize("name", ["x%00", "%3Cb%3E", "x%0d%0aset-cookie:a=b"])
def test_odd_users_are_unknown(root: Visitor, name: str, part: str) -> None:
    root.read("/admin")
    assert root.submit(f"/admin/users/{name}{part}", title="x").status_code == 404
