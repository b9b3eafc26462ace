"""Shapes of files that are not openly licensed, with numbers that are made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.errors import Held
from tests.systems.epidemic.published import SOURCES, Take, write

_WHO_HEADERS = (
    "Date_reported,Country_code,Country,WHO_region,New_cases,Cumulative_cases,New_deaths,Cumulative_deaths",
    "Date_reported, Country_code, Country, WHO_region, New_cases, Cumulative_cases, New_deaths, Cumulative_deaths",
    "\ufeffDate_reported,Country_code,Country,WHO_region,New_cases,Cumulative_cases,New_deaths,Cumulative_deaths",
)


def test_who_of_april_2020(taken: Take, tmp_path: Path) -> None:
    lines = [
        "\ufeffday,Country,CountryName,Region,Deaths,CumulativeDeaths,Confirmed,CumulativeConfirmed",
        "2/25/20,AF,Afghanistan,EMRO,0,0,1,1",
        "2/26/20,AF,Afghanistan,EMRO,1,1,4,5",
        "2/26/20,CI,Côte d’Ivoire,AFRO,0,0,3,3",
        "2/26/20,NA,Namibia,AFRO,0,0,2,2",
        "2/26/20,XK,Kosovo[1],EURO,0,0,7,7",
        "2/26/20, ,undefined,,0,0,10,10",
        "2/5/20, ,undefined,,0,0,10,10",
    ]
    it = taken("who", write(tmp_path / "WHO-COVID-19-global-data.csv", lines))
    assert it.sums("region", "date", "metric")["AF", "2020-02-26T00:00:00Z", "cases"] == 4
    sums = it.sums("region", "metric")
    assert {code: sums[code, "cases"] for code in ("AF", "CI", "NA", "XK")} == {"AF": 5, "CI": 3, "NA": 2, "XK": 7}
    assert it.reasons() == {"unknown_region: not an allowed value": 4}
    assert {message["unknown_region"] for _, message in it.rejected} == {"undefined"}
    assert len(it.answered) == it.rows == 7


@pytest.mark.parametrize("header", _WHO_HEADERS)
def test_who_since_2020(header: str, taken: Take, tmp_path: Path) -> None:
    lines = [
        header,
        "2023-12-24,DE,Germany,EURO,,0,,0",
        "2023-12-31,DE,Germany,EURO,40,40,,0",
        "2024-01-07T00:00:00Z,DE,Germany,EURO,2,42,1,1",
        "2024-01-07,TR,Türkiye,EURO,9,9,,0",
        '2024-01-07,NL,"Netherlands (Kingdom of the)",EURO,8,8,,0',
        "2024-01-07,XA,Bonaire,AMRO,3,3,,0",
        "2024-01-07,  ,International commercial vessel,OTHER,1,1,,0",
        '2024-01-07,PS,"occupied Palestinian territory, including east Jerusalem",EMRO,6,6,,',
        "2024-01-07,FR,France,EURO,,,,",
    ]
    it = taken("who", write(tmp_path / "who.csv", lines))
    sums = it.sums("region", "metric")
    told = {"DE": 42, "TR": 9, "NL": 8, "BQ-BO": 3, "PS": 6}
    assert {code: sums[code, "cases"] for code in told} == told
    assert it.sums("region", "date", "metric")["DE", "2024-01-07T00:00:00Z", "cases"] == 2
    assert it.reasons() == {"unknown_region: not an allowed value": 2, "change: missing": 1}
    assert len(it.answered) == it.rows == 9


def test_who_weekly_after_daily_goes_on(taken: Take, tmp_path: Path) -> None:
    daily = [f"2023-01-{day:02},DE,Germany,EURO,1,{day},0,0" for day in range(1, 22)]
    weekly = [f"2023-01-{day:02},DE,Germany,EURO,7,{day},0,0" for day in (7, 14, 21, 28)]
    landed = taken("who", write(tmp_path / "daily.csv", [_WHO_HEADERS[0], *daily])).landed
    it = taken("who", write(tmp_path / "weekly.csv", [_WHO_HEADERS[0], *weekly]), landed=landed)
    assert it.sums("metric", "date") == {
        ("cases", "2023-01-28T00:00:00Z"): 7, ("deaths", "2023-01-28T00:00:00Z"): 0,
    }  # fmt: skip


def test_half_of_a_file_is_held(taken: Take, tmp_path: Path) -> None:
    lines = [f"2023-01-01,{code},{name},EURO,1,1,0,0" for code, name in (("DE", "Germany"), ("FR", "France"))]
    landed = taken("who", write(tmp_path / "whole.csv", [_WHO_HEADERS[0], *lines])).landed
    with pytest.raises(Held, match="hold_if_lost"):
        taken("who", write(tmp_path / "half.csv", [_WHO_HEADERS[0], lines[0]]), landed=landed)


def test_nyc_lineages_keep_their_names(taken: Take, tmp_path: Path) -> None:
    weeks = [
        '"Sequence week","B.1.526 +E484K count","B.1.526 +E484K  percent","B.1.1.529 BA.2 count",'
        '"B.1.1.529 BA.2 percent","B.1.1.529 other count","B.1.1.529 other percent","Other count","Other percent","incomplete"',
        "01/02/2022,3,1,20,10,5,2,7,3,",
        "01/09/2022,0,0,30,10,6,2,8,3,7180",
    ]
    it = taken("nyc_variants", write(tmp_path / "variant-epi-data.csv", weeks))
    assert it.rejected == ()
    assert it.sums("region", "variant", "metric") == {
        ("US-NYC", "B.1.526 +E484K", "sequences"): 3, ("US-NYC", "BA.2", "sequences"): 50,
        ("US-NYC", "Omicron other", "sequences"): 11, ("US-NYC", "Other", "sequences"): 15,
    }  # fmt: skip
    renamed = [
        '"Sequence week","B.1.526 +E484K count","BA.2 count","XBB.1.5 count","Omicron other count","Other count"',
        "01/02/2022,3,21,0,5,7",
        "01/09/2022,0,30,0,6,8",
        "01/16/2022,0,30,4,6,x",
    ]
    later = taken("nyc_variants", write(tmp_path / "variant-epi-data.csv", renamed), landed=it.landed)
    known = {(m["variant"], m["date"][:10]): (m["change"], m["revision"]) for m in later.accepted}
    assert known["BA.2", "2022-01-02"] == (1, 1)
    assert known["XBB.1.5", "2022-01-16"] == (4, 0)
    assert later.reasons() == {"change: not a number": 1}


def test_nyc_periods(taken: Take, tmp_path: Path) -> None:
    lines = [
        '"Period start date","Period end date","JN.1 count","JN.1 percent","KP.3.1.1 count","KP.3.1.1 percent","incomplete"',
        "01/26/2025,02/22/2025,14,2,62,8,",
        "02/23/2025,03/22/2025,15,2,,5,",
    ]
    it = taken("nyc_variants", write(tmp_path / "variant-epi-data.csv", lines))
    assert it.sums("variant", "date")["JN.1", "2025-01-26T00:00:00Z"] == 14
    assert it.sums("metric") == {("sequences",): 91}
    assert it.reasons() == {"change: missing": 1}
    periods = ["period_start_date,period_end_date,not_sequenced,sequenced,cases,pct_sequenced,incomplete"]
    periods += ["01/03/2021,01/30/2021,900,100,1000,10,", "01/31/2021,02/27/2021,80,20,100,20,7180"]
    sequenced = taken("nyc_sequenced", write(tmp_path / "cases-sequenced.csv", periods))
    assert sequenced.sums("metric") == {("cases",): 1100, ("sequences",): 120}


def test_a_table_without_counts_is_held(taken: Take, tmp_path: Path) -> None:
    file = write(tmp_path / "variant-classification.csv", ['"Sequence week","JN.1 percent"', "01/02/2022,3"])
    with pytest.raises(Held):
        taken("nyc_variants", file)


def test_decimal_commas_are_parts_per_million(taken: Take, tmp_path: Path) -> None:
    lines = [
        '"location","date","B (Lineage)","Delta - AY.4 (WHO PVOC)","Other"',
        '"China","2020-01-12","91,17647058823529","8,823529411764707","0,0"',
        '"China","2020-01-26","100","0,0","0,00004"',
        '"China","2020-02-09","1.5","1,5,5",""',
        '"Middle-earth","2020-01-26","50,0","50,0","0,0"',
    ]
    it = taken("variant_shares", write(tmp_path / "China.csv", lines))
    told = {(m["variant"], m["date"][:10]): m["change"] for m in it.accepted}
    assert told["B (Lineage)", "2020-01-12"] == 911_765
    assert told["Delta - AY.4 (WHO PVOC)", "2020-01-12"] == 88_235
    assert told["B (Lineage)", "2020-01-26"] == 1_000_000
    assert told["Other", "2020-01-26"] == 0
    assert len(told) == 6
    assert it.reasons() == {
        "unknown_region: not an allowed value": 3, "change: not a number": 2, "change: missing": 1,
    }  # fmt: skip


def test_every_source_tells_its_licence() -> None:
    assert {*SOURCES} == {
        "jhu_daily", "jhu_wide", "owid", "owid_latest", "owid_variants", "who", "nyc_variants", "nyc_sequenced",
        "variant_shares",
    }  # fmt: skip
    for source in SOURCES.values():
        assert source.stream == "case_reports"
        assert all((source.title, source.description, source.licence, source.attribution, source.homepage))
        assert source.corrections is not None
        assert source.corrections.key == ("source", "region", "date", "variant", "metric")
        assert f"'{source.name}' as source" in (source.mapping.select or "")
