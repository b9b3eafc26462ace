"""Open mode is for this machine's own names alone, and whatever opens nothing is bounded by its address."""

from __future__ import annotations

from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx

from tests.web.people_at_doors import OPERATOR, a_service, bearer, fill


def test_open_for_names_of_this_machine_alone() -> None:
    with a_service(HOSTS="wp.example,*") as empty, httpx.Client(base_url=empty.url, timeout=30) as client:
        port = urlsplit(empty.url).port or 0
        for name in ("127.0.0.1", "localhost", "a.localhost", "127.9.9.9", f"[::1]:{port}", f"localhost:{port}"):
            assert client.get("/v1/me", headers={"host": name}).json()["open"], name
        for name in (
            "wp.example",
            "localhost.evil.example",
            "evil.example",
            "10.0.0.7",
            "0.0.0.0",
            "127.0.0.1.example",
        ):
            assert client.get("/v1/me", headers={"host": name}).status_code == 401, name
        for version, status in ((11, 200), (10, 401)):
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            connection._http_vsn = version  # type: ignore[attr-defined]
            connection._http_vsn_str = f"HTTP/1.{version - 10}"  # type: ignore[attr-defined]
            connection.request("GET", "/v1/me")
            assert connection.getresponse().status == status
            connection.close()


def test_whatever_opens_nothing_is_bounded() -> None:
    with a_service(OPERATOR_KEY=OPERATOR, LIMIT_UNKNOWN_REQUESTS="2") as people:
        fill(people)
        cookie = f"windowpane-{urlsplit(people.url).port}"
        shown = [
            bearer(OPERATOR[:-1]),
            {"authorization": "Basic YW5uOnBhc3N3b3Jk"},
            {"cookie": f"{cookie}=x; {cookie}=x"},
            bearer("wpk_" + "a" * 38),
            {},
        ]
        with httpx.Client(base_url=people.url, timeout=30) as client:
            first = [client.get("/v1/me", headers=shown[0]).status_code for _ in range(40)]
            assert (first[0], first[-1]) == (401, 429)
            for headers in shown:
                statuses = [client.get("/v1/me", headers=headers).status_code for _ in range(5)]
                assert 429 in statuses, headers
            assert client.get("/v1/me", headers=bearer(OPERATOR)).status_code == 200
