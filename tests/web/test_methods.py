"""Every route answers each method, and its address with a slash too many, as HTTP says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from tests.web.served import empty_stream, served
from web.app import ROUTES

SPAN = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T11:00:00Z"}
PARAMS = {**SPAN, "step": "hour"}
HEALTH_PATH = "/v1/streams/health"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with empty_stream() as app, served(app) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def routes() -> list[Route]:
    return [route for route in ROUTES if isinstance(route, Route)]


def path_of(route: Route) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: {"stream": "health"}.get(name[1], "7"), route.path)


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.path)
def test_methods_are_as_http_says(client: httpx.Client, route: Route) -> None:
    path, methods = path_of(route), route.methods or set()
    options = client.options(path)
    assert (options.status_code, options.content) == (204, b"")
    assert set(options.headers["allow"].split(", ")) == {*methods, "OPTIONS"}
    assert ("HEAD" in methods) == ("GET" in methods)
    for method in {"GET", "POST", "DELETE", "PUT", "PATCH"} - methods:
        refused = client.request(method, path)
        assert (refused.status_code, refused.headers["allow"]) == (405, options.headers["allow"])
    if "GET" in methods:
        wanted, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (wanted.status_code, b"")
        assert head.headers.get("content-type") == wanted.headers.get("content-type")


@pytest.mark.parametrize("route", [route for route in routes() if route.path != "/"], ids=lambda route: route.path)
def test_a_slash_too_many_leads_on(client: httpx.Client, route: Route) -> None:
    for more in ("/", "//", "/?by=%2F&x=a//"):
        answer = client.get(path_of(route) + more, follow_redirects=False)
        target = path_of(route) + more.lstrip("/")
        assert (answer.status_code, answer.headers["location"]) == (308, target)


@pytest.mark.parametrize("path", ["/nope/", "//evil.example/", "//", "/static/x/", "/v1/streams//", "/%0d%0aX:y/"])
def test_no_slash_leads_elsewhere(client: httpx.Client, path: str) -> None:
    answer = client.get(f"{client.base_url}".rstrip("/") + path, follow_redirects=False)
    location = answer.headers.get("location", "/")
    assert location.startswith("/")
    assert not location.startswith("//")
    assert (answer.status_code == 404) == ("location" not in answer.headers)


def test_static_files_say_what_they_allow(client: httpx.Client) -> None:
    assert client.options("/static/x/style.css").headers["allow"] == "GET, HEAD, OPTIONS"
    assert client.post("/static/x/style.css").headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("kind", ["window", "series", "rejected"])
def test_an_answer_that_is_known_is_not_sent_again(client: httpx.Client, kind: str) -> None:
    params = {name: value for name, value in PARAMS.items() if kind == "series" or name != "step"}
    first = client.get(f"{HEALTH_PATH}/{kind}", params=params)
    assert (first.status_code, first.headers["cache-control"]) == (200, "private, no-cache")
    tag = first.headers["etag"]
    for said in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = client.get(f"{HEALTH_PATH}/{kind}", params=params, headers={"if-none-match": said})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = client.get(f"{HEALTH_PATH}/{kind}", params={**params, "end": "2026-03-01T12:00:00Z"})
    assert other.headers["etag"] != tag
    for said in (other.headers["etag"], "", "x", '"'):
        again = client.get(f"{HEALTH_PATH}/{kind}", params=params, headers={"if-none-match": said})
        assert (again.status_code, again.content) == (200, first.content)
    assert client.head(f"{HEALTH_PATH}/{kind}", params=params).headers["etag"] == tag


@pytest.mark.parametrize("kind", ["window", "series", "rejected"])
def test_questions_by_post_are_answered_alike(client: httpx.Client, kind: str) -> None:
    body: dict[str, object] = dict(SPAN)
    params: list[tuple[str, Any]] = list(SPAN.items())
    if kind == "rejected":
        body, params = {**body, "limit": 7}, [*params, ("limit", "7")]
    else:
        values = ["a", "b\n&", "č" * 3000]
        more = {"service": values, "by": [], "quantiles": [0.5, 0.99], "as_known_at": None}
        body |= more
        params += [*(("service", value) for value in values), ("by", ""), ("quantiles", "0.5,0.99")]
    if kind == "series":
        body, params = {**body, "step": "hour"}, [*params, ("step", "hour")]
    posted, got = client.post(f"{HEALTH_PATH}/{kind}", json=body), client.get(f"{HEALTH_PATH}/{kind}", params=params)
    assert (posted.status_code, posted.json()) == (200, got.json())
    assert (posted.headers["cache-control"], "etag" in posted.headers) == ("no-store", False)
    assert client.post(f"{HEALTH_PATH}/{kind}", json=body, headers={"if-none-match": "*"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 400, "body"),
        (b"[]", 400, "body"),
        (b'{"start": ', 400, "body"),
        (b'{"start": "\\ud800"}', 400, "body"),
        (b"[" * 200_000, 400, "body"),
        (b"{}", 422, "start"),
        (b'{"start": true}', 422, "start"),
        (b'{"start": {"a": 1}}', 422, "start"),
        (b'{"service": [["a"]]}', 422, "service"),
        (b'{"nope": 1e300}', 422, "nope"),
        (b'{"start": 1e999}', 400, "body"),
        (b" " * (1 << 20) + b"{}", 413, "body"),
    ],
)
def test_bodies_that_are_no_question(client: httpx.Client, body: bytes, status: int, field: str) -> None:
    answer = client.post(f"{HEALTH_PATH}/window", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)


def test_hostile_sizes_are_refused_shortly(client: httpx.Client) -> None:
    """Ten thousand parameters, a mebibyte of address, ten thousand values, a cursor as long as a body."""
    posted = f"{HEALTH_PATH}/window"
    refused = [
        client.get(f"{HEALTH_PATH}/window?" + "&".join(f"a{n}=b" for n in range(4_000))),
        client.get(f"{HEALTH_PATH}/window", params={**SPAN, "service": "x" * 40_000}),
        client.post(posted, json={**SPAN, **{f"a{n}": "b" for n in range(10_000)}}),
        client.post(posted, json={**SPAN, "service": [str(n) for n in range(10_000)]}),
        client.post(posted, json={**SPAN, "limit": 5, "after": "A" * 900_000}),
        client.post(posted, json={**SPAN, "by": ["x" * 900_000]}),
        client.post(posted, json={**SPAN, "quantiles": [0.5] * 200_000 + [2]}),
        client.post(posted, json={**SPAN, "start": "2026-03-01T10:00:00Z" * 40_000}),
    ]
    assert [answer.status_code for answer in refused] == [422, 414, 422, 422, 400, 422, 422, 400]
    assert max(len(answer.content) for answer in refused) < 20_000
