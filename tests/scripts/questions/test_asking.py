"""Questions go to the running service, whose refusals are one line; whoever else has its port is not believed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import scripts.streams.known_streams
from scripts.questions.asking import RefusedError, ask, get
from services.operator import os_user
from services.settings import ServiceSettings
from streams.errors import UnknownNameError
from tests.iceberg.lakes import open_local

PROBLEM = "application/problem+json"
UNKNOWN = {"type": "…/unknown-stream", "status": 404, "title": "No such stream", "detail": "There is none."}
WRONG = {
    "type": "…/invalid-values", "status": 422, "title": "t", "detail": "d",
    "errors": [{"field": "end", "reason": "must be after start"}, {"field": "by", "reason": "x"}],
}  # fmt: skip


heads: list[Message] = []
"""Of the requests to what answers now."""


@contextmanager
def answering(status: int, kind: str, body: str) -> Iterator[list[str]]:
    """Something that answers each request so; the paths that it was asked."""
    paths: list[str] = []
    heads.clear()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            heads.append(self.headers)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WINDOWPANE_KAFKA", "127.0.0.1:1")
            patch.setenv("WINDOWPANE_PORT", str(server.server_port))
            yield paths
        server.shutdown()


@pytest.fixture(autouse=True)
def lake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A lake that holds no stream."""
    catalog = open_local(tmp_path)
    monkeypatch.setattr(scripts.streams.known_streams, "open_catalog", lambda _: catalog)
    for name in ("CATALOG_URI", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"):
        monkeypatch.setenv(f"WINDOWPANE_{name}", "127.0.0.1:1")


def test_the_service_is_asked_with_the_names_of_the_api() -> None:
    with answering(200, "application/json", '{"groups": []}') as paths:
        assert ask("health", "window", [("start", "2026-03-01T10:17:00+01:00"), ("service", "a&b c")]) == {"groups": []}
    assert paths == ["/v1/streams/health/window?start=2026-03-01T10%3A17%3A00%2B01%3A00&service=a%26b+c"]


def test_a_refusal_names_each_field() -> None:
    with answering(422, PROBLEM, json.dumps(WRONG)), pytest.raises(RefusedError) as refused:
        ask("health", "window", [])
    assert (str(refused.value), refused.value.status) == ("end: must be after start; by: x", 422)


def test_an_engine_that_is_away_is_named() -> None:
    away = {"type": "…/engine-away", "status": 503, "title": "t", "detail": "trino does not answer; try again soon"}
    with answering(503, PROBLEM, json.dumps(away)), pytest.raises(RefusedError, match="trino does not answer"):
        ask("health", "window", [])


def test_a_wrong_name_is_set_right() -> None:
    with answering(404, PROBLEM, json.dumps(UNKNOWN)):
        with pytest.raises(UnknownNameError, match="did you mean page_views"):
            ask("page_view", "window", [])
        # A stream of this name is declared, but the service does not know it yet.
        with pytest.raises(RefusedError, match=r"There is none\."):
            ask("health", "window", [])


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (401, PROBLEM, json.dumps(UNKNOWN)),
        (200, "text/html", "<html>"),
        (404, "text/html", "no"),
        (404, "application/json", "{}"),
        (200, "x/y", "[]"),
    ],
)
def test_another_program_is_not_believed(status: int, kind: str, body: str) -> None:
    with answering(status, kind, body):
        assert get(ServiceSettings(), "/v1/engines") is None


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDOWPANE_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("WINDOWPANE_PORT", "1")
    assert get(ServiceSettings(), "/v1/engines") is None


def test_the_operator_is_told_by_the_key_of_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDOWPANE_OPERATOR_KEY", "wpo_x")
    with answering(200, "application/json", "{}"):
        assert get(ServiceSettings(), "/v1/engines") == {}
        assert (heads[0]["Authorization"], heads[0]["X-Windowpane-Operator"]) == ("Bearer wpo_x", os_user())
        monkeypatch.delenv("WINDOWPANE_OPERATOR_KEY")
        get(ServiceSettings(), "/v1/engines")
        assert "Authorization" not in heads[1]
