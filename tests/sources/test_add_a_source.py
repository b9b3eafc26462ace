"""docs/add-a-source.md, done: its sample, by its source, is what its reader expects."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import orjson
import pytest

from sources.definition import Source
from sources.definition_files import parse_source
from sources.trying.outcome import Changes, Tried
from sources.trying.request import Sample
from sources.trying.trial import tried
from streams import read_definitions
from streams.decoder import Decoder
from streams.decoding_plan import decoding_plan
from tests.documentation import ROOT, snippets

PAGE = "docs/add-a-source.md"


def snippet(language: str) -> str:
    [text] = [each.text for each in snippets(language) if each.page == PAGE]
    return text


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return parse_source(snippet("toml"), "weekly", tmp_path_factory.mktemp("sources.d"))


def take(source: Source, text: str, folder: Path, landed: Path | None = None) -> Tried:
    file = folder / "weekly.csv"
    file.write_text(text, "utf-8")
    definition = read_definitions(ROOT / "streams")[0][source.stream]
    work = folder / "work"
    work.mkdir()
    return tried(source, Decoder(decoding_plan(definition)), Sample(file, file.name, landed), work)


def expected(text: str) -> Counter[tuple[str, str, str]]:
    """Region, date and metric → figure, as plain Python reads the sample."""
    figures = Counter[tuple[str, str, str]]()
    for week, state, *numbers in [*csv.reader(text.splitlines(), delimiter=";")][2:]:
        day, month, year = week.split(".")
        for metric, number in zip(("cases", "hospitalised"), numbers, strict=True):
            if number != "n/a":
                figures[f"DE-{state}", f"{year}-{month}-{day}T00:00:00Z", metric] += int(number.replace(".", ""))
    return figures


def sums(outcome: Tried) -> Counter[tuple[str, str, str]]:
    figures = Counter[tuple[str, str, str]]()
    for each in outcome.taken:
        message = orjson.loads(each.message)
        figures[message["region"], message["date"], message["metric"]] += message["change"]
    return figures


def test_a_new_shape_takes_forty_lines() -> None:
    assert len(snippet("toml").splitlines()) <= 40


def test_each_fact_of_the_sample_is_taken(source: Source, tmp_path: Path) -> None:
    outcome = take(source, snippet("csv"), tmp_path)
    assert (outcome.held, outcome.rejected, outcome.refused, outcome.undeclared) == ("", 0, (), ())
    assert sums(outcome) == expected(snippet("csv"))
    assert outcome.changes == Changes(first=7, corrected=0, retracted=0, repeated=0)


def test_a_corrected_figure_is_one_message(source: Source, tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    take(source, snippet("csv"), tmp_path / "before")
    landed = tmp_path / "before" / "work" / "compared" / "landed.parquet"
    outcome = take(source, snippet("csv").replace(";388;", ";390;"), tmp_path, landed)
    assert outcome.changes == Changes(first=0, corrected=1, retracted=0, repeated=0)
    [message] = [orjson.loads(each.message) for each in outcome.taken]
    assert (message["region"], message["change"], message["revision"]) == ("DE-BE", 2, 1)


def test_a_cut_file_and_a_renamed_column_wait(source: Source, tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    take(source, snippet("csv"), tmp_path / "before")
    landed = tmp_path / "before" / "work" / "compared" / "landed.parquet"
    lines = snippet("csv").splitlines(keepends=True)
    (tmp_path / "cut").mkdir()
    assert "hold_if_lost" in take(source, "".join([*lines[:3], lines[4]]), tmp_path / "cut", landed).held
    (tmp_path / "renamed").mkdir()
    assert "Land" in take(source, snippet("csv").replace("Land", "Bundesland"), tmp_path / "renamed", landed).held
