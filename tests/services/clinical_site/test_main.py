"""The service as it is started: by its command, with a file of users."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.conftest import free_port

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-m", "services.clinical_site")


def answered(url: str, process: subprocess.Popen[bytes]) -> httpx.Response:
    """Its first answer, within a minute."""
    until = time.monotonic() + 60
    while True:
        try:
            return httpx.get(url, headers={"Authorization": "Bearer x"})
        except httpx.TransportError:
            assert process.poll() is None
            assert time.monotonic() < until


def test_sites_are_served(tmp_path: Path) -> None:
    users, port = tmp_path / "users.toml", free_port()
    users.write_text('[puller]\ntoken = "x"\napis = ["east/patients"]\n', "utf-8")
    options = ("--users", str(users), "--port", str(port), "--sites", "east,west", "--days", "1")
    process = subprocess.Popen([*COMMAND, *options], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        assert answered(f"{url}/", process).json()["sites"] == ["east", "west"]
        first = answered(f"{url}/east/v1/patients?limit=5", process).json()
        assert len(first["data"]) == 5
        assert first["next"].startswith(f"{url}/east/v1/patients?")
        assert answered(f"{url}/west/v1/patients", process).status_code == 403
    finally:
        process.terminate()
        process.wait(30)


def test_wrong_users_are_said(tmp_path: Path) -> None:
    users = tmp_path / "users.toml"
    users.write_text('[puller]\ntoken = "x"\napis = ["beds"]\n', "utf-8")
    ended = subprocess.run([*COMMAND, "--users", str(users)], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "puller.apis has 'beds', which is not SITE/API" in ended.stderr
    assert "Traceback" not in ended.stderr
