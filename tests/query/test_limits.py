"""A question takes no more than its time and its bytes, whatever Trino does: here, something that listens there."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from query.errors import AnswerTooLargeError, EngineAwayError, GivenUpError, TooSlowError
from query.limits import Limits
from query.settings import QuerySettings
from query.trino_client import TrinoClient


@pytest.fixture
def silent() -> Iterator[TrinoClient]:
    """What a stopped process is like: the kernel takes connections for it, and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield TrinoClient(QuerySettings(trino=f"127.0.0.1:{listening.getsockname()[1]}"))


class _Endless(BaseHTTPRequestHandler):
    """Answers each exchange at once, as Trino does, with 1,000 rows and where the next are."""

    protocol_version = "HTTP/1.1"
    cancelled: threading.Event

    def do_GET(self) -> None:
        self._send(200, _rows(self.headers["host"]))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.do_GET()

    def do_DELETE(self) -> None:
        self.cancelled.set()
        self._send(204, b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


def _rows(host: str) -> bytes:
    name = {"name": "x", "type": "varchar", "typeSignature": {"rawType": "varchar", "arguments": []}}
    url = f"http://{host}/"
    said = {"id": "q", "infoUri": url, "nextUri": url, "stats": {}, "columns": [name], "data": [["x" * 100]] * 1000}
    return orjson.dumps(said)


@pytest.fixture
def endless() -> Iterator[tuple[TrinoClient, threading.Event]]:
    """An answer without end, and whether it was cancelled."""
    _Endless.cancelled = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Endless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield TrinoClient(QuerySettings(trino=f"127.0.0.1:{server.server_address[1]}")), _Endless.cancelled
        server.shutdown()


def test_a_silent_trino_is_waited_for_no_longer_than_the_question_may_take(silent: TrinoClient) -> None:
    begun = time.monotonic()
    with pytest.raises(TooSlowError):
        silent.rows("select 1", (), Limits(0.5))
    assert time.monotonic() - begun < 2


def test_a_statement_that_trino_may_have_is_not_sent_again(silent: TrinoClient) -> None:
    begun = time.monotonic()
    with pytest.raises(EngineAwayError, match="it took a statement and said nothing"):
        silent.rows("select 1", (), Limits(30, exchange_seconds=1.5))
    assert time.monotonic() - begun < 2.9


def test_too_many_rows_are_cancelled(endless: tuple[TrinoClient, threading.Event]) -> None:
    client, cancelled = endless
    with pytest.raises(AnswerTooLargeError) as raised:
        client.rows("select 1", (), Limits(60, most_bytes=2 << 20))
    assert (raised.value.status, raised.value.errors[0].field) == (422, "by")
    assert "2 MiB" in raised.value.errors[0].reason
    assert cancelled.wait(10)


def test_all_exchanges_together_have_one_deadline(endless: tuple[TrinoClient, threading.Event]) -> None:
    client, cancelled = endless
    begun = time.monotonic()
    with pytest.raises(TooSlowError):
        client.rows("select 1", (), Limits(0.7))
    assert 0.7 <= time.monotonic() - begun < 3
    assert cancelled.wait(10)


def test_what_nobody_waits_for_is_cancelled(endless: tuple[TrinoClient, threading.Event]) -> None:
    client, cancelled = endless
    limits = Limits(60)
    threading.Timer(0.3, limits.give_up).start()
    with pytest.raises(GivenUpError):
        client.rows("select 1", (), limits)
    assert cancelled.wait(10)
