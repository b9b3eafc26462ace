"""Users, keys and grants over HTTP: what is made, what is refused and why, and whose keys are whose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.web.pages.people import PASSWORD, People
from tests.web.people_at_doors import OPERATOR, a_service, bearer, fill, key_of

ROOT = bearer(OPERATOR)


@pytest.fixture(scope="module")
def people() -> Iterator[People]:
    with a_service(OPERATOR_KEY=OPERATOR) as people:
        fill(people)
        yield people


@pytest.fixture(scope="module")
def client(people: People) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=people.url, timeout=30, headers=ROOT) as client:
        yield client


def test_a_user_is_made_changed_and_removed(client: httpx.Client) -> None:
    new = {"user": "cora", "title": "Cora", "groups": ["shops"], "administrator": False}
    made = client.post("/v1/users", json=new)
    assert made.status_code == 201
    assert made.json()["invitation"].rpartition("/")[2].startswith("wpl_")
    lasts = datetime.fromisoformat(made.json()["invitation_expires_at"]) - datetime.now(UTC)
    assert timedelta(days=2, hours=23) < lasts <= timedelta(days=3)
    shown = client.get("/v1/users/cora").json()
    assert {name: shown[name] for name in new} == new
    assert (shown["has_password"], shown["made_by"]) == (False, "operator:unknown")
    changed = client.patch("/v1/users/cora", json={"disabled": True, "groups": [], "password": PASSWORD}).json()
    assert (changed["disabled"], changed["groups"], changed["has_password"]) == (True, [], True)
    assert client.post("/v1/users/cora/invitation").status_code == 201
    assert client.delete("/v1/users/cora").status_code == 204
    assert [client.request(method, "/v1/users/cora").status_code for method in ("GET", "DELETE")] == [404, 404]
    with_password = client.post("/v1/users", json={"user": "cora", "password": PASSWORD})
    assert (with_password.status_code, "invitation" in with_password.json()) == (201, False)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "user"),
        ({"user": "Ann"}, 422, "user"),
        ({"user": "ann"}, 422, "user"),
        ({"user": "a\u0430"}, 422, "user"),
        ({"user": 7}, 422, "user"),
        ({"user": "nobody"}, 422, "user"),
        ({"user": "operator"}, 422, "user"),
        ({"user": "nina", "password": "short"}, 422, "password"),
        ({"user": "nina", "administrator": "yes"}, 422, "administrator"),
        ({"user": "nina", "groups": "shops"}, 422, "groups"),
        ({"user": "nina", "groups": ["Shops"]}, 422, "groups"),
        ({"user": "nina", "title": "x" * 300}, 422, "title"),
        ({"user": "nina", "title": "a\0"}, 422, "title"),
        ({"user": "nina", "more": 1}, 422, "more"),
        ([], 400, "body"),
        ("x", 400, "body"),
    ],
)
def test_a_user_that_cannot_be(client: httpx.Client, body: Any, status: int, field: str) -> None:
    answer = client.post("/v1/users", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)


def test_a_change_is_made_whole_or_not_at_all(people: People, client: httpx.Client) -> None:
    people.store.users.add("pia", by="test", title="Pia", password=PASSWORD)
    for body in (
        {"title": "x", "groups": ["Shops"], "password": "another sentence"},
        {"title": "x", "password": "short"},
    ):
        assert client.patch("/v1/users/pia", json=body).status_code == 422
    assert people.store.users.get("pia").title == "Pia"
    assert people.store.users.check_password("pia", PASSWORD)


def test_the_last_administrator_stays(client: httpx.Client) -> None:
    for change in ({"disabled": True}, {"administrator": False}):
        assert client.patch("/v1/users/root", json=change).status_code == 422
    assert client.delete("/v1/users/root").status_code == 422
    assert client.patch("/v1/users/root", json={}).status_code == 422


def test_lists_are_paged_and_searched(client: httpx.Client) -> None:
    names, after = list[str](), ""
    while after is not None:
        page = client.get("/v1/users", params={"limit": 2, "after": after}).json()
        names += [each["user"] for each in page["users"]]
        after = page["next"]
    assert names == sorted(names)
    assert {"ann", "bob", "root"} <= {*names}
    assert [each["user"] for each in client.get("/v1/users?search=oL").json()["users"]] == ["olga"]
    for query in ("limit=0", "limit=x", "limit=1001", "nope=1", "search=%00", "limit=-1"):
        assert client.get(f"/v1/users?{query}").status_code == 422


def test_keys_see_themselves_and_what_they_made(people: People, client: httpx.Client) -> None:
    store = people.store
    store.users.add("kim", by="test")
    mine, text = store.keys.create("kim", "mine")
    other, _ = store.keys.create("kim", "other")
    asking = httpx.Client(base_url=client.base_url, headers=bearer(text), timeout=30)
    made = asking.post("/v1/keys", json={"name": "child"})
    assert (made.status_code, made.json()["parent"]) == (201, mine.id)
    child = made.json()
    listed = asking.get("/v1/keys").json()["keys"]
    assert {each["id"] for each in listed} == {mine.id, child["id"]}
    assert all("key" not in each for each in listed)
    for path in (f"/v1/keys/{other.id}", "/v1/keys/nope"):
        refused = asking.delete(path)
        assert (refused.status_code, refused.json()["title"]) == (404, "No such user, key, grant, session or link")
    turned = asking.post(f"/v1/keys/{child['id']}/rotate", json={"overlap_seconds": 0}).json()
    assert turned["id"] != child["id"]
    assert httpx.get(f"{people.url}/v1/me", headers=bearer(child["key"])).status_code == 401
    assert httpx.get(f"{people.url}/v1/me", headers=bearer(turned["key"])).json()["name"] == "kim"
    assert asking.get("/v1/keys?user=ann").status_code == 403
    assert asking.post("/v1/keys", json={"name": "x", "user": "ann"}).status_code == 403
    assert asking.delete(f"/v1/keys/{mine.id}").status_code == 204
    assert httpx.get(f"{people.url}/v1/me", headers=bearer(turned["key"])).status_code == 401
    assert [each["id"] for each in client.get("/v1/keys?user=kim").json()["keys"]] == [other.id]
    assert client.post("/v1/keys", json={"name": "x"}).status_code == 422
    assert client.post("/v1/keys", json={"name": "x", "user": "kim"}).status_code == 201
    asking.close()


def test_what_a_key_makes_for_others_ends_with_it(people: People, client: httpx.Client) -> None:
    store = people.store
    store.users.add("otto", by="test", administrator=True)
    end = datetime.now(UTC) + timedelta(hours=1)
    mine, text = store.keys.create("otto", "mine", expires_at=end)
    made = client.post("/v1/keys", json={"name": "child", "user": "ann"}, headers=bearer(text)).json()
    assert (made["parent"], store.keys.get(made["id"]).expires_at) == (mine.id, end)
    turned = client.post(f"/v1/keys/{mine.id}/rotate", json={}, headers=bearer(text)).json()
    assert store.keys.get(turned["id"]).expires_at == end
    store.keys.revoke(turned["id"])
    assert made["id"] not in [key.id for key in store.keys.of("ann")]


def test_administrators_make_keys_of_others(people: People, client: httpx.Client) -> None:
    people.store.users.add("kate", by="test", administrator=True)
    hers = key_of(people, "kate")
    (of_kate,) = people.store.keys.of("kate")
    for headers, parent in (({}, None), (hers, of_kate.id)):
        for address, body in (("?user=ann", {}), ("", {"user": "ann"}), ("?user=ann", {"user": "ann"})):
            made = client.post(f"/v1/keys{address}", json={"name": "x", **body}, headers=headers)
            assert (made.status_code, made.json()["user"], made.json()["parent"]) == (201, "ann", parent)
        both = client.post("/v1/keys?user=bob", json={"name": "x", "user": "ann"}, headers=headers)
        assert (both.status_code, both.json()["errors"][0]["field"]) == (422, "user")
    assert client.post("/v1/keys", json={"name": "x"}, headers=hers).json()["user"] == "kate"
    refused = client.post("/v1/keys?user=bob", json={"name": "x"}, headers=key_of(people, "ann"))
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("end", "status"),
    [("9999-12-31T23:59:59Z", 201), ("9999-12-31T00:00:00+14:00", 201), ("9999-12-31T23:59:59-12:00", 422)],
)
def test_keys_of_the_end_of_time_are_rotated(client: httpx.Client, end: str, status: int) -> None:
    made = client.post("/v1/keys?user=ann", json={"name": "x", "expires_at": end})
    assert made.status_code == status
    if status == 201:
        turned = client.post(f"/v1/keys/{made.json()['id']}/rotate")
        assert (turned.status_code, turned.json()["expires_at"]) == (201, made.json()["expires_at"])


def test_members_that_may_be_missing_need_no_body(people: People) -> None:
    headers = key_of(people, "ann")
    with httpx.Client(base_url=people.url, timeout=30, headers=headers) as client:
        [key, *_] = [each["id"] for each in client.get("/v1/keys").json()["keys"]]
        assert client.post(f"/v1/keys/{key}/rotate", content=b"{}").status_code == 415
        assert client.post(f"/v1/keys/{key}/rotate", data={"overlap_seconds": "0"}).status_code == 415
        turned = client.post(f"/v1/keys/{key}/rotate")
        assert (turned.status_code, turned.json()["name"]) == (201, "test")
        again = {**ROOT, "content-type": "application/json"}
        empty = client.post(f"/v1/keys/{turned.json()['id']}/rotate", headers=again)
        assert empty.status_code == 201
        assert client.post("/v1/keys").status_code == 415
        assert client.get("/v1/me").json()["user"] == "ann"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "X"}, "name"),
        ({"name": "x", "expires_at": "tomorrow"}, "expires_at"),
        ({"name": "x", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "id": "1"}, "id"),
    ],
)
def test_a_key_that_cannot_be(people: People, body: Any, field: str) -> None:
    answer = httpx.post(f"{people.url}/v1/keys", json=body, headers=key_of(people, "ann"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_grant_is_made_explained_and_removed(people: People, client: httpx.Client) -> None:
    people.store.users.add("gina", by="test", groups=("shops",))
    new = {
        "subject": "group:shops",
        "stream": "health",
        "can": ["ask"],
        "where": {"service": ["b", "a"]},
        "hide": ["CPU"],
    }
    made = client.post("/v1/grants", json=new)
    assert made.status_code == 201
    assert made.json()["where"] == {"service": ["a", "b"]}
    why = client.get("/v1/grants", params={"why": "gina", "stream": "health"}).json()
    assert [each["id"] for each in why["grants"]] == [made.json()["id"]]
    assert (why["sees"]["ask"]["where"], "CPU" in why["sees"]["ask"]["hide"]) == ([{"service": ["a", "b"]}], True)
    assert "detail" not in why["sees"]
    listed = client.get("/v1/grants", params={"subject": "group:shops"}).json()["grants"]
    assert listed == [made.json()]
    me = httpx.get(f"{people.url}/v1/me", headers=key_of(people, "gina")).json()
    assert (me["streams"].keys(), me["streams"]["health"]["can"]) == ({"health"}, ["ask"])
    address = f"/v1/grants/{made.json()['id']}"
    assert (client.delete(address).status_code, client.delete(address).status_code) == (204, 404)
    assert client.get("/v1/grants?why=nope&stream=health").status_code == 404
    assert client.get("/v1/grants?why=gina").status_code == 422
    assert client.delete("/v1/grants/x").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": "ann"}, "subject"),
        ({"subject": "user:Ann"}, "subject"),
        ({"stream": "nope"}, "stream"),
        ({"stream": "health; drop"}, "stream"),
        ({"can": []}, "can"),
        ({"can": ["everything"]}, "can"),
        ({"can": "ask"}, "can"),
        ({"where": {"nope": ["a"]}}, "where"),
        ({"where": {"service": []}}, "where"),
        ({"where": {"service": "a"}}, "where"),
        ({"where": ["a"]}, "where"),
        ({"hide": ["nope"]}, "hide"),
        ({"hide": [""]}, "hide"),
        ({"id": 7}, "id"),
    ],
)
def test_a_grant_that_cannot_be(client: httpx.Client, change: Any, field: str) -> None:
    good = {"subject": "user:ann", "stream": "health", "can": ["ask"]}
    answer = client.post("/v1/grants", json={**good, **change})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert client.post("/v1/grants", json={**good, "subject": "user:nope"}).status_code == 404


def test_messages_outside_of_the_grant_are_refused(people: People) -> None:
    part = {"Total": 1, "Free": 1}
    message = {"serviceName": "c", "Timestamp": 1760000000000, "CPU": 0.1, "RAM": part, "Disk": part}
    answer = httpx.post(
        f"{people.url}/v1/streams/health/messages",
        json=[message],
        headers=key_of(people, "sam"),
    )
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": 0,
        "rejected": [{"index": 0, "field": "serviceName", "reason": "not a value that you may send"}],
    }
