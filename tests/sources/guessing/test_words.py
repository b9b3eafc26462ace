from __future__ import annotations

import pytest

from sources.guessing.guess import source_name
from sources.guessing.words import bare_words, sql_name, words


def test_words_are_what_they_mean() -> None:
    assert bare_words("totalCases_2 per-Million ISO") == ["total", "cases", "2", "per", "million", "iso"]
    assert words("Country/Region") == {"region"}
    assert words("Confirmed") == words("cases") == {"case"}
    assert words("num_sequences") == {"num", "sequence"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Province/State", "province_state"), ("2020", "c_2020"), ("Order", "order_"), ("", "c"),
        ("Größe (m)", "gr_e_m"), ("x" * 99, "x" * 60), ("from", "from_"),
    ],
)  # fmt: skip
def test_names_are_good_in_sql(name: str, expected: str) -> None:
    assert sql_name(name) == expected


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("03-22-2020.csv", "source"), ("owid-covid-data.csv.gz", "owid_covid_data"),
        ("2022-12_variants.csv", "variants"), ("folder/Daily Report 20200322.xlsx", "daily_report"), ("", "source"),
        ("..", "source"),
    ],
)  # fmt: skip
def test_sources_are_called_after_files(file: str, expected: str) -> None:
    assert source_name(file) == expected
