"""The database of countries: from a registry as npm is configured, the pinned one or none."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from compose.embedded import countries as module
from compose.embedded.countries import Pinned, countries, registry
from compose.errors import InstallError

CONTENT = b"a database" * 1000


def packed() -> bytes:
    with io.BytesIO() as file:
        with tarfile.open(fileobj=file, mode="w:gz") as tar:
            member = tarfile.TarInfo("package/x.mmdb")
            member.size = len(CONTENT)
            tar.addfile(member, io.BytesIO(CONTENT))
        return file.getvalue()


PACKED = packed()
PINNED = Pinned(
    "@some/thing", "1.2", len(PACKED), hashlib.sha256(PACKED).hexdigest(), "package/x.mmdb",
    hashlib.sha256(CONTENT).hexdigest(),
)  # fmt: skip


class Registry(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.path == "/npm/@some/thing/-/thing-1.2.tgz"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(PACKED if found else b"")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/npm/"
        monkeypatch.setenv("npm_config_registry", url)
        yield url
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("address")
def test_it_is_fetched_once(tmp_path: Path) -> None:
    said: list[str] = []
    first = countries(tmp_path, said.append, PINNED)
    assert first is not None
    assert first.read_bytes() == CONTENT
    assert countries(tmp_path, said.append, PINNED) == first
    assert said == ["Fetching the database of countries"]
    assert [*first.parent.iterdir()] == [first]


@pytest.mark.usefixtures("address")
@pytest.mark.parametrize(
    "pinned",
    [
        replace(PINNED, sha256="0" * 64),
        replace(PINNED, member_sha256="0" * 64),
        replace(PINNED, member="x"),
        replace(PINNED, version="2"),
    ],
)
def test_another_is_not_taken(tmp_path: Path, pinned: Pinned) -> None:
    said: list[str] = []
    assert countries(tmp_path, said.append, pinned) is None
    assert said[-1].startswith("No countries are known until it can be fetched")


def test_registry_is_as_npm_is_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    configured = tmp_path / "npmrc"
    monkeypatch.setattr(module, "_CONFIGURATIONS", (str(configured),))
    with pytest.raises(InstallError, match="set npm_config_registry"):
        registry()
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho https://mirror.example.org/npm/\n")
    npm.chmod(0o755)
    assert registry() == "https://mirror.example.org/npm"
    configured.write_text("fund=false\nregistry = https://packages.example.org/npm/\n")
    assert registry() == "https://packages.example.org/npm"
    monkeypatch.setenv("npm_config_registry", "https://own.example.org/")
    assert registry() == "https://own.example.org"
