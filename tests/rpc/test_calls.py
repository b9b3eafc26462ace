"""Calls by every kind of asker: the scopes, errors and limits of HTTP; health, reflection, deadlines, TLS."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import httpx
import pyarrow as pa
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from access.grants import checked_grant
from compose.embedded.certificate_making import make_certificate
from query.visible import Visible
from rpc.server import SERVICE, credentials_of
from tests.definitions import HEALTH
from tests.documentation import snippets
from tests.query.lake_views import at, lake_view
from tests.query.recorded import record_view
from tests.query.test_record_reading import SHOP, Lake, rows_of
from tests.rpc.serving import NO_MESSAGES, Called, called
from windowpane_client import CallError, Windowpane
from windowpane_client.errors import translated
from windowpane_client.v1 import windowpane_pb2 as pb

SPAN = (at("3 00:00"), at("4 00:00"))
GOOD = {"serviceName": "a", "Timestamp": 1760000000000, "CPU": 0.1, "RAM": {"Total": 1.0, "Free": 0.5}}


@pytest.fixture(scope="module")
def open_service() -> Iterator[Called]:
    """While there are no users."""
    with called(NO_MESSAGES, WEB_BODY_MESSAGES="20", WEB_BODY_IDLE_SECONDS="1") as service:
        yield service


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def guarded(lake: Lake) -> Iterator[Called]:
    """With users, and a stream that has records."""
    view = replace(record_view(lake.snapshot), definition=SHOP)
    with called(NO_MESSAGES, view) as service:
        service.service.queries._catalog = lambda: lake.catalog
        grants: dict[str, tuple[str, list[str], dict[str, list[str]], list[str]]] = {
            "ann": ("health", ["ask"], {"service": ["a"]}, []),
            "rita": ("shop", ["ask", "detail"], {"site": ["a.example"]}, ["visitor"]),
            "sam": ("health", ["send"], {"service": ["a"]}, []),
        }
        service.store.users.add("root", by="test", administrator=True)
        for name, (stream, can, where, hide) in grants.items():
            service.store.users.add(name, by="test")
            service.store.grants.add(checked_grant(f"user:{name}", stream, can, where, hide), by="test")
        yield service


def refused(call: Any, *arguments: Any, **more: Any) -> CallError:
    with pytest.raises(CallError) as caught:
        call(*arguments, **more)
    return caught.value


def test_a_window_without_messages_has_no_groups(open_service: Called) -> None:
    with open_service.client() as client:
        answer = client.window("health", *SPAN)
        assert (answer.about.stream, [*answer.about.by], len(answer.groups)) == ("health", ["service"], 0)
        assert answer.about.start.ToDatetime(SPAN[0].tzinfo) == SPAN[0]
        assert not client.window("health", *SPAN, by=[]).about.by
        points = client.series("health", *SPAN, "hour", measures=["cpu"])
        assert (points.step, len(points.points)) == (pb.STEP_HOUR, 0)


def test_streams_are_told_with_their_definitions(open_service: Called) -> None:
    with open_service.client() as client:
        assert "health" in {stream.name for stream in client.definitions()}
        told = client.definition("health")
        assert ([*told.dimensions], [*told.measures]) == (["service"], ["cpu", "ram", "disk"])
        assert told.definition["digest"] == HEALTH.digest


def test_the_documented_example_runs(open_service: Called, capsys: pytest.CaptureFixture[str]) -> None:
    [snippet] = snippets("python")
    text = snippet.text.replace("127.0.0.1:8001", open_service.address).replace('key="wpk_…"', 'key=""')
    exec(compile(text, snippet.page, "exec"), {})
    assert "invalid-values (Violation(field='stream', reason='health keeps none;" in capsys.readouterr().out


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"start": SPAN[1], "end": SPAN[0]}, "end"),
    ({"start": SPAN[0] + timedelta(seconds=1)}, "start"),
    ({"by": ["gone"]}, "by"),
    ({"where": {"gone": ["x"]}}, "gone"),
    ({"where": {"service": []}}, "service"),
    ({"where": {"limit": ["3"]}}, "limit"),
    ({"quantiles": [2.0]}, "quantiles"),
    ({"limit": -1}, "limit"),
    ({"after": "x"}, "after"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_what_is_wrong_is_told_by_field(open_service: Called, changes: dict[str, Any], field: str) -> None:
    with open_service.client() as client:
        error = refused(client.window, "health", **{"start": SPAN[0], "end": SPAN[1], **changes})
    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert error.kind in ("invalid-values", "unparseable")
    assert field in {violation.field for violation in error.violations}


def test_messages_are_judged_before_they_are_sent(open_service: Called) -> None:
    with open_service.client() as client:
        answer = client.send("health", [b"{", {**GOOD, "CPU": 7}, b""])
        assert (answer.accepted, [each.index for each in answer.rejected]) == (0, [0, 1, 2])
        assert answer.rejected[1].field == "CPU"
        error = refused(client.send, "health", [b"{}"] * 21)
        assert (error.code, error.kind) == (grpc.StatusCode.INVALID_ARGUMENT, "too-large")


def test_many_messages_are_answered_part_by_part(open_service: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("windowpane_client.client._PART_MESSAGES", 10)
    with open_service.client() as client:
        answers = [*client.send_all("health", (b"{" for _ in range(25)))]
        assert [len(answer.rejected) for answer in answers] == [10, 10, 5]
        assert [each.index for answer in answers for each in answer.rejected] == [*range(25)]
        assert [*client.send_all("health", [])] == []


def test_parts_have_the_bounds_of_messages(open_service: Called) -> None:
    """What was answered before stays answered."""
    good, other = pb.SendRequest(stream="health", messages=[b"{"]), pb.SendRequest(stream="shop", messages=[b"{"])
    large = pb.SendRequest(messages=[b"{" * 100] * 21)
    with open_service.client() as client:
        for bad, kind in ((other, "invalid-values"), (large, "too-large")):
            answers = client._method("SendAll")(iter([good, pb.SendRequest(messages=[b"{"]), bad]))
            assert [len(next(answers).rejected) for _ in range(2)] == [1, 1]
            with pytest.raises(CallError) as caught, translated():
                next(answers)
            assert caught.value.kind == kind


def test_who_lets_the_service_wait_is_refused(open_service: Called) -> None:
    done = threading.Event()

    def parts() -> Iterator[bytes]:
        yield b"{"
        done.wait(30)

    with open_service.client() as client:
        error = refused(lambda: [*client.send_all("health", parts())])
        done.set()
    assert (error.code, error.kind) == (grpc.StatusCode.DEADLINE_EXCEEDED, "too-slow")


def test_a_key_that_is_taken_away_sends_no_further_part(guarded: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("windowpane_client.client._PART_MESSAGES", 1)
    guarded.store.users.add("tess", by="test")
    guarded.store.grants.add(checked_grant("user:tess", "health", ["send"], {}, []), by="test")

    def parts() -> Iterator[bytes]:
        yield b"{"
        guarded.store.users.remove("tess")
        while True:
            yield b"{"

    with guarded.client(guarded.key_of("tess")) as tess:
        assert refused(lambda: [*tess.send_all("health", parts())]).code is grpc.StatusCode.UNAUTHENTICATED


def test_who_is_not_known_is_refused(guarded: Called) -> None:
    for key in ("", "wpk_" + "a" * 38, "Basic"):
        with guarded.client(key) as client:
            error = refused(client.window, "health", *SPAN)
            assert (error.code, error.kind) == (grpc.StatusCode.UNAUTHENTICATED, "unauthorized")


def test_scopes_are_those_of_http(guarded: Called) -> None:
    with guarded.client(guarded.key_of("ann")) as ann:
        assert not ann.window("health", *SPAN).groups
        assert [stream.name for stream in ann.definitions()] == ["health"]
        for stream in ("shop", "gone"):
            error = refused(ann.window, stream, *SPAN)
            assert (error.code, error.kind) == (grpc.StatusCode.NOT_FOUND, "unknown-stream")
        assert refused(ann.send, "health", [b"{}"]).code is grpc.StatusCode.PERMISSION_DENIED
    with guarded.client(guarded.key_of("sam")) as sam:
        answer = sam.send("health", [{**GOOD, "Disk": GOOD["RAM"], "serviceName": "b"}])
        assert (answer.accepted, answer.rejected[0].reason) == (0, "not a value that you may send")
        assert refused(sam.window, "health", *SPAN).code is grpc.StatusCode.PERMISSION_DENIED


def test_records_are_what_exports_give(guarded: Called, lake: Lake) -> None:
    expected = [row for row in rows_of(lake.export(Visible(SHOP)).slices()) if row["site"] == "a.example"]
    with guarded.client(guarded.key_of("rita")) as rita:
        reader = rita.records("shop", at("1 00:00"), at("30 00:00"), where={"views": ["3"]})
        found = reader.read_all().to_pylist()
        assert refused(rita.records, "shop", *SPAN, fields=["visitor"]).violations[0].field == "fields"
    assert found == [{k: v for k, v in row.items() if k != "visitor"} for row in expected if row["views"] == 3] != []


def test_records_may_be_left_unread(guarded: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one asker may have at once: each ends when nobody reads on."""
    monkeypatch.setattr("rpc.handlers.PIECE_BYTES", 100)
    with guarded.client(guarded.key_of("rita")) as rita:
        for _ in range(6):
            reader = rita.records("shop", at("1 00:00"), at("30 00:00"))
            assert isinstance(reader, pa.RecordBatchReader)
            reader.close()
            del reader
            while guarded.service.exports._open.total():
                pass


