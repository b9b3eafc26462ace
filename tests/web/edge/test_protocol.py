"""What a client may hold without asking anything, on raw sockets."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import httpx
import pytest

MOST = 300
POST = b"POST /v1/streams/health/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
ALIVE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def connect(client: httpx.Client) -> socket.socket:
    return socket.create_connection(("127.0.0.1", client.base_url.port or 0), timeout=30)


def said(client: httpx.Client, *sent: bytes) -> bytes:
    """All that is answered before the service closes the connection."""
    with connect(client) as talk:
        try:
            for part in sent:
                talk.sendall(part)
            return b"".join(iter(lambda: talk.recv(65536), b""))
        except ConnectionError:
            return b""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b""),
        (b"GET /healthz HTTP/1.1\r\nHost: ", b"408"),
        (POST + b"Content-Length: 100\r\n\r\n{", b"408"),
        (CHUNKED + b"5\r\n{", b"408"),
        (POST + b"X: " + b"x" * 70_000, b"431"),
        (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", b"400"),
        (POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (POST + b"Transfer-Encoding: gzip, chunked, identity\r\n\r\n0\r\n\r\n", b"400"),
        (POST + b"Content-Length: -1\r\n\r\n{}", b"400"),
        (POST + b"Content-Length: 2\r\n X: folded\r\n\r\n{}", b"400"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
        (b"\0" * 100, b"400"),
    ],
)
def test_connection_is_closed(client: httpx.Client, sent: bytes, status: bytes) -> None:
    assert said(client, sent)[9:12] == status
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("endless", [b"0\r\nX: ", b"1;"])
def test_bytes_of_no_body_have_an_end(client: httpx.Client, endless: bytes) -> None:
    # Its client may be still sending when it is closed, and see no answer; only a stalled one gets 408.
    assert said(client, CHUNKED, endless + b"x" * 400_000)[9:12] in (b"431", b"")


def test_wrong_type_is_said_before_the_body(client: httpx.Client) -> None:
    head = POST.replace(b"json", b"xml") + b"Content-Length: 9\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    assert said(client, head)[9:12] == b"415"
    good = POST + b"Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n{}"
    assert said(client, good).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202")


def test_trailers_are_left_out(client: httpx.Client) -> None:
    body = b"2\r\n{}\r\n0\r\nContent-Type: text/plain\r\nX: y\r\n\r\n"
    with connect(client) as talk:
        talk.sendall(CHUNKED + body + ALIVE)
        answers = b""
        while answers.count(b"HTTP/1.1 ") < 2:
            answers += talk.recv(65536)
    assert [answer[:3] for answer in answers.split(b"HTTP/1.1 ")[1:]] == [b"202", b"200"]


def test_pipelined_requests_are_answered(client: httpx.Client) -> None:
    answers = said(client, ALIVE * 500, ALIVE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert answers.count(b"HTTP/1.1 200 OK") == 501


def test_idle_connections_make_room(client: httpx.Client) -> None:
    with ExitStack() as idle:
        for _ in range(MOST + 100):
            idle.enter_context(connect(client))
        with connect(client) as talk:
            talk.sendall(ALIVE)
            assert talk.recv(12) == b"HTTP/1.1 200"


def test_half_closed_client_is_answered(client: httpx.Client) -> None:
    with connect(client) as talk:
        talk.sendall(ALIVE)
        talk.shutdown(socket.SHUT_WR)
        assert talk.recv(12) == b"HTTP/1.1 200"
