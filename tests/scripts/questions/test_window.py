"""`windowpane window`, `series` and `rejected`: what they ask, and what they show to people and to programs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import scripts.streams.known_streams
from query.errors import InvalidRequestError
from scripts.questions import rejected, series, window
from scripts.questions.series import fitting_step, series_result
from scripts.questions.window import window_result
from scripts.results import Format, show
from streams.errors import UnknownNameError
from tests.iceberg.lakes import open_local

SPAN = ["--start", "2026-03-01T10:17:00Z", "--end", "2026-03-04T09:05:00Z"]
MEASURE = {"count": 2, "mean": 0.123456789, "min": 0.1, "max": 0.2, "max_at": "2026-03-02T14:03:11.250Z"}
NOTHING = {"count": 0, "mean": None, "min": None, "max": None, "max_at": None}


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A stack whose service and engines are away, but for its catalog."""
    catalog = open_local(tmp_path)
    monkeypatch.setattr(scripts.streams.known_streams, "open_catalog", lambda _: catalog)
    for name, value in {
        "KAFKA": "127.0.0.1:1", "TRINO": "127.0.0.1:1", "PORT": "1", "CATALOG_URI": "postgresql://127.0.0.1:1/x",
        "S3_ENDPOINT": "http://127.0.0.1:1", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b", "WAREHOUSE": "s3://x/y",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"WINDOWPANE_{name}", value)


def answer(*groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "stream": "health",
        "start": "2026-03-01T10:17:00Z",
        "end": "2026-03-04T09:05:00Z",
        "as_known_at": None,
        "known_until": None,
        "complete_until": None,
        "groups": list(groups),
        **more,
    }


def shown(body: dict[str, Any], capsys: pytest.CaptureFixture[str], output: Format = Format.TABLE) -> str:
    show(window_result(body), output)
    return capsys.readouterr().out


@pytest.mark.parametrize("command", [window.command, rejected.command, series.command])
def test_unknown_streams_are_refused(command: click.Command) -> None:
    result = CliRunner().invoke(command, ["helth", *SPAN])
    assert isinstance(result.exception, UnknownNameError)
    assert "no stream 'helth'; did you mean health? Known: access_log, health, page_views" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["health", *SPAN, "--where", "cart"], "'cart' is not DIM=VALUE"),
        (["health"], "say which window: --last 24h, or --start and --end"),
        (["health", "--last", "1h", *SPAN], "say either --last, or --start and --end"),
        (["health", "--last", "soon"], "'soon' is no length of time"),
        (["health", "--last", "90s"], "not a number of whole minutes"),
        (["health", "--start", "noon"], "'noon' is no time; give 2026-03-01T10:17:00Z, -3h, now"),
        (["health", "--last", "1h", "--format", "xml"], "'xml' is not one of"),
    ],
)
def test_refuses_wrong_usage(arguments: list[str], part: str) -> None:
    result = CliRunner().invoke(window.command, arguments)
    assert result.exit_code == 2
    assert part in result.output


@pytest.mark.parametrize("name", ["cart", "[/b]", "[red]x", ":smile:", "\\[x]", "a=b"])
def test_shows_names_as_they_are(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    group = {"service": name, "messages": 81_234, "cpu": MEASURE, "ram": MEASURE, "disk": NOTHING}
    text = shown(answer(group), capsys)
    for part in (name, "81,234", "0.123457", "2026-03-02T14:03:11.250Z", "Complete until nothing yet."):
        assert part in text


def test_a_terminal_is_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(answer({"service": "a\x1b[31m\r\nb", "messages": 1}), capsys)
    assert "a\\x1b[31m\\r\\nb" in text


def test_shows_totals_quantiles_and_distincts(capsys: pytest.CaptureFixture[str]) -> None:
    measure = {**MEASURE, "quantiles": {"0.5": 0.25, "0.999": 0.75}}
    text = shown(answer({"messages": 5, "load_ms": measure, "visitors": {"distinct": 1_234}}), capsys)
    assert text.splitlines()[1].split("  ")[-3:] == ["load_ms p50", "load_ms p99.9", "visitors"]
    assert text.splitlines()[2].split()[-3:] == ["0.25", "0.75", "1,234"]


def test_csv_has_all_digits(capsys: pytest.CaptureFixture[str]) -> None:
    group = {"service": 'a,"b"', "messages": 81_234, "cpu": MEASURE, "ram": NOTHING}
    rows = list(csv.DictReader(io.StringIO(shown(answer(group), capsys, Format.CSV))))
    assert rows == [
        {
            "service": 'a,"b"', "messages": "81234", "cpu mean": "0.123456789", "cpu min": "0.1", "cpu max": "0.2",
            "cpu max at": "2026-03-02T14:03:11.250Z", "ram mean": "", "ram min": "", "ram max": "", "ram max at": "",
        }
    ]  # fmt: skip


def test_json_is_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    body = answer({"messages": 5, "cpu": MEASURE})
    assert json.loads(shown(body, capsys, Format.JSON)) == body


@pytest.mark.parametrize(
    ("asked", "known", "line"),
    [
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z", "As known at 2026-03-02T10:00:00Z."),
        ("2026-03-02T10:00:07Z", "2026-03-02T10:00:00Z", "As known at 2026-03-02T10:00:00Z; 2026-03-02T10:00:07Z was"),
        ("2026-03-02T10:00:07Z", None, "As known at a moment that nothing is complete for yet; 2026-03-02T10:00:07Z"),
    ],
)
def test_says_what_moment_it_answers_for(
    asked: str, known: str | None, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert line in shown(answer(as_known_at=asked, known_until=known), capsys)


def test_says_that_nothing_happened(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no messages in this window." in shown(answer(), capsys)


def test_series_has_a_row_for_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    points = [{"at": f"2026-03-01T1{n}:00:00Z", "groups": [{"service": "cart", "messages": n}]} for n in (1, 2)]
    show(series_result(answer(step="hour", points=points)), Format.TABLE)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:4]]
    assert rows == [
        ["at", "service", "messages"], ["2026-03-01T11:00:00Z", "cart", "1"], ["2026-03-01T12:00:00Z", "cart", "2"],
    ]  # fmt: skip


@pytest.mark.parametrize(("end", "step"), [("T03:00Z", "minute"), ("T03:01Z", "hour"), ("junk", "minute")])
def test_step_fits_the_window(end: str, step: str) -> None:
    assert fitting_step("2026-03-01T00:00Z", f"2026-03-01{end}") == step
    assert fitting_step("2026-03-01T00:00Z", "2026-03-08T00:01Z") == "day"


def test_rejected_shows_reason_and_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    message = {
        "arrived": "2026-03-01T10:17:02.000Z", "reason": "too large", "field": "CPU", "partition": 1, "offset": 12_345,
        "payload": '{"CPU":\n7}',
    }  # fmt: skip
    show(rejected.rejected_result(answer(messages=[message], limit=1)), Format.TABLE)
    text = capsys.readouterr().out
    for part in ("too large", "CPU", " 12345 ", '{"CPU":\\n7}', "Only the newest 1 are shown"):
        assert part in text


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["health", *SPAN, "--where", "host=a"], "host: is not a dimension"),
        (["health", *SPAN, "--by", "host"], "by: 'host' is not a dimension"),
        (["health", *SPAN[:3], "2026-03-01"], "end: is not a time"),
    ],
)
def test_reads_the_question_itself_while_the_service_is_away(arguments: list[str], part: str) -> None:
    result = CliRunner().invoke(window.command, arguments)
    assert isinstance(result.exception, InvalidRequestError)
    assert part in str(result.exception)
