"""Every address, by every method and asker: who is let in, and who is told that there is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.routing import Route

from tests.definitions import declare_all
from tests.web.declared_sources import declare
from tests.web.pages.people import People
from tests.web.people_at_doors import ASKERS, OPERATOR, a_service, fill
from web.access.guard import GUARDS
from web.access.processes import NO_SUCH_PROCESS
from web.access.sources import NO_SUCH_SOURCE
from web.app import ROUTES

SPAN = "start=2026-03-01T10:00:00Z&end=2026-03-01T11:00:00Z"
TOKEN, SHARED = "wpl_" + "a" * 38, "wpv_" + "a" * 38

EVERYBODY = "in in in in in in in in"
KNOWN = "401 in in in in in in in"
OVERSEERS = "401 403 403 403 403 in in in"
ADMINISTRATORS = "401 403 403 403 403 403 in in"
SEEING = "401 403 403 403 403 403 in 403"
OF_SESSIONS = "401 in 403 in 403 403 in 403"
ASKING = "401 in 404 in 403 in in in"
DETAIL = "401 403 404 in 403 in in in"
SENDING = "401 403 404 403 in in in in"
REPLAYS = "401 403 404 in 403 in in in"
SITES = "401 404 404 404 404 in in in"
ASKERS_OF_REPORTS = "401 404 404 404 404 in in 403"
OWNERS = "401 403 403 403 403 in in in"
SOURCES = "401 in 404 in in in in in"
UPLOADS = ACTS = "401 403 404 403 403 in in in"
"""The sender may send some rows; a file may have any."""

LOGINS = {("POST", "/v1/sessions"), ("POST", "/login")}
"""Whoever fails at these is told so; see test_sessions."""

# Method and path of a route → an address of it, and the outcome for each of ASKERS in their order. `in`: whatever is
# answered, it is for this asker; without engines it may be 503, and 404 of things that there are not.
OUTCOMES: dict[tuple[str, str], tuple[str, str]] = {
    ("GET", "/"): ("/?stream=health", ASKING),
    ("GET", "/window.csv"): (f"/window.csv?stream=health&{SPAN}", ASKING),
    ("GET", "/streams"): ("/streams", KNOWN),
    ("GET", "/streams/{stream}"): ("/streams/health", "401 in 404 in in in in in"),
    ("GET", "/docs/api"): ("/docs/api", KNOWN),
    ("GET", "/engines"): ("/engines", OVERSEERS),
    ("GET", "/rejected/{stream}"): ("/rejected/health", DETAIL),
    ("GET", "/records/{stream}"): ("/records/health", DETAIL),
    ("GET", "/records/{stream}/export"): ("/records/health/export?format=csv", DETAIL),
    ("GET", "/forms"): ("/forms", KNOWN),
    ("GET", "/form-editor"): ("/form-editor", KNOWN),
    ("POST", "/form-editor"): ("/form-editor", KNOWN),
    ("GET", "/forms/{stream}/results"): ("/forms/health/results", DETAIL),
    ("GET", "/forms/{stream}"): ("/forms/health", SENDING),
    ("POST", "/forms/{stream}"): ("/forms/health", SENDING),
    ("GET", "/forms/{stream}/answers/{submission}"): (f"/forms/health/answers/{UUID(int=7)}", SENDING),
    ("POST", "/forms/{stream}/answers/{submission}"): (f"/forms/health/answers/{UUID(int=7)}", SENDING),
    ("GET", "/clinical"): ("/clinical", SITES),
    ("GET", "/clinical/admissions"): ("/clinical/admissions", SITES),
    ("GET", "/clinical/lab-results"): ("/clinical/lab-results", SITES),
    ("GET", "/replays"): ("/replays?stream=health", REPLAYS),
    ("GET", "/replays/{id}"): ("/replays/7", KNOWN),
    ("GET", "/v1/openapi.json"): ("/v1/openapi.json", KNOWN),
    ("GET", "/v1/streams"): ("/v1/streams", KNOWN),
    ("GET", "/v1/streams/{stream}"): ("/v1/streams/health", "401 in 404 in in in in in"),
    ("GET", "/v1/engines"): ("/v1/engines", OVERSEERS),
    ("GET", "/v1/replays"): ("/v1/replays?stream=health", REPLAYS),
    ("GET", "/v1/replays/{id}"): ("/v1/replays/7", KNOWN),
    ("GET", "/v1/history"): ("/v1/history?stream=health", REPLAYS),
    ("GET", "/v1/streams/{stream}/window"): (f"/v1/streams/health/window?{SPAN}", ASKING),
    ("POST", "/v1/streams/{stream}/window"): ("/v1/streams/health/window", ASKING),
    ("GET", "/v1/streams/{stream}/series"): (f"/v1/streams/health/series?step=hour&{SPAN}", ASKING),
    ("POST", "/v1/streams/{stream}/series"): ("/v1/streams/health/series", ASKING),
    ("GET", "/v1/streams/{stream}/rejected"): (f"/v1/streams/health/rejected?{SPAN}", DETAIL),
    ("POST", "/v1/streams/{stream}/rejected"): ("/v1/streams/health/rejected", DETAIL),
    ("GET", "/v1/streams/{stream}/records"): (f"/v1/streams/health/records?{SPAN}", DETAIL),
    ("POST", "/v1/streams/{stream}/records"): ("/v1/streams/health/records", DETAIL),
    ("POST", "/v1/streams/{stream}/messages"): ("/v1/streams/health/messages", SENDING),
    ("GET", "/v1/sessions"): ("/v1/sessions", OF_SESSIONS),
    ("POST", "/v1/sessions"): ("/v1/sessions", EVERYBODY),
    ("DELETE", "/v1/sessions/current"): ("/v1/sessions/current", KNOWN),
    ("DELETE", "/v1/sessions/{session}"): ("/v1/sessions/nope", OF_SESSIONS),
    ("GET", "/v1/me"): ("/v1/me", KNOWN),
    ("POST", "/v1/see-as"): ("/v1/see-as", SEEING),
    ("DELETE", "/v1/see-as"): ("/v1/see-as", KNOWN),
    ("GET", "/v1/users"): ("/v1/users", ADMINISTRATORS),
    ("POST", "/v1/users"): ("/v1/users", ADMINISTRATORS),
    ("GET", "/v1/users/{user}"): ("/v1/users/ann", ADMINISTRATORS),
    ("PATCH", "/v1/users/{user}"): ("/v1/users/ann", ADMINISTRATORS),
    ("DELETE", "/v1/users/{user}"): ("/v1/users/nope", ADMINISTRATORS),
    ("POST", "/v1/users/{user}/invitation"): ("/v1/users/nope/invitation", ADMINISTRATORS),
    ("GET", "/v1/keys"): ("/v1/keys", KNOWN),
    ("POST", "/v1/keys"): ("/v1/keys", KNOWN),
    ("DELETE", "/v1/keys/{key}"): ("/v1/keys/nope", KNOWN),
    ("POST", "/v1/keys/{key}/rotate"): ("/v1/keys/nope/rotate", KNOWN),
    ("GET", "/v1/grants"): ("/v1/grants", ADMINISTRATORS),
    ("POST", "/v1/grants"): ("/v1/grants", ADMINISTRATORS),
    ("DELETE", "/v1/grants/{id}"): ("/v1/grants/0", ADMINISTRATORS),
    ("GET", "/v1/sites"): ("/v1/sites", KNOWN),
    ("POST", "/v1/sites"): ("/v1/sites", OWNERS),
    ("PUT", "/v1/sites"): ("/v1/sites", OWNERS),
    ("GET", "/v1/sites/{site}"): ("/v1/sites/a.example", SITES),
    ("PATCH", "/v1/sites/{site}"): ("/v1/sites/a.example", SITES),
    ("DELETE", "/v1/sites/{site}"): ("/v1/sites/a.example", SITES),
    ("GET", "/v1/sites/{site}/goals"): ("/v1/sites/a.example/goals", SITES),
    ("POST", "/v1/sites/{site}/goals"): ("/v1/sites/a.example/goals", SITES),
    ("DELETE", "/v1/sites/{site}/goals/{id}"): ("/v1/sites/a.example/goals/0", SITES),
    ("GET", "/v1/sites/{site}/funnels"): ("/v1/sites/a.example/funnels", SITES),
    ("POST", "/v1/sites/{site}/funnels"): ("/v1/sites/a.example/funnels", SITES),
    ("DELETE", "/v1/sites/{site}/funnels/{id}"): ("/v1/sites/a.example/funnels/0", SITES),
    ("GET", "/v1/sites/{site}/annotations"): ("/v1/sites/a.example/annotations", SITES),
    ("POST", "/v1/sites/{site}/annotations"): ("/v1/sites/a.example/annotations", SITES),
    ("DELETE", "/v1/sites/{site}/annotations/{id}"): ("/v1/sites/a.example/annotations/0", SITES),
    ("GET", "/v1/sites/{site}/links"): ("/v1/sites/a.example/links", SITES),
    ("POST", "/v1/sites/{site}/links"): ("/v1/sites/a.example/links", SITES),
    ("DELETE", "/v1/sites/{site}/links/{id}"): ("/v1/sites/a.example/links/nope", SITES),
    ("GET", "/v1/sites/{site}/members"): ("/v1/sites/a.example/members", SITES),
    ("POST", "/v1/sites/{site}/members"): ("/v1/sites/a.example/members", SITES),
    ("DELETE", "/v1/sites/{site}/members/{subject}"): ("/v1/sites/a.example/members/user:x", SITES),
    ("GET", "/v1/sites/{site}/stats"): (f"/v1/sites/a.example/stats?{SPAN}", SITES),
    ("GET", "/v1/sites/{site}/breakdown"): (f"/v1/sites/a.example/breakdown?by=page&{SPAN}", SITES),
    ("GET", "/v1/sites/{site}/series"): (f"/v1/sites/a.example/series?{SPAN}", SITES),
    ("GET", "/v1/sites/{site}/funnels/{id}"): (f"/v1/sites/a.example/funnels/0?{SPAN}", SITES),
    ("GET", "/v1/sites/{site}/live"): ("/v1/sites/a.example/live", SITES),
    ("GET", "/v1/sites/{site}/imported"): ("/v1/sites/a.example/imported", SITES),
    ("DELETE", "/v1/sites/{site}/imported"): ("/v1/sites/a.example/imported", SITES),
    ("GET", "/v1/sites/{site}/imports"): ("/v1/sites/a.example/imports", SITES),
    ("DELETE", "/v1/sites/{site}/imports/{id}"): ("/v1/sites/a.example/imports/0", SITES),
    ("GET", "/sites/{site}"): ("/sites/a.example", SITES),
    ("GET", "/epidemic"): ("/epidemic", SITES),
    ("GET", "/epidemic/compare"): ("/epidemic/compare?region=DE", SITES),
    ("GET", "/epidemic/ranks"): ("/epidemic/ranks", SITES),
    ("GET", "/epidemic/sources"): ("/epidemic/sources", SITES),
    ("GET", "/epidemic/search"): ("/epidemic/search?search=x", SITES),
    ("GET", "/epidemic/download.csv"): ("/epidemic/download.csv", SITES),
    ("GET", "/epidemic/download.parquet"): ("/epidemic/download.parquet", SITES),
    ("GET", "/epidemic/embed/regions/{region}"): ("/epidemic/embed/regions/DE", SITES),
    ("GET", "/epidemic/regions/{region}"): ("/epidemic/regions/DE", SITES),
    ("GET", "/v1/epidemic/weeks"): ("/v1/epidemic/weeks?source=x&metric=cases", SITES),
    ("GET", "/v1/epidemic/search"): ("/v1/epidemic/search?search=x", SITES),
    ("GET", "/sites/{site}/panels/{panel}"): ("/sites/a.example/panels/pages", SITES),
    ("GET", "/sites/{site}/panels/{panel}.csv"): ("/sites/a.example/panels/pages.csv", SITES),
    ("GET", "/sites/{site}/export.json"): ("/sites/a.example/export.json", SITES),
    ("GET", "/sites"): ("/sites", KNOWN),
    ("GET", "/sites/new"): ("/sites/new", OWNERS),
    ("POST", "/sites/new"): ("/sites/new", OWNERS),
    ("GET", "/sites/{site}/settings"): ("/sites/a.example/settings", SITES),
    ("POST", "/sites/{site}/settings"): ("/sites/a.example/settings", SITES),
    ("POST", "/sites/{site}/settings/{part}"): ("/sites/a.example/settings/goals", SITES),
    ("POST", "/sites/{site}/settings/{part}/{id}"): ("/sites/a.example/settings/goals/0", SITES),
    ("GET", "/v1/sources"): ("/v1/sources", KNOWN),
    ("GET", "/v1/sources/{source}"): ("/v1/sources/clinic", SOURCES),
    ("POST", "/v1/sources/{source}/files"): ("/v1/sources/clinic/files", UPLOADS),
    ("POST", "/v1/sources/{source}/run"): ("/v1/sources/clinic/run", ACTS),
    ("POST", "/v1/sources/{source}/pause"): ("/v1/sources/clinic/pause", ACTS),
    ("POST", "/v1/sources/{source}/resume"): ("/v1/sources/clinic/resume", ACTS),
    ("POST", "/v1/sources/{source}/redrive"): ("/v1/sources/clinic/redrive", ACTS),
    ("GET", "/v1/processes"): ("/v1/processes", KNOWN),
    ("GET", "/v1/processes/{process}"): ("/v1/processes/loads", DETAIL),
    ("GET", "/v1/processes/{process}/runs"): ("/v1/processes/loads/runs", DETAIL),
    ("GET", "/v1/processes/{process}/runs/{run}"): ("/v1/processes/loads/runs/1", DETAIL),
    ("GET", "/processes"): ("/processes", KNOWN),
    ("GET", "/processes/{process}"): ("/processes/loads", DETAIL),
    ("GET", "/sources"): ("/sources", KNOWN),
    ("GET", "/sources/{source}"): ("/sources/clinic", SOURCES),
    ("POST", "/sources/{source}/files"): ("/sources/clinic/files", UPLOADS),
    ("POST", "/sources/{source}/{act}"): ("/sources/clinic/run", ACTS),
    ("GET", "/sources/try"): ("/sources/try", OWNERS),
    ("POST", "/sources/try"): ("/sources/try", OWNERS),
    ("GET", "/shared/{token}"): (f"/shared/{SHARED}", EVERYBODY),
    ("POST", "/shared/{token}"): (f"/shared/{SHARED}", EVERYBODY),
    ("POST", "/collect/{site}"): ("/collect/nope.example", EVERYBODY),
    ("POST", "/api/event"): ("/api/event", EVERYBODY),
    ("GET", "/healthz"): ("/healthz", EVERYBODY),
    ("GET", "/readyz"): ("/readyz", EVERYBODY),
    ("GET", "/metrics"): ("/metrics", OVERSEERS),
    ("GET", "/js/script.js"): ("/js/script.js", EVERYBODY),
    ("GET", "/v1/sites/{site}/reports"): ("/v1/sites/a.example/reports", SITES),
    ("POST", "/v1/sites/{site}/reports"): ("/v1/sites/a.example/reports", ASKERS_OF_REPORTS),
    ("DELETE", "/v1/sites/{site}/reports"): ("/v1/sites/a.example/reports", SITES),
    ("DELETE", "/v1/sites/{site}/reports/{id}"): ("/v1/sites/a.example/reports/7", SITES),
    ("GET", "/sites/{site}/reports"): ("/sites/a.example/reports", SITES),
    ("POST", "/sites/{site}/reports"): ("/sites/a.example/reports", ASKERS_OF_REPORTS),
    ("POST", "/sites/{site}/reports/{id}"): ("/sites/a.example/reports/7", SITES),
    ("GET", "/reports/unsubscribe/{token}"): ("/reports/unsubscribe/nope", EVERYBODY),
    ("POST", "/reports/unsubscribe/{token}"): ("/reports/unsubscribe/nope", EVERYBODY),
    ("GET", "/login"): ("/login", EVERYBODY),
    ("POST", "/login"): ("/login", EVERYBODY),
    ("POST", "/logout"): ("/logout", KNOWN),
    ("GET", "/first"): ("/first", EVERYBODY),
    ("POST", "/first"): ("/first", EVERYBODY),
    ("GET", "/invitation/{token}"): (f"/invitation/{TOKEN}", EVERYBODY),
    ("POST", "/invitation/{token}"): (f"/invitation/{TOKEN}", EVERYBODY),
    ("GET", "/account"): ("/account", OF_SESSIONS),
    ("POST", "/account/password"): ("/account/password", OF_SESSIONS),
    ("POST", "/account/sessions"): ("/account/sessions", OF_SESSIONS),
    ("POST", "/account/keys"): ("/account/keys", OF_SESSIONS),
    ("GET", "/account/keys/{key}"): ("/account/keys/nope", OF_SESSIONS),
    ("POST", "/account/keys/{key}/rotate"): ("/account/keys/nope/rotate", OF_SESSIONS),
    ("POST", "/account/keys/{key}/revoke"): ("/account/keys/nope/revoke", OF_SESSIONS),
    ("POST", "/see-as/stop"): ("/see-as/stop", KNOWN),
    ("GET", "/admin"): ("/admin", ADMINISTRATORS),
    ("POST", "/admin"): ("/admin", ADMINISTRATORS),
    ("GET", "/admin/users/{user}"): ("/admin/users/ann", ADMINISTRATORS),
    ("POST", "/admin/users/{user}"): ("/admin/users/nope", ADMINISTRATORS),
    ("POST", "/admin/users/{user}/link"): ("/admin/users/nope/link", ADMINISTRATORS),
    ("POST", "/admin/users/{user}/sessions"): ("/admin/users/nope/sessions", ADMINISTRATORS),
    ("POST", "/admin/users/{user}/see-as"): ("/admin/users/nope/see-as", SEEING),
    ("GET", "/admin/grants"): ("/admin/grants", ADMINISTRATORS),
    ("POST", "/admin/grants"): ("/admin/grants", ADMINISTRATORS),
    ("GET", "/admin/grants/{grant}"): ("/admin/grants/0", ADMINISTRATORS),
    ("POST", "/admin/grants/{grant}"): ("/admin/grants/0", ADMINISTRATORS),
    ("GET", "/admin/keys"): ("/admin/keys", ADMINISTRATORS),
    ("GET", "/admin/keys/{key}"): ("/admin/keys/nope", ADMINISTRATORS),
    ("POST", "/admin/keys/{key}"): ("/admin/keys/nope", ADMINISTRATORS),
    ("GET", "/admin/why"): ("/admin/why", ADMINISTRATORS),
}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    folder = tmp_path_factory.mktemp("sources")
    declare(folder, "clinic", stream="health")
    (beside := tmp_path_factory.mktemp("beside") / "streams").mkdir()
    streams = declare_all(beside)
    (streams.parent / "processes.toml").write_text('[process.loads]\ntitle = "Loads"\nstream = "health"\n', "utf-8")
    places = {"SOURCES": str(folder), "STREAMS": str(streams)}
    with a_service(OPERATOR_KEY=OPERATOR, LIMIT_UNKNOWN_REQUESTS="1000", **places) as people:
        fill(people)
        yield people


@pytest.fixture(scope="module")
def client(people: People) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=people.url, timeout=30) as client:
        yield client


def outcome_of(answer: httpx.Response) -> str:
    """What an asker is told, apart from what it asked for."""
    assert answer.status_code != 500, answer.text
    if answer.status_code in (401, 403):
        return str(answer.status_code)
    unknown = any(
        said in answer.text for said in ("unknown-stream", "There is no such site.", NO_SUCH_SOURCE, NO_SUCH_PROCESS)
    )
    return "404" if answer.status_code == 404 and unknown else "in"


def served() -> set[tuple[str, str]]:
    return {
        (method, route.path)
        for route in ROUTES
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }


def test_every_route_has_a_row() -> None:
    assert served() == OUTCOMES.keys()
    assert served() == {(method, path) for path, rules in GUARDS.items() for method in rules}


@pytest.mark.parametrize(("method", "path"), sorted(OUTCOMES.keys() - LOGINS))
def test_outcomes_are_those_of_the_table(people: People, client: httpx.Client, method: str, path: str) -> None:
    address, outcomes = OUTCOMES[method, path]
    form = not path.startswith("/v1/")
    sent: dict[str, Any] = {} if method in ("GET", "DELETE") else {"data": {"x": "y"}} if form else {"json": {}}
    told = {}
    for name, headers in ASKERS.items():
        client.cookies.clear()
        told[name] = outcome_of(client.request(method, address, headers=headers(people), **sent))
    wanted = dict(zip(ASKERS, outcomes.split(), strict=True))
    assert told == wanted


@pytest.mark.parametrize("path", ["/healthz", "/static/x/style.css", "/readyz"])
def test_what_balances_load_needs_no_key(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code in (200, 503)


def test_readiness_names_nothing_to_others(people: People, client: httpx.Client) -> None:
    for name, headers in ASKERS.items():
        client.cookies.clear()
        ready = client.get("/readyz", headers=headers(people)).json()
        assert ("engines" in ready) == (name in ("overseer", "administrator", "operator")), name
    assert client.get("/readyz").json() == {"ready": False}


def test_pages_lead_nobody_to_the_login(client: httpx.Client) -> None:
    client.cookies.clear()
    answer = client.get("/replays?stream=health&x=%2F", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/login?next=%2Freplays%3Fstream%3Dhealth%26x%3D%252F",
    )
    assert client.get("/v1/me", headers={"accept": "text/html"}).status_code == 401


def test_unknown_and_unseen_streams_are_alike(people: People, client: httpx.Client) -> None:
    headers = ASKERS["other"](people)
    for path in ("/v1/streams/{}/window", "/v1/streams/{}", "/v1/history?stream={}", "/rejected/{}", "/records/{}"):
        answers = [client.get(path.format(name), headers=headers) for name in ("health", "nope")]
        assert answers[0].status_code == answers[1].status_code == 404
        assert answers[0].content == answers[1].content
