"""`/v1/sources`, metrics and readiness, as programs ask them."""

from __future__ import annotations

import httpx
import pytest

from sources.files import FileState, SourceFile
from tests.web.pages.sources.conftest import Sources
from tests.web.people_at_doors import key_of

CSV = b"time,site,path\n2026-03-01T10:00:00Z,a,/\n"


@pytest.fixture(scope="module")
def client(sources: Sources) -> httpx.Client:
    """Whoever administers everything, by a key."""
    sources.people.store.users.add("program", by="test", administrator=True)
    visitor = sources.people.visitor()
    visitor.headers.update({**key_of(sources.people, "program"), "accept": "application/json"})
    return visitor


def add(client: httpx.Client, name: str, content: bytes = CSV, source: str = "clinic") -> httpx.Response:
    return client.post(f"/v1/sources/{source}/files", params={"name": name}, content=content)


def file_of(sources: Sources, answer: httpx.Response) -> SourceFile:
    assert answer.status_code == 202, answer.text
    return sources.store.files.get("clinic", answer.json()["id"])


def test_sources_are_told_by_name(client: httpx.Client) -> None:
    listed = client.get("/v1/sources").json()["sources"]
    own = [each for each in listed if each["name"] in ("clinic", "other", "quiet")]
    assert [each["name"] for each in own] == ["clinic", "other", "quiet"]
    assert [each["name"] for each in listed] == sorted(each["name"] for each in listed)
    clinic = client.get("/v1/sources/clinic").json()
    told = ("stream", "licence", "attribution", "homepage", "format", "may", "from")
    assert [clinic[name] for name in told] == [
        "page_views", "CC-BY-4.0", "Somebody", "https://example.org/clinic", "csv",
        ["detail", "send", "administer"], {"upload": True},
    ]  # fmt: skip
    assert own[0] == {name: value for name, value in clinic.items() if name in own[0]}
    unknown = client.get("/v1/sources/nope")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:windowpane:problem:unknown-source")


def test_a_body_or_a_form_is_kept(client: httpx.Client, sources: Sources) -> None:
    by_body = file_of(sources, add(client, "by_body.csv"))
    form = client.post("/v1/sources/clinic/files", files={"file": ("by_form.csv", CSV + b"\n")})
    by_form = file_of(sources, form)
    assert (by_body.name, by_form.name) == ("by_body.csv", "by_form.csv")
    assert form.json()["digest"] == by_form.digest
    again = add(client, "by_body.csv")
    assert (again.status_code, again.json()["known"], again.json()["id"]) == (202, True, None)


@pytest.mark.parametrize(
    ("params", "sent", "status", "field"),
    [
        ({}, {"content": CSV}, 422, "name"),
        ({"name": ".x"}, {"content": CSV}, 422, "name"),
        ({"name": "x.csv"}, {"content": b"x" * (1 << 20) + b"x"}, 413, "body"),
        ({"name": "x.csv"}, {"content": CSV, "headers": {"content-encoding": "gzip"}}, 415, "body"),
        ({}, {"data": {"a": "b"}, "files": {"b": (None, b"c")}}, 422, "file"),
        ({}, {"files": [("file", ("a", b"a")), ("file", ("b", b"b"))]}, 400, "body"),
        ({}, {"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}}, 400, "body"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    client: httpx.Client, params: dict[str, str], sent: dict[str, object], status: int, field: str
) -> None:
    answer = client.post("/v1/sources/clinic/files", params=params, **sent)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_nothing_of_a_refused_file_is_left(client: httpx.Client, sources: Sources) -> None:
    add(client, "too_large.csv", b"y" * ((1 << 20) + 1))
    home = sources.kept.parent
    assert [*home.rglob("uploads/upload-*")] == []


def test_acts_are_asked_for(client: httpx.Client, sources: Sources) -> None:
    assert client.post("/v1/sources/quiet/pause").json() == {"source": "quiet", "paused": True}
    refused = client.post("/v1/sources/quiet/run")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "source")
    assert client.get("/v1/sources/quiet").json()["state"] == "paused"
    assert client.post("/v1/sources/quiet/resume", json={}).json() == {"source": "quiet", "paused": False}
    assert client.post("/v1/sources/quiet/run").json() == {"source": "quiet", "asked": True}
    assert client.post("/v1/sources/quiet/redrive", json={"x": True}).status_code == 422
    assert client.post("/v1/sources/quiet/redrive", json={"accept_losses": "yes"}).status_code == 422
    file, run = file_of(sources, add(client, "wait.csv", b"wait")), sources.store.states.begin("clinic", "test")
    sources.store.files.hold(file, run, "most of it is lost")
    taken = client.post("/v1/sources/clinic/redrive", json={"accept_losses": True})
    assert (taken.status_code, taken.json()) == (202, {"source": "clinic", "files": 1})
    again = sources.store.files.get("clinic", file.id)
    assert (again.state, again.accepts_losses) == (FileState.WAITING, True)


def test_files_come_in_pages(client: httpx.Client) -> None:
    first = client.get("/v1/sources/clinic", params={"limit": 1}).json()
    second = client.get("/v1/sources/clinic", params={"limit": 1, "after": first["next"]}).json()
    assert first["files"][0]["id"] > second["files"][0]["id"]
    assert client.get("/v1/sources/clinic", params={"state": "held"}).json()["files"] == []
    for params in ({"state": "x"}, {"after": "x"}, {"limit": "0"}, {"x": "y"}):
        assert client.get("/v1/sources/clinic", params=params).status_code == 422


def test_how_sources_stand_is_measured(client: httpx.Client, sources: Sources) -> None:
    file, run = file_of(sources, add(client, "held.csv", b"held")), sources.store.states.begin("clinic", "test")
    sources.store.files.hold(file, run, "why")
    sources.store.states.note("quiet", problem="away", failures=2)
    client.post("/v1/sources/clinic/pause")  # what was changed here is seen at once
    text = client.get("/metrics").text
    for line in (
        "windowpane_sources_known 1.0",
        "windowpane_sources_unreadable 1.0",
        'windowpane_source_held_files{source="clinic"} 1.0',
        'windowpane_source_paused{source="clinic"} 1.0',
        'windowpane_source_failures{source="quiet"} 2.0',
        'windowpane_source_failures{source="other"} 0.0',
    ):
        assert line in text, line
    assert 'windowpane_source_last_success_seconds{source="other"}' not in text
