from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from compose.embedded.ports import LOOPBACK
from compose.embedded.probes import Addresses, listens, probe
from streams.broker_probe import is_api_versions

KEYS = b"".join(struct.pack(">hhh", key, 0, 9) for key in (0, 1, 18))


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """Somebody who listens and says this to everybody; the port."""
    with socket.create_server((LOOPBACK, 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(1000)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (struct.pack(">ihi", 7, 0, 3) + KEYS, True),
        (struct.pack(">ihi", 8, 0, 3) + KEYS, False),
        (struct.pack(">ihi", 7, 35, 3) + KEYS, False),
        (struct.pack(">ihi", 7, 0, 2) + KEYS, False),
        (struct.pack(">ihi", 7, 0, 1) + KEYS[:6], False),
    ],
)
def test_only_a_broker_answers_its_request(answer: bytes, right: bool) -> None:
    assert is_api_versions(answer, 7) is right


@pytest.mark.parametrize(
    "answer", [b"\0" * 8, b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 403 No\r\n\r\n", b"[]"]
)
@pytest.mark.parametrize("engine", ["postgres", "objectstore", "kafka", "jobmanager", "taskmanager", "trino"])
def test_somebody_else_is_not_taken_for_an_engine(engine: str, answer: bytes) -> None:
    with answering(answer) as port:
        here = f"{LOOPBACK}:{port}"
        uri = f"postgresql://u:p@{here}/d"
        assert not probe(engine, Addresses(here, here, here, here, here, here, here, uri))


def test_listener_belongs_to_a_process() -> None:
    with answering(b"") as port:
        assert listens(os.getpid(), {port})
        assert listens(os.getppid(), {port})
        assert not listens(os.getpid(), {port, 1})
        assert not listens(os.getpid() + 1_000_000_000 % (1 << 22), {port})
