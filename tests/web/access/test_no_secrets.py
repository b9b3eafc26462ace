"""No secret is in what the service logs, measures, tells the access log or answers, whatever is sent where.

With all engines: tests/integration/access/test_no_secrets.py.
"""

from __future__ import annotations

import httpx
import orjson
import pytest

from access.store import AccessStore
from tests.web.access.secret_use import NAME, use_secrets
from tests.web.served import away, served, users_kept
from web.app import create_app


def test_no_secret_is_told(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[bytes] = []
    with away(), users_kept() as uri:
        monkeypatch.setenv("WINDOWPANE_LIMIT_UNKNOWN_REQUESTS", "1000")
        monkeypatch.setattr("access.log.KafkaSender.__call__", lambda _, sent: lines.extend(sent))
        store = AccessStore.open(uri)
        with served(create_app(AccessStore.open(uri))) as url:
            used = use_secrets(url, store)
            headers = {"Authorization": f"Bearer {used.secrets['key']}"}
            metrics = httpx.get(f"{url}/metrics", headers=headers)
            document = httpx.get(f"{url}/v1/openapi.json", headers=headers)
        store.close()
    assert metrics.status_code == document.status_code == 200
    out, err = capfd.readouterr()
    assert '"event": "request"' in out
    told = [orjson.loads(line) for line in lines]
    assert {(line["did"], line["outcome"]) for line in told} >= {("log_in", "refused"), ("log_in", "done")}
    assert {line["who"] for line in told if line["did"] == "log_in"} == {NAME, "?"}
    places = {
        "answers": used.told,
        "log": out + err,
        "metrics": metrics.text,
        "openapi.json": document.text,
        "access log": b"\n".join(lines).decode(),
    }
    found = [(name, place) for name, secret in used.secrets.items() for place, text in places.items() if secret in text]
    assert found == []