def test_metrics_are_for_who_administers_every_stream(guarded: Called) -> None:
    with guarded.client(guarded.key_of("ann")) as ann:
        ann.window("health", *SPAN)
        refused(ann.window, "gone", *SPAN)
    told = {
        who: httpx.get(guarded.metrics, headers={"Authorization": f"Bearer {guarded.key_of(who)}"})
        for who in ("ann", "root")
    }
    assert (told["ann"].status_code, told["ann"].json()["type"]) == (403, "urn:windowpane:problem:forbidden")
    assert httpx.get(guarded.metrics).status_code == 401
    assert httpx.get(guarded.metrics, headers={"host": "evil.example"}).status_code == 421
    assert httpx.get(guarded.metrics.replace("metrics", "healthz")).status_code == 404
    for code in ("OK", "NOT_FOUND"):
        assert f'windowpane_rpc_calls_total{{code="{code}",method="Window"}}' in told["root"].text
    assert 'windowpane_rpc_call_seconds_count{method="Window"}' in told["root"].text


def test_health_and_reflection_answer_anybody(guarded: Called) -> None:
    with grpc.insecure_channel(guarded.address) as channel:
        asked = health_pb2.HealthCheckRequest(service=SERVICE.full_name)
        assert health_pb2_grpc.HealthStub(channel).Check(asked).status == health_pb2.HealthCheckResponse.SERVING
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        listing = reflection_pb2.ServerReflectionRequest(list_services="")
        [told] = stub.ServerReflectionInfo(iter([listing]))
        assert SERVICE.full_name in {each.name for each in told.list_services_response.service}


def test_a_deadline_ends_a_question() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        view = replace(lake_view(), definition=HEALTH)
        with called(view, TRINO=f"127.0.0.1:{silent.getsockname()[1]}") as service:
            client = Windowpane(service.address, seconds=0.5)
            assert refused(client.window, "health", *SPAN).code is grpc.StatusCode.DEADLINE_EXCEEDED
            while service.service.questions._shared:
                pass  # nobody waits for it any more
            client.close()


def test_a_certificate_makes_it_tls(tmp_path: Path) -> None:
    pem = tmp_path / "server.pem"
    pem.write_text(make_certificate(["localhost", "127.0.0.1"]))
    with called(NO_MESSAGES, credentials=credentials_of(pem)) as service:
        with Windowpane(service.address, certificate=pem.read_bytes(), seconds=20) as trusting:
            assert not trusting.window("health", *SPAN).groups
        with Windowpane(service.address, seconds=5) as plain:
            assert refused(plain.window, "health", *SPAN).code is grpc.StatusCode.UNAVAILABLE
