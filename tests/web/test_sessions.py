"""Logging in and out, what other sites may not do in a session, and seeing as another."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore
from urllib.parse import urlsplit

import httpx
import pytest

from access.errors import RefusedLoginError
from access.sessions import Sessions
from tests.web.pages.people import PASSWORD, People
from tests.web.people_at_doors import OPERATOR, a_service, bearer, fill, key_of, session_of
from web.access.csrf import token_of

HEALTH_WINDOW = "/v1/streams/health/window"
CROSSED = "This was sent by a page of another site; nothing was done."


@pytest.fixture(scope="module")
def people() -> Iterator[People]:
    with a_service(OPERATOR_KEY=OPERATOR, LIMIT_UNKNOWN_REQUESTS="1000") as people:
        fill(people)
        yield people


@pytest.fixture
def client(people: People) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=people.url, timeout=30) as client:
        yield client


def test_logging_in_begins_a_session_anew(people: People, client: httpx.Client) -> None:
    people.store.users.add("lola", by="test", password=PASSWORD)
    answer = client.post("/v1/sessions", json={"user": "lola", "password": PASSWORD})
    assert (answer.status_code, answer.json()["name"], answer.json()["door"]) == (200, "lola", "session")
    said = answer.headers["set-cookie"]
    assert all(
        part in said for part in ("HttpOnly", "SameSite=lax", "Path=/", f"windowpane-{urlsplit(people.url).port}=")
    )
    assert PASSWORD not in answer.text
    first = next(iter(client.cookies.jar)).value
    assert me_of(client) == "lola"
    again = client.post("/v1/sessions", json={"user": "lola", "password": PASSWORD})
    second = next(iter(client.cookies.jar)).value
    assert first != second
    assert len(people.store.sessions.of("lola")) == 1
    assert again.json()["csrf"] == token_of(second or "")
    gone = client.delete("/v1/sessions/current")
    assert (gone.status_code, me_of(client)) == (204, "")
    assert people.store.sessions.of("lola") == []


def me_of(client: httpx.Client) -> str:
    return str(client.get("/v1/me").json().get("name", ""))


def test_logins_that_wait_keep_no_revocation_waiting(
    people: People, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _ = people.store.keys.create("ann", "test")
    begun, go_on = Semaphore(0), Event()

    def slow(*_: object, **__: object) -> None:
        begun.release()
        assert go_on.wait(20)
        raise RefusedLoginError

    monkeypatch.setattr(Sessions, "log_in", slow)
    body = {"user": "ann", "password": "wrong password"}
    with ThreadPoolExecutor(6) as pool:
        tries = [pool.submit(httpx.post, f"{people.url}/v1/sessions", json=body, timeout=30) for _ in range(6)]
        try:
            assert [begun.acquire(timeout=20) for _ in range(2)] == [True, True]
            assert client.delete(f"/v1/keys/{key.id}", headers=bearer(OPERATOR)).status_code == 204
        finally:
            go_on.set()
        assert {each.result().status_code for each in tries} <= {401, 403, 503}


def test_whoever_fails_to_log_in_is_not_told_why(client: httpx.Client) -> None:
    tries = [("ann", "wrong password"), ("nobody-at-all", "wrong password"), ("ANN", "x"), ("'; --", "x"), ("", "")]
    answers = [client.post("/v1/sessions", json={"user": user, "password": word}) for user, word in tries]
    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {
        (401, "The name or the password is wrong.")
    }
    for _ in range(10):
        answer = client.post("/v1/sessions", json={"user": "rita", "password": "wrong"})
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
    large = {"user": "ann", "password": "x" * (16 << 10)}
    assert client.post("/v1/sessions", json=large).status_code == 413
    for body in ({"user": "ann"}, {"user": 1, "password": "x"}, {"user": "ann", "password": "x", "more": 1}):
        assert client.post("/v1/sessions", json=body).status_code == 422


def test_other_sites_can_change_nothing(people: People, client: httpx.Client) -> None:
    session, own = session_of(people, "ann"), people.url
    host = urlsplit(own).netloc

    def made(**headers: str) -> int:
        client.cookies.clear()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post("/v1/keys", json={"name": "test"}, headers=sent).status_code

    def bare(**headers: str) -> int:
        client.cookies.clear()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        body = b"" if "content_type" not in headers else b'{"name": "test"}'
        return client.post("/v1/keys", content=body, headers=sent).status_code

    cookie, token = session["cookie"], session["x-csrf-token"]
    assert made(cookie=cookie) == 201
    assert made(cookie=cookie, x_csrf_token=token, origin=own, sec_fetch_site="same-origin") == 201
    refused = [
        bare(cookie=cookie),
        bare(cookie=cookie, x_csrf_token=""),
        bare(cookie=cookie, x_csrf_token=session_of(people, "ann")["x-csrf-token"]),
        bare(cookie=cookie, content_type="text/plain"),
        bare(cookie=cookie, content_type="text/plain; application/json"),
        bare(cookie=cookie, content_type="multipart/form-data"),
        made(cookie=cookie, x_csrf_token=token, origin="https://evil.example"),
        made(cookie=cookie, x_csrf_token=token, origin="null"),
        made(cookie=cookie, x_csrf_token=token, origin=f"http://{host}.evil.example"),
        made(cookie=cookie, x_csrf_token=token, origin=f"http://{host.partition(':')[0]}"),
        made(cookie=cookie, x_csrf_token=token, sec_fetch_site="cross-site"),
        made(cookie=cookie, x_csrf_token=token, sec_fetch_site="same-site", origin=own),
    ]
    assert refused == [403] * len(refused)
    assert bare(cookie=cookie, x_csrf_token=token) == 415
    several = [("cookie", cookie), ("content-type", "text/plain"), ("content-type", "application/json")]
    assert client.post("/v1/keys", content=b"{}", headers=several).status_code == 403
    crossed = {"cookie": cookie, "origin": "https://evil.example"}
    for method, path in (("DELETE", "/v1/sessions/nope"), ("PATCH", "/v1/users/ann"), ("POST", HEALTH_WINDOW)):
        client.cookies.clear()
        assert client.request(method, path, headers=crossed).status_code == 403
        assert client.request(method, path, headers={"cookie": cookie}).json()["detail"] != CROSSED
    assert made(authorization=key_of(people, "ann")["authorization"], origin="https://evil.example") == 201
    form = {"user": "ann", "password": PASSWORD}
    logged_in = client.post("/login", data=form, headers={"origin": "https://evil.example"})
    assert (logged_in.status_code, logged_in.json()["detail"]) == (403, CROSSED)


def test_administrators_see_as_others(people: People, client: httpx.Client) -> None:
    session = session_of(people, "root")
    begun = client.post("/v1/see-as", json={"user": "ann"}, headers=session)
    assert begun.status_code == 200
    seal = begun.headers["set-cookie"].partition(";")[0]
    both = {**session, "cookie": f"{session['cookie']}; {seal}"}
    client.cookies.clear()
    seen = client.get("/v1/me", headers=both)
    assert (seen.json()["name"], seen.json()["seen_by"], seen.headers["x-seen-as"]) == ("ann", "root", "ann")
    refused = client.get("/v1/users", headers=both)
    assert (refused.status_code, refused.headers["x-seen-as"]) == (403, "ann")
    assert client.get("/v1/streams/page_views", headers=both).status_code == 404
    assert client.post("/v1/keys", json={"name": "test"}, headers=both).status_code == 403
    assert client.post(HEALTH_WINDOW, json={}, headers=both).status_code == 422
    ended = client.delete("/v1/see-as", headers=both)
    assert (ended.status_code, "Max-Age=0" in ended.headers["set-cookie"]) == (204, True)
    client.cookies.clear()
    for who, cookie in (("ann", seal), ("root", seal.replace("ann:", "rita:")), ("root", seal[:-1])):
        own = session_of(people, who)
        answer = client.get("/v1/me", headers={**own, "cookie": f"{own['cookie']}; {cookie}"})
        assert (answer.json()["name"], answer.json()["seen_by"]) == (who, None)
    for user, status in (("nope", 404), ("NOPE", 404), (1, 422)):
        assert client.post("/v1/see-as", json={"user": user}, headers=session).status_code == status
