"""No secret is in a log of any engine, in metrics, in the access log, or in what the machine shows of processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from access.errors import UnknownSubjectError
from access.store import AccessStore
from compose.embedded.stack import Stack
from iceberg.settings import LakeSettings
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from tests.integration.command_line import windowpane
from tests.integration.live_streams import await_true
from tests.web.access.secret_use import NAME, Used, use_secrets

pytestmark = pytest.mark.integration

OF_THE_HOME = ("postgres_admin", "postgres_password", "s3_secret_key", "trino_internal", "trino_jwt", "operator_key")
MADE = (NAME, "invited-by-a-test")


@pytest.fixture(scope="module")
def used(stack: Stack) -> Iterator[Used]:
    """Secrets that were used; the users of them are gone afterwards, so that the stack is open again."""
    store = AccessStore.open(LakeSettings().catalog_uri.get_secret_value())
    try:
        used = use_secrets(stack.url, store)
        kept = json.loads(stack.layout.secrets.read_text())
        used.secrets |= {name: kept[name] for name in OF_THE_HOME}
        yield used
    finally:
        for name in reversed(MADE):
            try:
                store.users.remove(name, even_last=True)
            except UnknownSubjectError:
                continue
        store.close()


def found(used: Used, places: dict[str, str]) -> list[tuple[str, str]]:
    """Which secret stands where."""
    return [(name, place) for name, secret in used.secrets.items() for place, text in places.items() if secret in text]


def test_answers_hold_no_secret(used: Used) -> None:
    assert found(used, {"answers": used.told}) == []


def test_metrics_and_documents_hold_no_secret(stack: Stack, used: Used) -> None:
    headers = {"Authorization": f"Bearer {used.secrets['key']}"}
    address = stack.url.rstrip("/")
    answers = {path: httpx.get(f"{address}{path}", headers=headers) for path in ("/metrics", "/v1/openapi.json")}
    assert [answer.status_code for answer in answers.values()] == [200, 200]
    assert found(used, {path: answer.text for path, answer in answers.items()}) == []


def test_logs_hold_no_secret(stack: Stack, used: Used) -> None:
    logs = {str(path): path.read_text(errors="replace") for path in _files(stack.layout.log)}
    assert any('"event": "request"' in text for text in logs.values())
    assert found(used, logs) == []


def test_processes_show_no_secret(stack: Stack, used: Used) -> None:
    supervisor = psutil.Process(stack.supervisor.pid)
    shown = {str(each.pid): " ".join(each.cmdline()) for each in (supervisor, *supervisor.children(recursive=True))}
    assert len(shown) > 6
    assert found(used, shown) == []


def test_commands_print_no_secret(stack: Stack, used: Used) -> None:
    done = {words: windowpane(stack, *words.split()) for words in ("status --json", "users list", "keys list")}
    assert found(used, {words: each.stdout + each.stderr for words, each in done.items()}) == []


def test_the_access_log_holds_no_secret(used: Used) -> None:
    """It is there within seconds, and names nobody whom there is not."""
    trino = TrinoClient(QuerySettings())

    def lines() -> list[str]:
        rows, _ = trino.rows("select from_utf8(payload) from access_log.events where payload is not null")
        return [str(row[0]) for row in rows]

    await_true(lambda: any(f'"who":"{NAME}"' in line for line in lines()), 120, "the login is in the access log")
    await_true(lambda: any('"outcome":"refused"' in line for line in lines()), 120, "and what was refused")
    assert found(used, {"access_log.events": "\n".join(lines())}) == []


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
