"""Two merchants, a platform and whoever has a link, at every address of a site: nothing crosses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from access.grants import checked_grant
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import checked_change
from systems.merchants.store import SiteStore
from tests.web.pages.people import People
from tests.web.people_at_doors import Headers, a_service, bearer, key_of, session_of

A, B = "a.example", "b.example"

# Method, address of a site → body, and the outcome for each of ASKERS, of site A: `in`, or 404 as if there were none.
READ = "in in 404 in 404 in 401"
OWN = "in 403 404 403 404 in 401"
OUTCOMES: dict[tuple[str, str], tuple[Any, str]] = {
    ("GET", "/v1/sites/{}"): (None, READ),
    ("GET", "/v1/sites/{}/goals"): (None, READ),
    ("GET", "/v1/sites/{}/funnels"): (None, READ),
    ("GET", "/v1/sites/{}/annotations"): (None, READ),
    ("PATCH", "/v1/sites/{}"): ({"title": "x"}, OWN),
    ("POST", "/v1/sites/{}/goals"): ({"kind": "event", "value": "Signup"}, OWN),
    ("DELETE", "/v1/sites/{}/goals/1"): (None, OWN),
    ("POST", "/v1/sites/{}/funnels"): (
        {"name": "f", "steps": [{"kind": "page", "value": "/a"}, {"kind": "event", "value": "b"}]},
        OWN,
    ),
    ("DELETE", "/v1/sites/{}/funnels/1"): (None, OWN),
    ("POST", "/v1/sites/{}/annotations"): ({"day": "2026-03-01", "text": "x"}, OWN),
    ("DELETE", "/v1/sites/{}/annotations/1"): (None, OWN),
    ("GET", "/v1/sites/{}/links"): (None, OWN),
    ("POST", "/v1/sites/{}/links"): ({"name": "x"}, OWN),
    ("DELETE", "/v1/sites/{}/links/nope"): (None, OWN),
    ("GET", "/v1/sites/{}/members"): (None, OWN),
    ("POST", "/v1/sites/{}/members"): ({"subject": "group:x"}, OWN),
    ("DELETE", "/v1/sites/{}/members/group:nope"): (None, OWN),
    ("GET", "/sites/{}/settings"): (None, OWN),
    ("POST", "/sites/{}/settings"): ("form", OWN),
    ("POST", "/sites/{}/settings/goals"): ("form", OWN),
    ("POST", "/sites/{}/settings/deletion"): ("form", OWN),
    ("POST", "/sites/{}/settings/members/group:nope"): ("form", OWN),
    ("DELETE", "/v1/sites/{}"): (None, OWN),
}
ASKERS = ("owner", "viewer", "other", "link", "stranger", "platform", "nobody")


@pytest.fixture(scope="module")
def people() -> Iterator[People]:
    with a_service(LIMIT_UNKNOWN_REQUESTS="1000") as people:
        store, sites = people.store, SiteStore(people.store.records)
        store.users.add("root", by="test", administrator=True)
        for name in (A, B):
            sites.sites.add(EVERY_SITE, checked_change(name), by="test")
        for user, can, where in (
            ("ann", ["administer"], {"site": [A]}),
            ("vic", ["ask"], {"site": [A]}),
            ("bob", ["administer"], {"site": [B]}),
            ("eve", ["ask"], None),
            ("plat", ["administer"], {}),
        ):
            store.users.add(user, by="test")
            if where is not None:
                store.grants.add(checked_grant(f"user:{user}", "web_events", can, where, []), by="test")
        yield people


@pytest.fixture(scope="module")
def sites(people: People) -> SiteStore:
    return SiteStore(people.store.records)


@pytest.fixture(scope="module")
def askers(people: People, sites: SiteStore) -> dict[str, Headers]:
    """What each sends; whoever has a link has it as a cookie."""
    _, secret = sites.links.make(EVERY_SITE, A, "x", by="test")
    port = people.url.rpartition(":")[2]
    return {
        "owner": session_of(people, "ann"),
        "viewer": session_of(people, "vic"),
        "other": session_of(people, "bob"),
        "link": {"cookie": f"windowpane-link-{port}={secret}"},
        "stranger": session_of(people, "eve"),
        "platform": key_of(people, "plat"),
        "nobody": {},
    }


@pytest.fixture(scope="module")
def client(people: People) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=people.url, timeout=30) as client:
        yield client


def outcome(answer: httpx.Response) -> str:
    assert answer.status_code < 500, answer.text
    if answer.status_code in (401, 403):
        return str(answer.status_code)
    return "404" if answer.status_code == 404 and "There is no such site." in answer.text else "in"


def asked(client: httpx.Client, method: str, address: str, body: Any, headers: Headers) -> httpx.Response:
    client.cookies.clear()
    sent: dict[str, Any] = {} if body is None else {"data": {"x": "y"}} if body == "form" else {"json": body}
    return client.request(method, address, headers=headers, **sent)


@pytest.mark.parametrize(("method", "address"), OUTCOMES)
def test_outcomes_are_those_of_the_table(
    client: httpx.Client, askers: dict[str, Headers], method: str, address: str
) -> None:
    body, outcomes = OUTCOMES[method, address]
    # Whoever changes it for good comes last, so that the link is alive until then.
    told = {}
    for name in sorted(ASKERS, key=lambda name: name in ("owner", "platform")):
        told[name] = outcome(asked(client, method, address.format(A), body, askers[name]))
    assert told == dict(zip(ASKERS, outcomes.split(), strict=True))


@pytest.mark.parametrize(("method", "address"), OUTCOMES)
def test_sites_of_others_are_as_those_that_are_not_there(
    client: httpx.Client, askers: dict[str, Headers], method: str, address: str
) -> None:
    body, _ = OUTCOMES[method, address]
    for name in ("owner", "viewer", "stranger", "link"):
        there, nowhere = (
            asked(client, method, address.format(site), body, askers[name]) for site in (B, "nowhere.example")
        )
        assert there.status_code == nowhere.status_code
        assert there.text == nowhere.text


def test_lists_have_what_each_may_see(client: httpx.Client, askers: dict[str, Headers]) -> None:
    assert asked(client, "PATCH", f"/v1/sites/{A}", {"deleted": False}, askers["platform"]).status_code == 200
    for name, seen in {"owner": [A], "viewer": [A], "other": [B], "stranger": [], "platform": [A, B]}.items():
        listed = asked(client, "GET", "/v1/sites", None, askers[name]).json()["sites"]
        assert [site["name"] for site in listed] == seen, name
        assert [site["administer"] for site in listed] == [name != "viewer"] * len(seen)
        assert [("exclusions" in site) for site in listed] == [name != "viewer"] * len(seen)
        page = asked(client, "GET", "/sites", None, askers[name]).text
        assert [site for site in (A, B) if f"/sites/{site}" in page] == seen
        assert ("/sites/new" in page) == (name == "platform")
    assert asked(client, "GET", "/v1/sites", None, askers["link"]).status_code == 403


def test_only_a_platform_adds_sites(client: httpx.Client, askers: dict[str, Headers]) -> None:
    for name, status in {"owner": 422, "viewer": 403, "other": 422, "stranger": 403, "link": 403}.items():
        added = asked(client, "POST", "/v1/sites", {"name": "c.example"}, askers[name])
        assert added.status_code == status, (name, added.text)
        put = asked(client, "PUT", "/v1/sites", {"sites": [{"name": A}, {"name": "c.example"}]}, askers[name])
        assert put.status_code == status, (name, put.text)
        if status == 422:
            assert {"field": "name", "index": 1 if name == "owner" else 0} == {
                key: put.json()["errors"][0][key] for key in ("field", "index")
            }
    made = asked(client, "POST", "/v1/sites", {"name": "c.example"}, askers["platform"])
    assert (made.status_code, made.json()["created_by"]) == (201, "plat")
    assert 'data-site="c.example"' in made.json()["snippet"]


def test_a_platform_puts_lists_and_makes_no_users(client: httpx.Client, askers: dict[str, Headers]) -> None:
    wanted = {"sites": [{"name": f"p{number}.example", "members": ["group:p"]} for number in range(3)]}
    first, again = (asked(client, "PUT", "/v1/sites", wanted, askers["platform"]).json() for _ in range(2))
    assert (first["added"], first["members_added"]) == (3, 3)
    assert (again["added"], again["changed"], again["unchanged"], again["members_added"]) == (0, 0, 3, 0)
    refused = asked(client, "PUT", "/v1/sites", {**wanted, "new_users": True}, askers["platform"])
    assert refused.status_code == 403
    wrong = asked(client, "PUT", "/v1/sites", {"sites": [{"name": A}, {"name": "B"}, 7]}, askers["platform"])
    assert [(each["index"], each["field"]) for each in wrong.json()["errors"]] == [(1, "name"), (2, "site")]
    bodies: list[dict[str, Any]] = [{}, {"sites": []}, {"sites": {}}, {"sites": [{"name": A}], "x": 1}]
    for body in bodies:
        assert asked(client, "PUT", "/v1/sites", body, askers["platform"]).status_code == 422


def test_a_member_sees_as_long_as_it_is_one(people: People, client: httpx.Client, askers: dict[str, Headers]) -> None:
    people.store.users.add("mia", by="test")
    mia = key_of(people, "mia")
    assert asked(client, "GET", f"/v1/sites/{A}", None, mia).status_code == 404
    made = asked(client, "POST", f"/v1/sites/{A}/members", {"subject": "user:mia"}, askers["owner"])
    assert (made.status_code, made.json()) == (201, {"subject": "user:mia", "can": ["ask", "detail"]})
    assert asked(client, "GET", f"/v1/sites/{A}", None, mia).status_code == 200
    assert asked(client, "GET", f"/v1/sites/{A}/members", None, mia).status_code == 403
    removed = asked(client, "DELETE", f"/v1/sites/{A}/members/user:mia", None, askers["owner"])
    assert removed.status_code == 204
    assert asked(client, "GET", f"/v1/sites/{A}", None, mia).status_code == 404


def test_a_link_opens_one_site_until_it_is_revoked(client: httpx.Client, askers: dict[str, Headers]) -> None:
    owner = askers["owner"]
    made = asked(client, "POST", f"/v1/sites/{A}/links", {"name": "board"}, owner).json()
    path = "/shared/" + made["link"].rpartition("/")[2]
    client.cookies.clear()
    opened = client.get(path)
    assert (opened.status_code, opened.headers["location"]) == (303, f"/sites/{A}")
    [(name, shown)] = client.cookies.items()
    link = {"cookie": f"{name}={shown}"}
    assert "httponly" in opened.headers["set-cookie"].lower()
    assert made["link"] not in asked(client, "GET", f"/v1/sites/{A}/links", None, owner).text
    assert asked(client, "GET", f"/v1/sites/{A}", None, link).status_code == 200
    assert asked(client, "GET", f"/v1/sites/{A}", None, bearer(shown)).status_code == 200
    for address in ("/v1/me", "/v1/streams", "/streams", "/account", "/v1/keys", "/docs/api", "/admin", "/sites"):
        assert asked(client, "GET", address, None, link).status_code == 403, address
    assert asked(client, "POST", "/v1/keys", {"name": "x"}, link).status_code == 403
    assert asked(client, "POST", "/v1/streams/web_events/messages", {"site": A}, link).status_code == 403
    assert asked(client, "GET", "/v1/streams/health/window", None, link).status_code == 404
    assert asked(client, "DELETE", f"/v1/sites/{A}/links/{made['id']}", None, owner).status_code == 204
    ended = asked(client, "GET", f"/v1/sites/{A}", None, link)
    assert (ended.status_code, f'{name}=""' in ended.headers["set-cookie"]) == (401, True)
    assert asked(client, "GET", path, None, {}).status_code == 404


def test_a_link_with_a_password_asks_for_it(client: httpx.Client, askers: dict[str, Headers]) -> None:
    wanted = {"name": "guests", "password": "a sentence for guests"}
    made = asked(client, "POST", f"/v1/sites/{A}/links", wanted, askers["owner"]).json()
    path = "/shared/" + made["link"].rpartition("/")[2]
    client.cookies.clear()
    assert 'type="password"' in client.get(path, headers={"accept": "text/html"}).text
    assert client.post(path, data={"password": "no"}).status_code == 403
    assert not client.cookies
    assert client.post(path, data={"password": wanted["password"]}).status_code == 303
    [(name, shown)] = client.cookies.items()
    assert asked(client, "GET", f"/v1/sites/{A}", None, {"cookie": f"{name}={shown}"}).status_code == 200
    secret = shown.partition(".")[0]
    assert asked(client, "GET", f"/v1/sites/{A}", None, {"cookie": f"{name}={secret}"}).status_code == 401


def test_whoever_is_logged_in_sees_by_that_alone(client: httpx.Client, askers: dict[str, Headers]) -> None:
    made = asked(client, "POST", f"/v1/sites/{A}/links", {"name": "x"}, askers["owner"]).json()
    path = "/shared/" + made["link"].rpartition("/")[2]
    assert asked(client, "GET", path, None, askers["viewer"]).headers["location"] == f"/sites/{A}"
    refused = asked(client, "GET", path, None, askers["other"])
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)


def test_a_deleted_site_says_what_stays(client: httpx.Client, askers: dict[str, Headers]) -> None:
    platform = askers["platform"]
    asked(client, "POST", "/v1/sites", {"name": "gone.example"}, platform)
    gone = asked(client, "DELETE", "/v1/sites/gone.example", None, platform).json()
    assert gone["deleted_at"] is not None
    assert "stays" in gone["history"]
    assert "gone.example" not in asked(client, "GET", "/v1/sites", None, platform).text
    assert "gone.example" in asked(client, "GET", "/v1/sites?deleted=true", None, platform).text
    back = asked(client, "PATCH", "/v1/sites/gone.example", {"deleted": False}, platform).json()
    assert back["deleted_at"] is None


def test_what_is_changed_is_collected_by_at_once(client: httpx.Client, askers: dict[str, Headers]) -> None:
    event = {"name": "pageview", "url": "https://edge.example/"}
    page = {"origin": "https://edge.example"}

    def collected() -> int:
        client.cookies.clear()
        return client.post("/collect/edge.example", json=event, headers=page).status_code

    platform = askers["platform"]
    assert collected() == 404
    assert asked(client, "POST", "/v1/sites", {"name": "edge.example"}, platform).status_code == 201
    assert collected() == 503  # it is a site now, and Kafka is away
    elsewhere = {"origins": ["other.example"]}
    assert asked(client, "PATCH", "/v1/sites/edge.example", elsewhere, platform).status_code == 200
    assert collected() == 403
    assert asked(client, "DELETE", "/v1/sites/edge.example", None, platform).status_code == 200
    assert collected() == 404
