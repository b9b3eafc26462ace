"""`windowpane audit` says that all is well, or names each fault, and ends with the code that says which."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import scripts.lake.audit
import scripts.streams.known_streams
from iceberg.audit import AuditResult, Finding, Kind, PartitionAudit
from scripts.lake.audit import audit_json, command
from streams.arrivals import Arrivals
from streams.errors import UnknownNameError
from tests.iceberg.lakes import noon, open_local

PARTITION = PartitionAudit(0, 0, 1_240, 1_200, 34, 6, 0, 1_250)
CLEAN = AuditResult("health", noon(60), noon(0), 1_200, 34, (PARTITION,), ())
LOST = Finding(Kind.LOST, ("minute panes",), "2 of 5 messages are lost", Arrivals(noon(0), noon(10)), None, None, 5, 3)
FAULTY = AuditResult("health", noon(60), noon(0), 1_200, 34, (PARTITION,), (LOST,))
YOUNG = AuditResult("health", None, None, 0, 0, (PartitionAudit(0, None, None, 0, 0, 0, 0, 7),), ())


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    monkeypatch.setattr(scripts.streams.known_streams, "open_catalog", lambda _: catalog)
    for name in ("KAFKA", "CATALOG_URI", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"):
        monkeypatch.setenv(f"WINDOWPANE_{name}", "127.0.0.1:1")
    monkeypatch.setenv("COLUMNS", "200")


def run(monkeypatch: pytest.MonkeyPatch, result: AuditResult, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(scripts.lake.audit, "audit_stream", lambda _: result)
    invoked = CliRunner().invoke(command, ["health", *arguments])
    return invoked.exit_code, invoked.output


def test_says_that_all_is_accounted_for(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, CLEAN)
    assert code == 0
    assert "0 to 1,239" in output
    assert (
        "Everything is accounted for: 1,234 messages (1,200 accepted, 34 rejected), arrived up to 2026-03-01T12:01:00Z."
        in output
    )


def test_names_each_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, FAULTY)
    assert code == 1
    arrived = "2026-03-01T12:00:00Z to 2026-03-01T12:00:10Z"
    assert f"lost: minute panes, arrived {arrived}: 2 of 5 messages are lost\n" in output
    assert f"To replay: arrivals {arrived}\n" in output
    assert "accounted for" not in output


def test_says_that_it_is_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, YOUNG)
    assert (code, "Nothing is settled yet" in output) == (0, True)


def test_json_has_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, FAULTY, "--json")
    assert code == 1
    assert json.loads(output) == audit_json(FAULTY)
    assert audit_json(FAULTY) == {
        "stream": "health",
        "clean": False,
        "until": "2026-03-01T12:01:00Z",
        "values_until": "2026-03-01T12:00:00Z",
        "accepted": 1200,
        "rejected": 34,
        "partitions": [
            {
                "partition": 0,
                "first_offset": 0,
                "next_offset": 1240,
                "accepted": 1200,
                "rejected": 34,
                "heartbeats": 6,
                "duplicates": 0,
                "kafka_earliest": 0,
                "kafka_end": 1250,
                "not_yet": 10,
            }
        ],
        "findings": [
            {
                "kind": "lost",
                "tables": ["minute panes"],
                "partition": None,
                "arrived_from": "2026-03-01T12:00:00Z",
                "arrived_until": "2026-03-01T12:00:10Z",
                "offsets": None,
                "expected": 5,
                "found": 3,
                "text": str(LOST),
            }
        ],
        "notes": [],
        "replay": [{"from": "2026-03-01T12:00:00Z", "until": "2026-03-01T12:00:10Z"}],
    }


def test_refuses_unknown_streams() -> None:
    result = CliRunner().invoke(command, ["nope"])
    assert isinstance(result.exception, UnknownNameError)
