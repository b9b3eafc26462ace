"""Whoever tries to reach what is another's is answered as of what is nobody's, whatever the spelling, by every door."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

import httpx
import psycopg
import pytest

from access.grants import checked_grant
from access.store import AccessStore
from tests.conftest import free_port
from tests.database.postgres import own_postgres
from tests.definitions import SHIPPED
from tests.web.access.tries import SPAN, Try, answer_of, field_try, row_try, stream_try, subject_try
from tests.web.served import patch_engines, serving
from web.server import configuration
from web.settings import WebSettings

CANARY = "ptarmigan"
"""In every text of another's that nobody but its owner may read; no request says it."""

STREAMS = {"own": "Mine", "common": "Everybody's", "partly": "With hidden names", "otherz": f"Of others, {CANARY}"}


@dataclass(frozen=True)
class House:
    """A service with two tenants. `key`: of ann, who tries; `ids`: what is bob's, by kind."""

    client: httpx.Client
    key: str
    bobs_key: str
    ids: dict[str, str]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("tenants") / "streams"
    folder.mkdir()
    text = SHIPPED["page_views"].read_text("utf-8").split("# How `windowpane")[0]
    for name, title in STREAMS.items():
        named = text.replace('topic = "page_views"', f'topic = "{name}"').replace('"Page views"', f'"{title}"')
        (folder / f"{name}.toml").write_text(named.replace("How many pages", f"{title}: how many pages"), "utf-8")
    with (
        tempfile.TemporaryDirectory(prefix="windowpane-") as socket,
        own_postgres(Path(socket)) as uri,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch_engines(patch, f"127.0.0.1:{free_port()}")
        for name, value in {
            "CATALOG_URI": uri,
            "STREAMS": str(folder),
            "HOME": str(folder.parent / "home"),
            "LIMIT_REQUESTS": "1000000",
            "LIMIT_UNKNOWN_REQUESTS": "1000000",
            "LIMIT_QUESTIONS_WAITING": "1000",
        }.items():
            patch.setenv(f"WINDOWPANE_{name}", value)
        store = AccessStore.open(uri)
        store.users.any()  # which makes the tables
        with psycopg.connect(uri, autocommit=True) as postgres:
            # Ids that stand nowhere by chance.
            postgres.execute("alter table windowpane.grants alter column id restart with 77041")
        keys, ids = _tenants(store)
        with serving(configuration(WebSettings())) as url, httpx.Client(base_url=url, timeout=30) as client:
            yield House(client, keys["ann"], keys["bob"], ids)
        store.close()


def _tenants(store: AccessStore) -> tuple[dict[str, str], dict[str, str]]:
    """Ann may see a part of two streams, and one of her own; bob another one, and the other part."""
    store.users.add("root", by="test", administrator=True, title=f"Root, {CANARY}")
    for name in ("ann", "bobz"):
        store.users.add(name, by="test", title="" if name == "ann" else f"Bob, {CANARY}")
    grants: list[tuple[str, str, list[str], dict[str, list[str]], list[str]]] = [
        ("ann", "own", ["ask", "send", "detail", "replay"], {}, []),
        ("ann", "common", ["ask", "send"], {"site": ["mine.example"]}, []),
        ("ann", "partly", ["ask"], {}, ["site", "visitor_id", "load_ms"]),
        ("bobz", "otherz", ["administer"], {}, []),
        ("bobz", "common", ["ask"], {"site": ["other.examplz"]}, []),
    ]
    made = [
        store.grants.add(checked_grant(f"user:{user}", stream, can, where, hide), by="test")
        for user, stream, can, where, hide in grants
    ]
    _, ann = store.keys.create("ann", "anns")
    key, bob = store.keys.create("bobz", f"bobs-{CANARY}")
    session, _ = store.sessions.open_for("bobz", address="203.0.113.9", agent=f"{CANARY}/1.0")
    ids = {"stream": "otherz", "user": "bobz", "key": key.id, "grant": str(made[-1].id), "session": session.id}
    return {"ann": ann, "bob": bob}, ids


def twin(text: str) -> str:
    """An id that nobody has, which differs from another in its last character."""
    last = text[-1]
    return text[:-1] + ("9" if last.isdigit() and last != "9" else "y" if last != "y" else "x")


Drawn = Callable[[Random, str], Try]

ROUNDS = 12
EACH = 30
"""Of every kind of try: 4 kinds, and of subjects each of four ids, make 12 x 30 x 7 = 2,520 tries, each made twice."""


@pytest.mark.parametrize("seed", range(ROUNDS))
@pytest.mark.parametrize(
    ("draw", "kind"),
    [
        (stream_try, "stream"),
        (row_try, "other.examplz"),
        (field_try, "load_ms"),
        *((subject_try, kind) for kind in ("user", "key", "session", "grant")),
    ],
)
def test_what_is_anothers_is_as_what_is_nobodys(house: House, draw: Drawn, kind: str, seed: int) -> None:
    theirs = house.ids.get(kind, kind)
    nobodys = twin(theirs)
    for number in range(EACH):
        tries = [draw(Random(f"{kind} {seed} {number}"), each) for each in (theirs, nobodys)]
        told = answered(house, tries, theirs, nobodys)
        if told[0] != told[1]:  # a clock went on, or an engine was looked at, between the two; what leaks leaks again
            told = answered(house, tries, theirs, nobodys)
        assert told[0] == told[1], tries[0]
        assert 500 not in {status for status, _, _ in told}, tries[0]
        assert CANARY not in told[0][2], tries[0]


def answered(house: House, tries: list[Try], *ids: str) -> list[tuple[int, dict[str, str], str]]:
    return [answer_of(each.sent(house.client, house.key), *ids) for each in tries]


@pytest.mark.parametrize("path", ["/v1/streams", "/v1/me", "/v1/keys", "/v1/openapi.json", "/streams"])
def test_lists_hold_nothing_of_others(house: House, path: str) -> None:
    answer = house.client.get(path, headers={"Authorization": f"Bearer {house.key}"})
    assert answer.status_code == 200
    for text in (CANARY, *house.ids.values()):
        assert not re.search(rf"\b{re.escape(text)}\b", answer.text)


@pytest.mark.parametrize(
    "path", ["/v1/users", "/v1/grants", "/v1/engines", "/metrics", "/admin", "/engines", "/v1/sessions"]
)
def test_what_is_for_others_alone_says_nothing(house: House, path: str) -> None:
    answer = house.client.get(path, headers={"Authorization": f"Bearer {house.key}"})
    assert answer.status_code == 403
    assert CANARY not in answer.text


def test_owners_do_reach_what_is_theirs(house: House) -> None:
    """Or all of this would prove nothing."""
    headers = {"Authorization": f"Bearer {house.bobs_key}"}
    assert CANARY in house.client.get("/v1/streams/otherz", headers=headers).text
    assert house.client.get("/v1/streams/own", headers=headers).status_code == 404


def test_anothers_takes_as_long_as_nobodys(house: House) -> None:
    """1,000 tries of each, in turn: medians differ by no more than those of parts of one kind do, or by a tenth."""
    times: dict[str, list[float]] = {"otherz": [], "othery": []}
    headers = {"Authorization": f"Bearer {house.key}"}
    requests = {
        name: house.client.build_request("GET", f"/v1/streams/{name}/window", params=dict(SPAN), headers=headers)
        for name in times
    }
    for number in range(1_000):
        for name in sorted(times, reverse=bool(number % 2)):
            begun = time.perf_counter()
            assert house.client.send(requests[name]).status_code == 404
            times[name].append(time.perf_counter() - begun)
    medians = {name: statistics.median(each) for name, each in times.items()}
    parts = [statistics.median(each[start::4]) for each in times.values() for start in range(4)]
    noise = max(abs(one - other) for one, other in pairwise(sorted(parts)))
    spread = max(parts) - min(parts)
    assert abs(medians["otherz"] - medians["othery"]) <= max(noise, spread, 0.1 * min(medians.values()))
