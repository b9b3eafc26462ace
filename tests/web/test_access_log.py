"""The access log over HTTP: nobody sends to it, what it lacks is in the metrics, and it is no reader's first stream."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from access.grants import checked_grant
from access.log import TOPIC
from access.store import AccessStore
from tests.definitions import SHIPPED
from tests.web.served import away, served, users_kept
from web.app import create_app

MESSAGE = {"time": "2026-03-01T10:17:02Z", "who": "eve", "door": "key", "did": "ask", "outcome": "done", "stream": "-"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, AccessStore]]:
    """The address of a service without users, which has a second stream of the log's topic, and its records."""
    folder = tmp_path_factory.mktemp("streams")
    for path in SHIPPED.values():
        shutil.copyfile(path, folder / path.name)
    forged = SHIPPED["access_log"].read_text("utf-8").replace('sent_by = "windowpane"\n', "")
    (folder / "forged.toml").write_text(forged, "utf-8")
    with away(), users_kept() as uri, pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINDOWPANE_STREAMS", str(folder))
        with served(create_app(AccessStore.open(uri))) as url:
            store = AccessStore.open(uri)
            yield url, store
            store.close()


def keys(store: AccessStore) -> dict[str, str]:
    """Of an administrator, and of one who was granted the log whole."""
    made = {}
    for name in ("root", "clerk"):
        store.users.add(name, by="test", administrator=name == "root")
        made[name] = store.keys.create(name, "test")[1]
    store.grants.add(checked_grant("user:clerk", "access_log", ["administer"], {}, []), by="test")
    return made


def test_nobody_sends_to_it(house: tuple[str, AccessStore]) -> None:
    url, store = house
    statuses = {}
    for stream in ("access_log", "forged", "health"):
        statuses[stream] = httpx.post(f"{url}/v1/streams/{stream}/messages", json=[]).status_code
    assert statuses == {"access_log": 403, "forged": 403, "health": 202}
    try:
        for key in keys(store).values():
            headers = {"Authorization": f"Bearer {key}"}
            answer = httpx.post(f"{url}/v1/streams/access_log/messages", json=MESSAGE, headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (403, "urn:windowpane:problem:forbidden")
    finally:
        for name in ("clerk", "root"):
            store.users.remove(name, even_last=True)


def test_what_it_lacks_is_measured(house: tuple[str, AccessStore]) -> None:
    url, _ = house
    metrics = httpx.get(f"{url}/metrics").text
    assert 'windowpane_access_log_lost_total{did="log_in"} 0.0' in metrics
    assert "windowpane_access_log_waiting " in metrics


def test_it_comes_last(house: tuple[str, AccessStore]) -> None:
    url, _ = house
    listed = [each["stream"] for each in httpx.get(f"{url}/v1/streams").json()["streams"]]
    assert listed[-1] == "access_log"
    assert set(listed) == {
        "access_log",
        "admissions",
        "forged",
        "health",
        "lab_results",
        "page_views",
        "patients",
        "web_events",
    }


def test_its_definition_says_who_sends(house: tuple[str, AccessStore]) -> None:
    url, _ = house
    assert httpx.get(f"{url}/v1/streams/access_log").json()["sent_by"] == "windowpane"
    assert "sent_by" not in httpx.get(f"{url}/v1/streams/health").json()


def test_shipped_definition_is_where_the_writer_sends(house: tuple[str, AccessStore]) -> None:
    url, _ = house
    assert httpx.get(f"{url}/v1/streams/access_log").json()["topic"] == TOPIC
    assert Path(SHIPPED["access_log"]).parts[-3] == "access"
