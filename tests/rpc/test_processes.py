"""Processes and their results over gRPC: what HTTP answers, to the same people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import grpc
import pytest
from google.protobuf.json_format import MessageToDict

from access.grants import checked_grant
from processing.report import run_json
from processing.sight import Sight
from tests.processing.made import MARKS
from tests.query.lake_views import lake_view
from tests.rpc.serving import Called, called
from tests.rpc.test_calls import refused
from tests.web.pages.processes.conftest import DECLARED, STREAM, kept

DENIED = grpc.StatusCode.PERMISSION_DENIED


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Called]:
    """People with grants of marks: Ann asks, Dora sees single messages, Tim sees one school, Hal not all fields."""
    home = tmp_path_factory.mktemp("declared")
    (home / "streams").mkdir()
    (home / "streams" / "marks.toml").write_text(STREAM, "utf-8")
    (home / "processes.toml").write_text(DECLARED, "utf-8")
    view = replace(lake_view(panes=None, rejected=None), definition=MARKS)
    with called(view, STREAMS=str(home / "streams")) as made:
        made.store.users.add("root", by="test", administrator=True)
        made.store.users.add("eve", by="test")
        grants: dict[str, tuple[list[str], dict[str, list[str]], list[str]]] = {
            "ann": (["ask"], {}, []),
            "dora": (["ask", "detail"], {}, []),
            "tim": (["ask", "detail"], {"school": ["school 1"]}, []),
            "hal": (["ask", "detail"], {}, ["Hours"]),
        }
        for name, (can, where, hide) in grants.items():
            made.store.users.add(name, by="test")
            made.store.grants.add(checked_grant(f"user:{name}", "marks", can, where, hide), by="test")
        kept(made.service.processes)
        yield made


@pytest.mark.parametrize(
    ("who", "sight"),
    [
        ("ann", Sight()),
        ("dora", Sight(detail=True)),
        ("hal", Sight(detail=True, hidden=frozenset(["Hours"]))),
        ("root", Sight(detail=True, administers=True)),
    ],
)
def test_results_are_those_of_http(service: Called, who: str, sight: Sight) -> None:
    run = service.service.processes.get("study", 1)
    assert run is not None
    expected = run_json(run, sight)
    with service.client(service.key_of(who)) as client:
        told = client.results("study")
        assert client.results("study", run=1) == told
    assert {step.step for step in told.steps} == {*expected["results"]}
    for step in told.steps:
        result = MessageToDict(step.result) if step.HasField("result") else None
        whole = expected["results"][step.step]
        assert (result, step.problem, step.seconds) == (whole["result"], whole["problem"], whole["seconds"])
    assert (told.run.id, str(told.run.snapshot), told.run.rows) == (run.id, expected["snapshot"], expected["rows"])
    assert (told.run.by if told.run.HasField("by") else None) == expected.get("by")


def test_runs_come_newest_first_in_pages(service: Called) -> None:
    with service.client(service.key_of("ann")) as ann:
        first = ann.runs("study", limit=1)
        second = ann.runs("study", limit=1, before=first.next)
        assert [(each.id, each.state) for each in (*first.runs, *second.runs)] == [(2, "failed"), (1, "done")]
        assert not second.HasField("next")
        assert not first.runs[0].HasField("problem")
        assert refused(ann.runs, "study", limit=0).violations[0].field == "limit"
    with service.client(service.key_of("root")) as root:
        assert "s3.internal" in root.runs("study").runs[0].problem


def test_processes_are_told_as_far_as_they_are_known(service: Called) -> None:
    with service.client(service.key_of("ann")) as ann:
        study = next(each for each in ann.processes() if each.name == "study")
        assert (study.state, study.every, [*study.may]) == ("failed", "1 day", ["ask"])
        assert not ann.results("later").HasField("run")
        assert refused(ann.results, "study", run=99).kind == "unknown-process"
    with service.client(service.key_of("tim")) as tim:
        assert [(each.HasField("state"), [*each.may]) for each in tim.processes()] == [(False, [])] * 2
        for call in (tim.results, tim.runs):
            error = refused(call, "study")
            assert (error.code, "some of them" in str(error)) == (DENIED, True)
    with service.client(service.key_of("eve")) as eve:
        assert not eve.processes()
        assert {refused(eve.results, name).code for name in ("study", "absent")} == {grpc.StatusCode.NOT_FOUND}
