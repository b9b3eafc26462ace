from __future__ import annotations

from pathlib import Path

import pytest

from compose.embedded.endings import FAILING, Endings, last_error

KAFKA = """\
[2026-11-28] INFO Kafka Server starting
[2026-11-28] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)
org.apache.kafka.common.KafkaException: Socket server failed to bind to 127.0.0.1:9092: Address already in use.
\tat kafka.network.Acceptor.openServerSocket(SocketServer.scala:730)
Caused by: java.net.BindException: Address already in use
\tat java.base/sun.nio.ch.Net.bind0(Native Method)
\t... 12 more
"""


def test_ends_of_late_count(tmp_path: Path) -> None:
    now = [1000.0]
    endings = Endings(tmp_path / "endings.json", lambda: now[0])
    assert endings.failing() == set()
    for _ in range(FAILING):
        endings.note("kafka")
        endings.note("trino")
        now[0] += 10
    assert endings.failing() == {"kafka", "trino"}
    endings.forget("kafka")
    assert endings.failing() == {"trino"}
    now[0] += 170
    assert endings.failing() == set()
    now[0] += 440
    endings.note("trino")
    assert endings.failing() == set()


@pytest.mark.parametrize(
    ("log", "error"),
    [
        (KAFKA, "Caused by: java.net.BindException: Address already in use"),
        ("one\ntwo\n\n", "two"),
        ("", ""),
        ("FATAL: could not create any TCP/IP sockets\nLOG: shut down\n", "FATAL: could not create any TCP/IP sockets"),
    ],
)
def test_error_is_found_among_lines(tmp_path: Path, log: str, error: str) -> None:
    assert last_error(tmp_path / "none.log") == ""
    (tmp_path / "a.log").write_text(log)
    assert last_error(tmp_path / "a.log") == error


def test_record_needs_no_more_room(tmp_path: Path) -> None:
    """Not even on a full disk."""
    path = tmp_path / "endings.json"
    endings = Endings(path)
    endings.clear()
    before = path.stat()
    for name in ("postgres", "objectstore", "kafka", "jobmanager", "taskmanager", "trino", "web", "keeper", "agent"):
        for _ in range(50):
            endings.note(name)
    assert (path.stat().st_ino, path.stat().st_size) == (before.st_ino, before.st_size)
    assert len(endings.failing()) == 9
