"""When the service is open, and that nothing else opens it; how often it may be asked."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from compose.embedded.waiting import until
from tests.web.pages.people import PASSWORD
from tests.web.people_at_doors import OPERATOR, a_service, bearer, fill, key_of, session_of

HEALTH_WINDOW = "/v1/streams/health/window"


def test_too_many_requests_are_told_when_to_come_back() -> None:
    settings = {
        "LIMIT_REQUESTS": "2",
        "LIMIT_UNKNOWN_REQUESTS": "3",
        "LIMIT_WINDOW_DAYS": "30",
        "OPERATOR_KEY": OPERATOR,
    }
    with a_service(**settings) as people:
        fill(people)
        with httpx.Client(base_url=people.url, timeout=30) as client:
            key = key_of(people, "ann")
            answers = [client.get("/v1/me", headers=key)]
            while answers[-1].status_code == 200 and len(answers) < 300:  # two a second are given back meanwhile
                answers.append(client.get("/v1/me", headers=key))
            assert answers[0].headers["ratelimit-policy"] == '"requests";q=10;w=5'
            assert {answer.status_code for answer in answers} == {200, 429}
            assert all(int(answers[-1].headers[name]) > 0 for name in ("retry-after",))
            assert answers[-1].json()["type"] == "urn:windowpane:problem:throttled"
            operated = [client.get("/v1/me", headers=bearer(OPERATOR)) for _ in range(20)]
            assert {answer.status_code for answer in operated} == {200}
            assert "ratelimit" not in operated[0].headers
            span = {"start": "2025-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}
            long = client.post(HEALTH_WINDOW, json=span, headers=key_of(people, "rita"))
            assert (long.status_code, long.json()["errors"][0]["field"]) == (422, "end")
            good = key_of(people, "olga")
            assert client.get("/v1/me", headers=good).status_code == 200
            new = key_of(people, "bob")

            def guess(number: int) -> int:
                return client.get("/v1/me", headers=bearer(f"wpk_{number}")).status_code

            guesses = [guess(number) for number in range(60)]
            assert {*guesses} == {401, 429}
            told = client.get("/metrics", headers=bearer(OPERATOR)).text
            counted = _number(told, 'windowpane_access_events_total{did="ask",outcome="refused"}')
            assert counted == guesses.count(401)
            assert _number(told, "windowpane_access_log_waiting") < counted / 2
            assert guesses[-1] == 429
            kept_out = (client.get("/v1/me", headers=new).status_code for n in range(60) if guess(n) == 429)
            assert next(kept_out) == 429, "a key that is not known here yet costs what a guess does"
            assert client.patch("/v1/users/ann", json={"title": "Ann"}, headers=bearer(OPERATOR)).status_code == 200
            assert client.get("/v1/me", headers=good).status_code == 200
            entered = [client.post("/v1/sessions", json={}).status_code for _ in range(60)]
            assert (entered[0], entered[-1], {*entered}) == (422, 429, {422, 429})
            assert client.get("/invitation/wpl_x").status_code == 429


def test_the_first_user_closes_the_service() -> None:
    with a_service() as empty, httpx.Client(base_url=empty.url, timeout=30) as client:
        anybody = client.get("/v1/me").json()
        assert (anybody["open"], anybody["administrator"], anybody["door"]) == (True, True, "open")
        assert client.get("/v1/me", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 401
        for header in ("via", "x-real-ip", "forwarded"):
            assert client.get("/v1/me", headers={header: "1.1 proxy"}).status_code == 401
        assert _asked_by_an_old_client(empty.url) == b"HTTP/1.1 401"
        assert client.get("/v1/me", headers=bearer("wpk_x")).status_code == 401
        crossed = {"origin": "https://evil.example", "content-type": "text/plain"}
        sent = client.post("/v1/users", content=b'{"user": "eve"}', headers=crossed)
        assert sent.status_code == 403
        made = client.post("/v1/users", json={"user": "root", "administrator": True})
        assert (made.status_code, made.json()["invitation"].startswith(f"{empty.url}/invitation/wpl_")) == (
            201,
            True,
        )
        assert client.get("/v1/me").status_code == 401
        assert client.post("/v1/users", json={"user": "eve"}).status_code == 401


def _number(metrics: str, name: str) -> float:
    [line] = [line for line in metrics.splitlines() if line.startswith(f"{name} ")]
    return float(line.rpartition(" ")[2])


def _asked_by_an_old_client(url: str) -> bytes:
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), 10) as client:
        client.sendall(b"GET /v1/me HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        return client.recv(4096)[:12]


def test_a_first_user_made_elsewhere_closes_it_for_changes_at_once() -> None:
    with a_service() as empty, httpx.Client(base_url=empty.url, timeout=30) as client:
        for method, path in (
            ("POST", "/v1/keys"),
            ("DELETE", "/v1/keys/x"),
            ("POST", "/v1/keys/x/rotate"),
            ("PATCH", "/v1/users/ann"),
            ("DELETE", "/v1/users/ann"),
            ("POST", "/v1/users/ann/invitation"),
        ):
            assert client.request(method, path).status_code == 403, path
        assert client.get("/v1/me").json()["open"] is True
        empty.store.users.add("ann", by="command line", administrator=True)
        grant = {"subject": "group:shops", "stream": "health", "can": ["ask"]}
        for path, body in (
            ("/v1/grants", grant),
            ("/v1/keys", {"user": "ann", "name": "x"}),
            ("/v1/users", {"user": "eve", "administrator": True}),
        ):
            assert client.post(path, json=body).status_code == 401, path
        assert ([user.name for user in empty.store.users.page()], empty.store.keys.of(None)) == (["ann"], [])


@pytest.mark.parametrize(
    "more", [{"HOST": "0.0.0.0"}, {"PROXIES": "10.0.0.7"}, {"HTTPS": "true"}, {"ROOT_PATH": "/wp"}]
)
def test_what_others_can_reach_is_never_open(more: dict[str, str]) -> None:
    with a_service(**more) as empty:
        for path in ("/v1/me", "/v1/streams", HEALTH_WINDOW, "/metrics", "/v1/users"):
            assert httpx.get(f"{empty.url}{path}").status_code == 401
        assert httpx.get(f"{empty.url}/healthz").status_code == 200


def test_without_postgres_nothing_is_open() -> None:
    with a_service(OPERATOR_KEY=OPERATOR) as people, httpx.Client(base_url=people.url) as client:
        fill(people)
        key, session = key_of(people, "root"), session_of(people, "root")
        assert client.get("/v1/me", headers=key).status_code == 200
        people.store.close()
        _stop_postgres(Path(os.environ["WINDOWPANE_CATALOG_URI"].partition("?host=")[2]))
        paths = ("/v1/me", "/v1/users", HEALTH_WINDOW, "/streams", "/metrics", "/admin")
        until(lambda: client.get("/v1/me", headers=key, timeout=30).status_code == 503, 10)
        for headers in ({}, key, session):
            for path in paths:
                client.cookies.clear()
                answer = client.get(path, headers=headers, timeout=30)
                assert (answer.status_code, bool(answer.headers.get("retry-after"))) == (503, True), path
                assert ".s.PGSQL" not in answer.text
        assert client.get("/healthz").status_code == 200
        assert client.post("/v1/sessions", json={"user": "root", "password": PASSWORD}, timeout=30).status_code == 503
        assert client.get("/v1/me", headers=bearer(OPERATOR)).json()["door"] == "operator"


def _stop_postgres(folder: Path) -> None:
    pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    until(lambda: not (folder / ".s.PGSQL.5432").exists() or _refuses(folder), 20)


def _refuses(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(folder / ".s.PGSQL.5432")) != 0


def test_cookies_of_https_are_of_this_host_alone() -> None:
    with a_service(HTTPS="true", PROXIES="127.0.0.1") as people:
        people.store.users.add("lola", by="test", administrator=True, password=PASSWORD)
        body = {"user": "lola", "password": PASSWORD}
        said = httpx.post(f"{people.url}/v1/sessions", json=body).headers["set-cookie"]
        name, token = said.partition(";")[0].split("=")
        assert name == "__Host-windowpane"
        assert all(part in said for part in ("Path=/;", "Secure", "HttpOnly", "SameSite=lax"))
        assert "Domain" not in said
        known = [
            httpx.get(f"{people.url}/v1/me", headers={"cookie": f"{each}={token}"}).status_code
            for each in (name, "windowpane-80")
        ]
        assert known == [200, 401]


def test_below_a_path_and_behind_https() -> None:
    more = {"PROXIES": "127.0.0.1", "ROOT_PATH": "/tools/wp", "OPERATOR_KEY": OPERATOR}
    with a_service(**more) as people:
        fill(people)
        people.store.users.add("lola", by="test", password=PASSWORD)
        tls = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
        with httpx.Client(base_url=people.url, timeout=30, headers=tls) as client:
            for path in ("/tools/wp/replays", "/replays"):
                led = client.get(path, headers={"accept": "text/html"})
                assert led.headers["location"] == "/tools/wp/login?next=%2Freplays"
            assert client.get("/tools/wp/streams/").headers["location"] == "/tools/wp/streams"
            assert client.get("/tools/wp/static/x/style.css").status_code == 200
            made = client.post("/tools/wp/v1/sessions", json={"user": "lola", "password": PASSWORD})
            said = made.headers["set-cookie"]
            assert said.startswith("__Secure-windowpane=")
            assert all(part in said for part in ("Path=/tools/wp;", "Secure", "HttpOnly"))
            [session] = people.store.sessions.of("lola")
            assert session.address == "203.0.113.9"
            link = client.post("/v1/users/ann/invitation", headers=bearer(OPERATOR)).json()["invitation"]
            assert link.startswith(f"https://{urlsplit(people.url).netloc}/tools/wp/invitation/")
