"""`windowpane window` asks as the API does, and shows groups as they are, whatever their names hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import scripts.known_streams
from query.errors import InvalidRequestError, UnknownStreamError
from scripts.window import _show, command
from tests.definitions import HEALTH, PAGE_VIEWS
from tests.iceberg.lakes import open_local

SPAN = ["--start", "2026-03-01T10:17:00Z", "--end", "2026-03-04T09:05:00Z"]
MEASURE = {"count": 2, "mean": 0.123456789, "min": 0.1, "max": 0.2, "max_at": "2026-03-02T14:03:11.250Z"}
NOTHING = {"count": 0, "mean": None, "min": None, "max": None, "max_at": None}


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    monkeypatch.setattr(scripts.known_streams, "open_catalog", lambda _: catalog)
    for name in ("KAFKA", "CATALOG_URI", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"):
        monkeypatch.setenv(f"WINDOWPANE_{name}", "127.0.0.1:1")
    monkeypatch.setenv("COLUMNS", "300")


def answer(*groups: dict[str, Any]) -> dict[str, Any]:
    return {
        "start": "2026-03-01T10:17:00Z",
        "end": "2026-03-04T09:05:00Z",
        "as_known_at": None,
        "known_until": None,
        "complete_until": None,
        "groups": list(groups),
    }


@pytest.mark.parametrize(
    ("arguments", "error", "part"),
    [
        (["nope", *SPAN], UnknownStreamError, "no stream 'nope'; known: health, page_views"),
        (["health", *SPAN, "--where", "host=a"], InvalidRequestError, "host: is not a dimension"),
        (["health", *SPAN, "--by", "host"], InvalidRequestError, "by: 'host' is not a dimension"),
        (["health", *SPAN[:3], "2026-03-01"], InvalidRequestError, "end: is not a time"),
    ],
)
def test_refuses_before_it_asks_an_engine(arguments: list[str], error: type[Exception], part: str) -> None:
    result = CliRunner().invoke(command, arguments)
    assert isinstance(result.exception, error)
    assert part in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [(["health", *SPAN, "--where", "cart"], "'cart' is not DIM=VALUE"), (["health"], "Missing option '--start'")],
)
def test_refuses_wrong_usage(arguments: list[str], part: str) -> None:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    assert part in result.output


@pytest.mark.parametrize("name", ["cart", "[/b]", "[red]x", ":smile:", "\\[x]", "a=b"])
def test_shows_names_as_they_are(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    group = {"service": name, "messages": 81_234, "cpu": MEASURE, "ram": MEASURE, "disk": NOTHING}
    _show(HEALTH, answer(group))
    shown = capsys.readouterr().out
    for part in (name, "81,234", "0.123457", "2026-03-02T14:03:11.250Z", "Complete until nothing yet."):
        assert part in shown


def test_shows_totals_and_distincts(capsys: pytest.CaptureFixture[str]) -> None:
    _show(PAGE_VIEWS, answer({"messages": 5, "load_ms": MEASURE, "visitors": {"distinct": 1_234}}))
    shown = capsys.readouterr().out
    assert "1,234" in shown
    assert "site" not in shown


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
    _show(HEALTH, {**answer(), "as_known_at": asked, "known_until": known})
    assert line in capsys.readouterr().out


def test_says_that_nothing_happened(capsys: pytest.CaptureFixture[str]) -> None:
    _show(HEALTH, answer())
    assert "No messages in this window." in capsys.readouterr().out
