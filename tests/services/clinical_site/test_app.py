"""The APIs of clinical sites that are made up, as whoever pulls them meets them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.clinical_site.app import create_app
from services.clinical_site.moods import Moods
from services.clinical_site.users import Users
from systems.clinical.generator.made_site import APIS, MadeSite
from tests.services.clinical_site.conftest import served

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
USERS = """
[puller]
token = "all"
apis = ["*/*"]
[clerk]
token = "some"
apis = ["north/patients", "north/admissions"]
[gone]
token = "old"
apis = ["*/*"]
expires = "2026-03-02T00:00:00Z"
"""


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = BEGAN + timedelta(days=2)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def moods() -> Moods:
    return Moods(seed=1)


@pytest.fixture
def client(tmp_path: Path, clock: Clock, moods: Moods) -> Iterator[httpx.Client]:
    file = tmp_path / "users.toml"
    file.write_text(USERS, "utf-8")
    sites = {name: MadeSite(name, 7, BEGAN) for name in ("north", "south")}
    with served(create_app(sites, Users(file), moods, clock)) as client:
        yield client


def asked(client: httpx.Client, path: str, token: str = "all", **params: Any) -> Any:
    return client.get(path, params=params or None, headers={"Authorization": f"Bearer {token}"})


def all_of(client: httpx.Client, path: str, **params: Any) -> list[dict[str, Any]]:
    found, answer = [], asked(client, path, **params).json()
    while True:
        found += answer["data"]
        if answer["next"] is None:
            return found
        answer = asked(client, answer["next"]).json()


@pytest.mark.parametrize("api", APIS)
def test_pages_hold_each_record_once(client: httpx.Client, api: str) -> None:
    found = all_of(client, f"/north/v1/{api}", limit=37)
    ids = [record["id"] for record in found]
    assert len(ids) > 100
    assert len({*ids}) == len(ids)
    assert found == sorted(found, key=lambda record: (record["updated_at"], record["id"]))
    assert found == all_of(client, f"/north/v1/{api}", limit=1000)


def test_records_of_apis_belong_together(client: httpx.Client) -> None:
    patients, admissions, results = ({r["id"]: r for r in all_of(client, f"/south/v1/{api}")} for api in APIS)
    assert all(a["deleted"] or a["patient_id"] in patients for a in admissions.values())
    assert all(r["deleted"] or r["admission_id"] in admissions for r in results.values())
    assert {r["deleted"] for r in results.values()} == {True, False}
    assert {a.get("status") for a in admissions.values()} >= {"in_progress", "finished"}
    assert {r.get("status") for r in results.values()} >= {"final", "corrected"}


def test_since_brings_what_changed(client: httpx.Client, clock: Clock) -> None:
    before = all_of(client, "/north/v1/lab_results")
    known = {record["id"]: record["version"] for record in before}
    clock.at += timedelta(hours=1)
    changed = all_of(client, "/north/v1/lab_results", since=before[-1]["updated_at"])
    new = [record for record in changed if record["version"] > known.get(record["id"], 0)]
    after = {record["id"]: record["version"] for record in all_of(client, "/north/v1/lab_results")}
    assert len(new) > 10
    assert known | {record["id"]: record["version"] for record in changed} == after


def test_tombstones_say_nothing_more(client: httpx.Client) -> None:
    deleted = [record for record in all_of(client, "/north/v1/admissions") if record["deleted"]]
    assert deleted
    assert {tuple(sorted(record)) for record in deleted} == {("deleted", "id", "updated_at", "version")}


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/north/v1/patients", "some", 200),
        ("/north/v1/lab_results", "some", 403),
        ("/south/v1/patients", "some", 403),
        ("/north/v1/patients", "old", 401),
        ("/north/v1/patients", "unknown", 401),
        ("/west/v1/patients", "all", 404),
        ("/north/v1/beds", "all", 404),
        ("/north/v1/patients?limit=0", "all", 422),
        ("/north/v1/patients?limit=1001", "all", 422),
        ("/north/v1/patients?limit=²", "all", 422),
        ("/north/v1/patients?since=yesterday", "all", 422),
        ("/north/v1/patients?since=2026-03-01T00:00:00", "all", 422),
        ("/north/v1/patients?cursor=%00", "all", 422),
        ("/north/v1/patients?cursor=WzFd", "all", 422),
        ("/north/v1/patients?cursor=WyIxIiwgMl0", "all", 422),
        ("/north/v1/patients?drop=1", "all", 422),
    ],
)
def test_each_api_is_granted_by_itself(client: httpx.Client, path: str, token: str, status: int) -> None:
    answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_cursor_of_another_moment_goes_on(client: httpx.Client, clock: Clock) -> None:
    first = asked(client, "/north/v1/patients", limit=50).json()
    clock.at += timedelta(hours=3)
    rest, answer = [], asked(client, first["next"]).json()
    while answer["next"]:
        rest += answer["data"]
        answer = asked(client, answer["next"]).json()
    rest += answer["data"]
    newest = {record["id"]: record for record in [*first["data"], *rest]}
    assert newest == {record["id"]: record for record in all_of(client, "/north/v1/patients")}


def test_too_many_requests_are_told_when(client: httpx.Client, moods: Moods) -> None:
    moods.per_second = 0.5
    answers = [asked(client, "/north/v1/patients", limit=1) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["retry-after"] == "2"
    assert asked(client, "/north/v1/patients", "some", limit=1).status_code == 200
    moods.clock = lambda: 2.0
    assert asked(client, "/north/v1/patients", limit=1).status_code == 200


def test_flaky_sites_fail_at_times(client: httpx.Client, moods: Moods) -> None:
    moods.failing = 0.5
    statuses = {asked(client, "/north/v1/patients", limit=1).status_code for _ in range(60)}
    assert statuses == {200, 500, 502, 503}


def test_tokens_follow_their_file(client: httpx.Client, tmp_path: Path) -> None:
    file = tmp_path / "users.toml"
    file.write_text(USERS.replace('"some"', '"renewed"'), "utf-8")
    assert asked(client, "/north/v1/patients", "some").status_code == 401
    assert asked(client, "/north/v1/patients", "renewed").status_code == 200
    file.write_text("[half", "utf-8")
    assert asked(client, "/north/v1/patients", "renewed").status_code == 200


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[ann]\ntoken = 'a'\napis = ['north/beds']", "north/beds"),
        ("[ann]\ntoken = 'a'\napis = ['patients']", "SITE/API"),
        ("[ann]\napis = []", "ann"),
        ("ann = 1", "ann"),
        ("[ann]\ntoken = 'a'\napis = []\n[bob]\ntoken = 'a'\napis = []", "its own"),
        ("[ann]\ntoken = 'a'\napis = []\nexpires = '2026-03-01T00:00:00'", "offset"),
        ("[ann]\ntoken = 'a'\napis = []\nrole = 'x'", "ann"),
    ],
)
def test_files_of_users_are_checked(tmp_path: Path, text: str, wrong: str) -> None:
    file = tmp_path / "users.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=wrong):
        Users(file)
