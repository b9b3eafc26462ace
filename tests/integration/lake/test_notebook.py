"""The notebook of the documentation, cell by cell, on a published file of which one figure was corrected later."""

from __future__ import annotations

import contextlib
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from compose.embedded.stack import Stack
from query.settings import QuerySettings
from tests.documentation import ROOT
from tests.integration.live_streams import LiveStream, await_true, running_live
from tests.systems.epidemic.published import FOLDER, SAMPLES, SOURCES, Taken, take

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

NOTEBOOK = ROOT / "docs" / "notebooks" / "vintages.ipynb"
FILE = SAMPLES / "jhu_wide" / "covid19_confirmed_global.csv"
PLACES, DAYS, LATER = 12, 20, 7.0


def cells() -> list[str]:
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def written(folder: Path, *, corrected: bool) -> Path:
    """Some places and days of the file; `corrected`: by more cases of a place on its last day."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [row[: 4 + DAYS] for row in csv.reader(file)][-PLACES - 1 :]
        file.seek(0)
        head = next(csv.reader(file))[: 4 + DAYS]
    if corrected:
        rows[-2][-1] = str(int(rows[-2][-1]) + int(LATER))  # the United Kingdom
    folder.mkdir()
    path = folder / FILE.name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def sent(live: LiveStream, taken: Taken) -> None:
    assert taken.accepted
    live.send([json.dumps(message).encode() for message in taken.accepted])
    live.await_accounted()


@pytest.fixture(scope="module")
def reported(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveStream, int]]:
    """Reports of a file, and how many; and that of its next version, which arrived when the first were complete."""
    folder = tmp_path_factory.mktemp("reports")
    text = (FOLDER / "on_demand" / "case_reports.toml").read_text("utf-8")
    with running_live(tmp_path_factory.mktemp("streams"), text.replace('"case_reports"', '"{topic}"')) as live:
        first = take(SOURCES["jhu_wide"], written(folder / "a", corrected=False), folder / "a")
        sent(live, first)
        second = take(SOURCES["jhu_wide"], written(folder / "b", corrected=True), folder / "b", landed=first.landed)
        assert [(each["revision"], each["change"]) for each in second.accepted] == [(1, LATER)]
        sent(live, second)
        records = f"{stack.url}v1/streams/{live.name}/series?start=2020-01-22T00:00Z&end=2020-03-01T00:00Z&step=day"
        await_true(lambda: httpx.get(records).status_code == 200, 60, "the service knows the stream")
        yield live, len(first.accepted)


def test_the_notebook_runs(stack: Stack, reported: tuple[LiveStream, int], monkeypatch: pytest.MonkeyPatch) -> None:
    live, figures = reported
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "")  # what the notebook takes away is there again afterwards
    host, _, port = QuerySettings().trino.partition(":")
    here = {"URL": stack.url, "TRINO": (host, int(port)), "CERTIFICATE": str(QuerySettings().trino_trusted)}
    parameters, *others = cells()
    known: dict[str, Any] = {}
    exec(compile(parameters, "parameters", "exec"), known)
    assert {*here, "STREAM"} <= known.keys()
    known.update(here, STREAM=live.name)
    with contextlib.ExitStack() as opened:
        for number, cell in enumerate(others):
            exec(compile(cell, f"cell {number}", "exec"), known)
            for name in {"client", "connection"} & known.keys():
                opened.callback(known[name].close)
    gained = known["revised"][known["revised"]["gained"] != 0]
    assert gained["gained"].tolist() == [LATER]
    assert known["vintages"]["known_until"].nunique() >= 2
    assert len(known["by_sql"]) == len(known["today"]) == figures
    assert known["by_sql"]["reports"].sum() == len(known["reports"]) == figures + 1
