"""`/v1/processes` as programs ask it: who sees which results."""

from __future__ import annotations

import pytest

from tests.web.pages.people import Visitor
from tests.web.pages.processes.conftest import Processes

RESULTS = ("/v1/processes/study", "/v1/processes/study/runs", "/v1/processes/study/runs/1")


@pytest.fixture(scope="module")
def analyst(processes: Processes) -> Visitor:
    """Who asks about all rows, and sees no single one."""
    return processes.user("analyst", "ask")


@pytest.fixture(scope="module")
def overseer(processes: Processes) -> Visitor:
    return processes.people.user("overseer", administrator=True)


def test_processes_are_listed_by_name(analyst: Visitor, overseer: Visitor) -> None:
    listed = analyst.get("/v1/processes").json()
    study = next(each for each in listed["processes"] if each["name"] == "study")
    assert [each["name"] for each in listed["processes"]] == ["later", "study"]
    assert (study["state"], study["every"], study["may"], listed["problems"]) == ("failed", "1 day", ["ask"], [])
    everything = overseer.get("/v1/processes").json()
    assert [each["name"] for each in everything["problems"]] == ["broken"]
    assert "process.broken.stream" in everything["problems"][0]["problem"]


def test_results_are_of_the_newest_run_that_was_done(processes: Processes, analyst: Visitor) -> None:
    told, done = analyst.get("/v1/processes/study").json(), processes.runs[0]
    run = told["run"]
    assert (run["id"], run["snapshot"], run["rows"], run["definition"]) == (done.id, "4242", 300, "definition0")
    assert run["results"]["prediction"]["result"]["score"]["measure"] == "RMSE"
    assert run["results"]["drift"] == {
        "seconds": 0.0, "problem": "drift: an earlier run needed, none given", "result": None,
    }  # fmt: skip
    assert analyst.get("/v1/processes/later").json()["run"] is None
    assert analyst.get(f"/v1/processes/study/runs/{done.id}").json() == run


def test_runs_come_in_pages(processes: Processes, analyst: Visitor) -> None:
    first = analyst.get("/v1/processes/study/runs", params={"limit": 1}).json()
    second = analyst.get("/v1/processes/study/runs", params={"limit": 1, "after": first["next"]}).json()
    assert [each["id"] for each in (*first["runs"], *second["runs"])] == [each.id for each in processes.runs[::-1]]
    assert second["next"] is None
    for params in ({"after": "x"}, {"limit": "0"}, {"x": "y"}):
        refused = analyst.get("/v1/processes/study/runs", params=params)
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")


def test_single_people_and_reasons_are_for_who_may_see_them(
    processes: Processes, analyst: Visitor, overseer: Visitor
) -> None:
    detailed = processes.user("detailed", "ask", "detail")
    pages = {who: visitor.get("/v1/processes/study").text for who, visitor in (
        ("analyst", analyst), ("detailed", detailed), ("overseer", overseer),
    )}  # fmt: skip
    assert {who: '"student 1' in text for who, text in pages.items()} == {
        "analyst": False, "detailed": True, "overseer": True,
    }  # fmt: skip
    for visitor, told in ((detailed, False), (overseer, True)):
        assert ("s3.internal" in visitor.get("/v1/processes/study/runs").text) == told


def test_hidden_fields_are_in_no_answer(processes: Processes) -> None:
    reader = processes.user("reader", "ask", "detail", hide=("Hours",))
    told = reader.get("/v1/processes/study")
    assert told.status_code == 200
    assert "Hours" not in told.text
    results = told.json()["run"]["results"]
    assert {name for name, each in results.items() if each["result"] is None} == {"drift", "prediction", "clusters"}


def test_results_of_all_rows_are_for_who_sees_all_rows(processes: Processes) -> None:
    tenant = processes.user("tenant", "ask", "detail", school=["school 1"])
    listed = tenant.get("/v1/processes").json()["processes"]
    assert {each["name"]: (each["may"], each["state"], each["last_run"]) for each in listed}["study"] == (
        [], None, None,
    )  # fmt: skip
    sender = processes.user("sender", "send")
    for visitor in (tenant, sender):
        for address in RESULTS:
            refused = visitor.get(address)
            assert (refused.status_code, refused.json()["type"]) == (403, "urn:windowpane:problem:forbidden")
    assert "your grants show some of them" in tenant.get(RESULTS[0]).json()["detail"]


def test_what_is_not_to_be_known_is_not_there(processes: Processes, analyst: Visitor) -> None:
    stranger = processes.people.user("stranger")
    assert stranger.get("/v1/processes").json() == {"processes": [], "problems": []}
    answers = [stranger.get("/v1/processes/study"), stranger.get("/v1/processes/absent")]
    assert [(each.status_code, each.json()) for each in answers[:1]] == [(404, answers[1].json())]
    for run in ("0", "99999", "x", "1" * 30, "-1"):
        unknown = analyst.get(f"/v1/processes/study/runs/{run}")
        assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:windowpane:problem:unknown-process")
