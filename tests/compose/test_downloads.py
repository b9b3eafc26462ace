"""Transfers, against a real HTTP server in a thread."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from compose.embedded.downloads import fetch
from compose.embedded.jar_cache import is_intact, missing
from compose.embedded.jars import Jar
from compose.errors import InstallError

CONTENT = bytes(range(256)) * 4096
JAR = Jar("test", "org.example", "thing", "jar", "", "1.0", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


class Repository(BaseHTTPRequestHandler):
    """Serves one file, whole or from an offset; notes the ranges it was asked for."""

    ranges: list[str | None]

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.ranges.append(asked)
        if self.path != f"/{JAR.path}":
            self.send_error(404)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start:])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def ranges() -> list[str | None]:
    return []


@pytest.fixture
def repository(ranges: list[str | None]) -> Iterator[str]:
    handler = type("Handler", (Repository,), {"ranges": ranges})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_file_arrives_and_is_counted(tmp_path: Path, repository: str) -> None:
    counted: list[int] = []
    fetch([JAR], tmp_path, counted.append, [repository])
    assert (tmp_path / JAR.path).read_bytes() == CONTENT
    assert sum(counted) == len(CONTENT)
    assert missing([JAR], tmp_path) == []


def test_interrupted_transfer_is_resumed(tmp_path: Path, repository: str, ranges: list[str | None]) -> None:
    part = tmp_path / (JAR.path + ".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:1000])
    fetch([JAR], tmp_path, lambda _: None, [repository])
    assert ranges == ["bytes=1000-"]
    assert is_intact(JAR, tmp_path)


def test_wrong_content_is_refused(tmp_path: Path, repository: str) -> None:
    part = tmp_path / (JAR.path + ".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"\xff" * 1000)
    with pytest.raises(InstallError, match="differs from the one that was locked"):
        fetch([JAR], tmp_path, lambda _: None, [repository])
    assert not part.exists()
    assert missing([JAR], tmp_path) == [JAR]


def test_next_repository_is_tried(tmp_path: Path, repository: str) -> None:
    fetch([JAR], tmp_path, lambda _: None, [f"{repository}/elsewhere", repository])
    assert is_intact(JAR, tmp_path)


def test_file_nobody_has_is_named(tmp_path: Path, repository: str) -> None:
    with pytest.raises(InstallError, match=r"thing-1\.0\.jar could not be fetched .*404"):
        fetch([JAR], tmp_path, lambda _: None, [f"{repository}/elsewhere"])


def test_damaged_file_is_not_intact(tmp_path: Path, repository: str) -> None:
    fetch([JAR], tmp_path, lambda _: None, [repository])
    (tmp_path / JAR.path).write_bytes(CONTENT[:-1] + b"\0")
    assert not is_intact(JAR, tmp_path)
