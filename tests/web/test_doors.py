"""By what an asker is known, and that nothing that only looks like it opens anything."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from access.grants import checked_grant
from compose.embedded.waiting import until
from tests.access.local_issuer import AUDIENCE, Issuer, local_issuer
from tests.web.pages.people import People
from tests.web.people_at_doors import ASKERS, OPERATOR, a_service, bearer, fill, key_of, session_of

HEALTH_WINDOW = "/v1/streams/health/window"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with local_issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def people(issuer: Issuer) -> Iterator[People]:
    settings = {
        "OPERATOR_KEY": OPERATOR,
        "OIDC_ISSUER": issuer.name,
        "OIDC_AUDIENCE": AUDIENCE,
        "LIMIT_UNKNOWN_REQUESTS": "1000",
    }
    with a_service(**settings) as people:
        fill(people)
        yield people


@pytest.fixture
def client(people: People) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=people.url, timeout=30) as client:
        yield client


def me(client: httpx.Client, headers: dict[str, str]) -> tuple[int, str]:
    """Who one is, to the service."""
    client.cookies.clear()
    answer = client.get("/v1/me", headers=headers)
    return answer.status_code, answer.json().get("name", "")


def test_each_door_knows_its_own(people: People, client: httpx.Client) -> None:
    told = {name: me(client, headers(people)) for name, headers in ASKERS.items()}
    assert told == {
        "nobody": (401, ""),
        "tenant": (200, "ann"),
        "other": (200, "bob"),
        "reader": (200, "rita"),
        "sender": (200, "sam"),
        "overseer": (200, "olga"),
        "administrator": (200, "root"),
        "operator": (200, "operator:somebody"),
    }


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Basic YW5uOnBhc3N3b3Jk",
        "Digest username=root",
        "bearer wpk_" + "a" * 38,
        "Bearer wpk_",
        "Bearer wpk_" + "a" * 38 + ", Bearer x",
        "Bearer wpo_",
        "Bearer " + OPERATOR[:-1],
        "Bearer " + OPERATOR + "o",
        "Bearer " + OPERATOR.upper(),
        OPERATOR,
        "Bearer " + "x" * 20_000,
        "Bearer ../../etc/passwd",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.",
        "Bearer a.b.c",
        "Bearer \xff\xfe",
        "Bearer null",
        "Bearer undefined",
    ],
)
def test_a_wrong_secret_opens_no_other_door(people: People, client: httpx.Client, value: str) -> None:
    session = session_of(people, "root")
    for path in ("/v1/me", HEALTH_WINDOW, "/v1/users", "/metrics"):
        for headers in ({}, session):
            client.cookies.clear()
            answer = client.get(path, headers=httpx.Headers({**headers, "authorization": value}, "latin-1"))
            assert answer.status_code == 401, (path, headers)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "x" * 30 not in answer.text


def test_sessions_are_of_cookies_and_keys_of_the_header(people: People, client: httpx.Client) -> None:
    name, _, token = session_of(people, "root")["cookie"].partition("=")
    key = key_of(people, "root")["authorization"].removeprefix("Bearer ")
    assert me(client, {"cookie": f"{name}={token}"}) == (200, "root")
    assert me(client, bearer(token))[0] == 401
    for secret in (key, OPERATOR):
        assert me(client, {"cookie": f"{name}={secret}"})[0] == 401
        assert me(client, bearer(secret))[0] == 200


def test_a_failure_beside_a_session_leaves_the_session(people: People, client: httpx.Client) -> None:
    session = session_of(people, "root")
    failed = client.post("/v1/sessions", json={"user": "root", "password": "wrong"}, headers=session)
    refused = client.get("/v1/me", headers={**session, **bearer("wpk_x")})
    for answer in (failed, refused):
        assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    assert me(client, session) == (200, "root")


def test_two_secrets_are_none(people: People, client: httpx.Client) -> None:
    good = key_of(people, "ann")["authorization"]
    for pair in ((good, good), ("Bearer x", good), (good, "Bearer x")):
        assert client.get("/v1/me", headers=[("authorization", each) for each in pair]).status_code == 400


@pytest.mark.parametrize(
    "name", ["wrong", "windowpane", "__Host-windowpane", "__Secure-windowpane", "WINDOWPANE-{port}"]
)
def test_cookies_of_other_names_are_not_looked_at(people: People, client: httpx.Client, name: str) -> None:
    port = urlsplit(people.url).port
    token = session_of(people, "root")["cookie"].partition("=")[2]
    assert me(client, {"cookie": f"{name.format(port=port)}={token}"})[0] == 401


def test_odd_cookies_are_nobodys(people: People, client: httpx.Client) -> None:
    name, _, token = session_of(people, "root")["cookie"].partition("=")
    twice = f"{name}={token}; {name}={token}"
    for cookie in (twice, f"{name}=", f"{name}=x", f'{name}="{token}"', f"{name}={token}x", f"{name}={'a' * 30_000}"):
        answer = client.get("/v1/me", headers={"cookie": cookie})
        assert answer.status_code == 401
        assert f"{name}=" in answer.headers["set-cookie"]
    assert me(client, {"cookie": f"a=b; {name}={token}; c"}) == (200, "root")


def test_a_session_that_ended_leads_to_the_login(people: People, client: httpx.Client) -> None:
    name = session_of(people, "root")["cookie"].partition("=")[0]
    answer = client.get("/streams", headers={"cookie": f"{name}=wps_gone", "accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fstreams")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert client.get("/login", headers={"cookie": f"{name}=wps_gone", "accept": "text/html"}).status_code == 200


@pytest.mark.parametrize(
    "header", ["x-forwarded-for", "x-windowpane-operator", "x-remote-user", "x-original-url", "forwarded"]
)
def test_headers_that_anybody_may_send_say_nothing(client: httpx.Client, header: str) -> None:
    for value in ("127.0.0.1", "root", "/healthz", "for=127.0.0.1;by=root"):
        assert me(client, {header: value})[0] == 401


def test_names_of_operators_are_plain(client: httpx.Client) -> None:
    for given, name in (("ann", "ann"), ("", "unknown"), ("a b", "unknown"), ("x" * 65, "unknown"), ("ä", "unknown")):
        headers = httpx.Headers({**bearer(OPERATOR), "x-windowpane-operator": given}, "latin-1")
        assert client.get("/v1/me", headers=headers).json()["name"] == f"operator:{name}"


def test_tokens_of_the_issuer_open(people: People, client: httpx.Client, issuer: Issuer) -> None:
    assert me(client, bearer(issuer.token(sub="ann"))) == (200, "ann")
    assert me(client, bearer(issuer.token(sub="guest"))) == (200, "guest")
    for bad in (
        issuer.token(sub="ann", aud="other"),
        issuer.token(sub="ann", iss="https://evil.example"),
        issuer.token(sub="ann", exp=1),
        issuer.token(sub="ann", kid="two"),
        issuer.token(sub="ROOT"),
        issuer.token(sub="ann") + "x",
    ):
        assert me(client, bearer(bad))[0] == 401
    people.store.users.add("dora", by="test")
    people.store.users.change("dora", disabled=True)
    assert me(client, bearer(issuer.token(sub="dora")))[0] == 401


@pytest.mark.parametrize("what", ["key", "session", "grant", "user"])
def test_revocation_bites_within_ten_seconds(people: People, client: httpx.Client, what: str) -> None:
    store, name = people.store, f"gone-{what}"
    store.users.add(name, by="test")
    grant = store.grants.add(checked_grant(f"user:{name}", "health", ["ask"], {}, []), by="test")
    key, text = store.keys.create(name, "test")
    session, token = store.sessions.open_for(name, address="", agent="")
    cookie = session_of(people, name)["cookie"].partition("=")[0]
    headers = {"cookie": f"{cookie}={token}"} if what == "session" else bearer(text)
    client.cookies.clear()

    def asked() -> int:
        return client.get("/v1/streams/health", headers=headers).status_code

    assert asked() == 200
    begun = time.monotonic()
    if what == "key":
        store.keys.revoke(key.id)
    elif what == "session":
        store.sessions.end(name, session.id)
    elif what == "grant":
        store.grants.remove(grant.id)
    else:
        store.users.change(name, disabled=True)
    until(lambda: asked() == (404 if what == "grant" else 401), 10)
    assert time.monotonic() - begun < 10
