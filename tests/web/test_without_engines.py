"""The whole service where PostgreSQL listens alone: it starts, says what is away, and judges input all the same."""

from __future__ import annotations

import gzip
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from streams.problems import StreamProblem, note_problems
from tests.corpus import HEALTH, SQL_INJECTIONS
from tests.definitions import SHIPPED
from tests.web.served import serving
from web.edge.middleware import SECURITY_HEADERS
from web.server import configuration
from web.settings import WebSettings

WINDOW = "start=2026-03-01T10:00:00Z&end=2026-03-01T11:00:00Z"


@pytest.mark.usefixtures("without_engines")
def test_a_file_that_cannot_be_read_stops_no_other_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the keeper noted of another one is said, too."""
    (tmp_path / "health.toml").write_bytes(SHIPPED["health"].read_bytes())
    (tmp_path / "page_views.toml").write_text("title =")
    note_problems(tmp_path, {"health": StreamProblem("Flink refused its job", "2026-03-01T10:00:00Z")})
    monkeypatch.setenv("WINDOWPANE_STREAMS", str(tmp_path))
    monkeypatch.setenv("WINDOWPANE_HOME", str(tmp_path))
    with serving(configuration(WebSettings())) as url:
        streams = httpx.get(f"{url}/readyz", timeout=30).json()["streams"]
        assert httpx.get(f"{url}/v1/streams/health").status_code == 200
        page = httpx.get(f"{url}/streams", timeout=30).text
    assert "Flink refused its job" in page
    assert "<strong>page_views</strong>: page_views.toml: file: cannot be read" in page
    assert streams["health"] == "nothing committed yet; Flink refused its job"
    assert streams["page_views"].startswith("page_views.toml: file: cannot be read")


def test_alive_but_not_ready(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["streams"] == dict.fromkeys(SHIPPED, "nothing committed yet")
    assert all(answer.json()["engines"][name] != "ok" for name in ("kafka", "trino"))
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["window?", "series?step=hour&"])
def test_questions_wait_for_engines(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/v1/streams/health/{path}{WINDOW}")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [("/replays/x", 404, "No such replay"), ("/replays", 200, "Replays"), ("/replays/7", 404, "No such replay")],
)
def test_replays_say_what_is_wrong(client: httpx.Client, path: str, status: int, part: str) -> None:
    answer = client.get(path, headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert part in answer.text


def test_page_says_which_engine(client: httpx.Client) -> None:
    answer = client.get("/", headers={"accept": "text/html"})
    assert answer.status_code == 503
    assert "An engine does not answer" in answer.text
    assert "Try again" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/v1/streams/nope/window", 404, "unknown-stream"),
        ("GET", "/v1/streams/health%00/window", 404, "unknown-stream"),
        ("GET", "/v1/streams/nope", 404, "unknown-stream"),
        ("GET", "/v1/replays/seven", 404, "unknown-replay"),
        ("GET", "/v1/replays/99999999999", 404, "unknown-replay"),
        ("GET", "/v1/replays/7", 404, "unknown-replay"),
        ("GET", "/v1/history?stream=nope", 404, "unknown-stream"),
        ("POST", "/v1/replays", 405, "method-not-allowed"),
        ("GET", "/v1/nope", 404, "not-found"),
        ("GET", "/v1/streams/health/nope/", 404, "not-found"),
        ("GET", "/static/x/..%2f..%2fapp.py", 404, "not-found"),
        ("GET", "/static/x/", 404, "not-found"),
        ("GET", "/static/x/%00", 404, "not-found"),
        ("GET", "/static/x/" + "a" * 3000, 404, "not-found"),
        ("POST", "/v1/streams/health/window", 415, "unsupported-type"),
        ("PUT", "/v1/streams/health/window", 405, "method-not-allowed"),
        ("GET", "/v1/streams/health/messages", 405, "method-not-allowed"),
        ("PUT", "/v1/streams", 405, "method-not-allowed"),
        ("GET", "/v1/streams/health/window", 422, "invalid-values"),
        ("GET", "/v1/streams/health/window?start=x&end=y", 400, "unparseable"),
        ("GET", f"/v1/streams/health/window?{WINDOW}&by=nope", 422, "invalid-values"),
        ("GET", f"/v1/streams/health/window?{WINDOW}&nope=1", 422, "invalid-values"),
        ("GET", f"/v1/streams/health/series?{WINDOW}&step=week", 422, "invalid-values"),
        ("GET", "/v1/streams/health/rejected?start=2026-03-01T10:00&end=2026-03-01T11:00Z", 422, "invalid-values"),
    ],
)
def test_problem_kinds(client: httpx.Client, method: str, path: str, status: int, kind: str) -> None:
    answer = client.request(method, path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:windowpane:problem:{kind}")
    assert answer.json()["status"] == status


@pytest.mark.parametrize("path", ["/", "/v1/streams", "/metrics", "/static/x/style.css", "/nope"])
def test_other_names_are_refused(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["type"]) == (421, "urn:windowpane:problem:misdirected")
    assert client.get(path, headers={"host": "localhost:1"}).status_code != 421


def test_unknown_streams_are_told_nothing_of_others(client: httpx.Client) -> None:
    paths = ("/v1/streams/{}", "/v1/streams/{}/window", "/v1/replays?stream={}", "/?stream={}", "/rejected/{}")
    for path in paths:
        answer = client.get(path.format("nope"))
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no stream of that name.")
    page = client.get("/?stream=nope", headers={"accept": "text/html"}).text
    assert ("health" in page.lower(), "page_views" in page) == (False, False)
    posted = client.post("/v1/streams/nope/messages", content=b"{}", headers={"content-type": "application/json"})
    assert posted.json()["detail"] == "There is no stream of that name."


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {}, 415),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"{}", {"content-type": "application/json", "content-encoding": "br"}, 415),
        (b"", {"content-type": "application/json"}, 400),
        (b'{"serviceName": ', {"content-type": "application/json"}, 400),
        (b"\xff\xfe{}", {"content-type": "application/json"}, 400),
        (b'[{"a": 1}, nope]', {"content-type": "application/json; charset=utf-8"}, 400),
        (b"not gzip", {"content-type": "application/json", "content-encoding": "gzip"}, 400),
        (b" " * (17 << 20), {"content-type": "application/json"}, 413),
        (gzip.compress(b" " * (17 << 20)), {"content-type": "application/json", "content-encoding": "gzip"}, 413),
        (b"{}\n" * 2001, {"content-type": "application/x-ndjson"}, 413),
    ],
)
def test_bad_bodies_are_refused(client: httpx.Client, body: bytes, headers: dict[str, str], status: int) -> None:
    answer = client.post("/v1/streams/health/messages", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["start", "end", "by", "as_known_at", "quantiles", "step", "measure", "stream"])
def test_injections_are_refused_before_any_engine(client: httpx.Client, name: str) -> None:
    span = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T11:00:00Z", "step": "hour"}
    for text in SQL_INJECTIONS:
        address = f"/v1/streams/{quote(text, safe='')}/series" if name == "stream" else "/v1/streams/health/series"
        answer = client.get(address, params=span if name == "stream" else {**span, name: text})
        assert answer.headers["content-type"] == "application/problem+json", text
        assert answer.status_code in (400, 404, 422) or (name, text) == ("quantiles", "0"), text


@pytest.mark.parametrize(
    "broken", [b'{"a":' + b"[" * 70 + b" garbage}", b'{"a":"' + b"x" * (1 << 20) + b'"} garbage', b"\xff"]
)
def test_broken_array_is_refused_whole(client: httpx.Client, broken: bytes) -> None:
    body = b"[" + HEALTH + b",\n" + broken + b"]"
    answer = client.post("/v1/streams/health/messages", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert "line 2, column" in answer.json()["detail"]


def test_rejections_are_listed_in_part(client: httpx.Client) -> None:
    headers = {"content-type": "application/x-ndjson"}
    answer = client.post("/v1/streams/health/messages", content=b"{}\n" * 1500, headers=headers).json()
    assert (answer["accepted"], len(answer["rejected"]), answer["more_rejected"]) == (0, 1000, 500)


def test_body_without_length_is_bounded(client: httpx.Client) -> None:
    chunks = (b" " * (1 << 20) for _ in range(18))
    answer = client.post("/v1/streams/health/messages", content=chunks, headers={"content-type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("body", "rejected"),
    [
        (b"[]", []),
        (b"42", [{"index": 0, "field": None, "reason": "not an object"}]),
        (b"[null, []]", [{"index": 0, "field": None, "reason": "not an object"}] * 1),
        (b"[" * 1000 + b"]" * 1000, [{"index": 0, "field": None, "reason": "nested too deeply"}]),
        (b'{"serviceName": "a"}', [{"index": 0, "field": "Timestamp", "reason": "missing"}]),
        (b'{"a": "' + b"x" * (1 << 20) + b'"}', [{"index": 0, "field": None, "reason": "larger than 1 MiB"}]),
    ],
)
def test_rejections_are_answered_without_kafka(client: httpx.Client, body: bytes, rejected: list[object]) -> None:
    answer = client.post("/v1/streams/health/messages", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 0
    assert answer.json()["rejected"][: len(rejected)] == rejected


@pytest.mark.parametrize("path", ["/", "/streams", "/v1/streams", "/nope", "/metrics", "/healthz"])
def test_every_answer_is_guarded(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"x-request-id": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_odd_request_ids_are_replaced(client: httpx.Client) -> None:
    assert len(client.get("/healthz", headers={"x-request-id": "a b"}).headers["x-request-id"]) == 32


def test_pages_have_no_inline_code(client: httpx.Client) -> None:
    for path in ("/", "/streams", "/?start=bad", "/?stream=nope"):
        text = client.get(path, headers={"accept": "text/html"}).text
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick=" not in text


def test_form_is_redirected_to_tidy_url(client: httpx.Client) -> None:
    query = "stream=health&start=2026-03-01T09:00&end=2026-03-01T10:00&zone=UTC&by=&by=service&where.service=&known="
    answer = client.get(f"/?{query}&shown=|UTC", follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"] == ("/?stream=health&start=2026-03-01T09%3A00Z&end=2026-03-01T10%3A00Z&zone=UTC")


@pytest.mark.parametrize(
    "query",
    [
        "start=2026-02-30T00:00&end=x",
        "start=2026-03-01T10:00&end=2026-03-01T09:00",
        "zone=%00",
        "by=%3Cscript%3E",
        "range=%27--",
        "start=0001-01-01T00:00&end=9999-12-31T23:59&zone=Pacific/Kiritimati",
    ],
)
def test_bad_form_says_so_beside_the_field(client: httpx.Client, query: str) -> None:
    answer = client.get(f"/?{query}", headers={"accept": "text/html"})
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.text
    assert "<script>" not in answer.text


def test_metrics_are_prometheus_text(client: httpx.Client) -> None:
    client.get("/v1/streams")
    text = client.get("/metrics").text
    assert 'windowpane_http_requests_total{method="GET",route="/v1/streams",status="200"}' in text
    assert "process_resident_memory_bytes" in text


def test_zone_is_remembered_from_the_form(client: httpx.Client) -> None:
    with httpx.Client(base_url=client.base_url, timeout=30) as reader:
        assert '<option value="UTC" selected>' in reader.get("/").text
        reader.get("/?zone=Asia/Tokyo")  # a link of somebody else
        assert "zone" not in reader.cookies
        answer = reader.get("/?stream=health&range=1h&zone=Asia/Kolkata&shown=1h|UTC", follow_redirects=False)
        assert "SameSite=lax" in answer.headers["set-cookie"]
        assert '<option value="Asia/Kolkata" selected>' in reader.get("/").text
        assert "Arrived from (Asia/Kolkata)" in reader.get("/rejected/health").text
        assert "Cookie" in reader.get("/").headers["vary"]


def test_reversed_window_has_no_length(client: httpx.Client) -> None:
    answer = client.get("/rejected/health?start=2026-03-02T10:00Z&end=2026-03-01T10:00Z")
    assert answer.status_code == 422
    assert "day" not in answer.text.split('class="headline"')[1].split("</div>")[0]


def test_csv_says_what_is_wrong(client: httpx.Client) -> None:
    assert client.get("/window.csv?start=x&end=y").status_code == 422
    assert client.get("/window.csv").status_code == 503


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/docs/api", ["/v1/streams/{stream}/window", "curl 'http://127.0.0.1:", "Run it here"]),
        ("/streams/health", ["serviceName", "at most RAM.Total", "kcat -P -b 127.0.0.1:", "lake.health.minutes"]),
        ("/engines", ["flink does not answer", "nothing committed yet", "None has run yet"]),
    ],
)
def test_pages_to_look_up_need_no_engine(client: httpx.Client, path: str, parts: list[str]) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert [part for part in parts if part not in answer.text] == []
    assert "{{" not in answer.text


def test_standing_names_what_is_away(client: httpx.Client) -> None:
    standing = client.get("/v1/engines").json()
    assert all(standing["engines"][name] != "ok" for name in ("kafka", "trino", "flink"))
    stream = standing["streams"]["health"]
    assert (stream["state"], stream["job"], stream["lag"], stream["accepted"]) == (
        "nothing committed yet", None, None, None,
    )  # fmt: skip
