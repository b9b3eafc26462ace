"""Our World in Data's files, against an independent reading. Names of its catalogue of 2024 included."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.systems.epidemic.published import DATA, SAMPLES, Take, rows, whole, write

FULL = SAMPLES / "owid" / "owid-covid-data_USA_ddmmyyyy.csv"
LATEST = SAMPLES / "owid_latest" / "owid-covid-latest_2022-04.csv"
REDUCED = DATA / "owid" / "owid-covid-latest_reduced_8col.csv"
VARIANTS = SAMPLES / "owid_variants" / "covid-variants_2021-07.csv"
METRICS = {
    "cases": "total_cases", "deaths": "total_deaths", "hospitalised": "hosp_patients", "intensive_care": "icu_patients",
    "tests": "total_tests", "doses": "total_vaccinations", "vaccinated": "people_vaccinated",
    "fully_vaccinated": "people_fully_vaccinated", "boosters": "total_boosters",
}  # fmt: skip
COMPACT = (
    "country,date,total_cases,new_cases,total_deaths,new_deaths,hosp_patients,icu_patients,"
    "total_tests,people_vaccinated,code,continent,population"
)


def test_full_file_is_as_pandas_reads_it(taken: Take) -> None:
    it, frame = taken("owid", FULL), pd.read_csv(FULL)
    assert (it.rows, it.unreadable, len(it.answered)) == (len(frame), 0, len(frame))
    told = {(m["metric"], m["date"]): m["cumulative"] for m in it.accepted}
    told |= {(m["metric"], m["date"]): m["cumulative"] for _, m in it.rejected}
    expected = {
        (metric, datetime.strptime(row["date"], "%d/%m/%Y").strftime("%Y-%m-%dT00:00:00Z")): row[column]
        for metric, column in METRICS.items()
        for _, row in frame[frame[column].notna()].iterrows()
    }
    assert told == expected
    sums = it.sums("metric")
    for metric, column in METRICS.items():
        assert sums[metric,] == frame[column].dropna().iloc[-1], metric
    assert {m["region"] for m in it.accepted} == {"US"}
    assert it.rejected == ()


def test_latest_file_is_the_totals(taken: Take) -> None:
    it, published = taken("owid_latest", LATEST), rows(LATEST)
    places = [row for row in published if not row["iso_code"].startswith("OWID_") or row["iso_code"] == "OWID_KOS"]
    groups = [row for row in published if row not in places]
    assert len(it.answered) == len(published)
    assert it.sums("metric")["cases",] == whole(row["total_cases"] for row in places)
    assert it.sums("metric")["deaths",] == whole(row["total_deaths"] for row in places)
    refused = [m for reason, m in it.rejected if reason == "unknown_region: not an allowed value"]
    assert {m["unknown_region"] for m in refused} == {f"{row['location']} {row['iso_code']}" for row in groups}
    filled = sum(bool(row[column]) for row in groups for column in METRICS.values())
    assert len(refused) == filled
    assert len(refused) == len(it.rejected)
    china = whole(row["total_vaccinations"] for row in places if row["iso_code"] == "CHN")
    assert it.sums("region", "metric")["CN", "doses"] == china > 3e9
    assert it.sums("region", "metric")["XK", "cases"] > 0


def test_latest_file_without_a_day_is_named(taken: Take) -> None:
    it, published = taken("owid_latest", REDUCED), rows(REDUCED)
    assert it.accepted == ()
    assert it.reasons().keys() == {"date: not a time"}
    assert len(it.answered) == len(published)
    named = taken("owid_latest", REDUCED, name="owid-covid-latest_2022-03-12.csv")
    places = [row for row in published if not row["iso_code"].startswith("OWID_") or row["iso_code"] == "OWID_KOS"]
    assert named.sums("metric", "date")["cases", "2022-03-12T00:00:00Z"] == whole(row["total_cases"] for row in places)
    assert named.sums("metric")["intensive_care",] == whole(row["icu_patients"] for row in places)


def test_next_latest_file_tells_what_came(taken: Take, tmp_path: Path) -> None:
    header = "iso_code,location,last_updated_date,total_cases,total_deaths"
    first = write(tmp_path / "a_latest.csv", [header, "DEU,Germany,2022-04-01,100.0,10.0", "FRA,France,2022-04-01,50,"])
    second = write(
        tmp_path / "b_latest.csv", [header, "DEU,Germany,2022-04-02,130.0,10.0", "FRA,France,2022-04-01,50,"]
    )
    landed = taken("owid_latest", first).landed
    it = taken("owid_latest", second, landed=landed)
    assert it.sums("region", "date", "metric") == {
        ("DE", "2022-04-02T00:00:00Z", "cases"): 30, ("DE", "2022-04-02T00:00:00Z", "deaths"): 0,
    }  # fmt: skip


def test_catalogue_of_2024(taken: Take, tmp_path: Path) -> None:
    lines = [
        COMPACT,
        "Afghanistan,2024-08-04,235214,0,7998,0,,,,,AFG,Asia,41128772",
        "Cote d'Ivoire,2024-08-04,88448,,835,,,,,,CIV,Africa,28160548",
        "Germany,2024-08-04,38437756,0,174979,0,21,,,64876299,DEU,Europe,83369840",
        "Kosovo,2024-08-04,274279,0,3212,0,,,,,OWID_KOS,Europe,1782115",
        "England,2024-08-04,,,,,,,,44000000,OWID_ENG,Europe,56550000",
        "World,2024-08-04,775866783,,7057132,,,,,,OWID_WRL,,7975105024",
        "High-income countries,2024-08-04,429044052,,2997359,,,,,,OWID_HIC,,1250514600",
        "World excl. China,2024-08-04,676000000,,6900000,,,,,,,,",
        "Tuvalu,2024-08-04,,,,,,,,,TUV,Oceania,11335",
    ]
    it = taken("owid", write(tmp_path / "compact.csv", lines))
    sums = it.sums("region", "metric")
    assert sums["DE", "vaccinated"] == 64_876_299
    assert sums["DE", "hospitalised"] == 21
    assert {sums[code, "cases"] for code in ("AF", "CI", "XK")} == {235_214, 88_448, 274_279}
    assert it.reasons() == {"unknown_region: not an allowed value": 7, "change: missing": 1}
    assert len(it.answered) == len(lines) - 1


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        (["05/01/2020", "13/01/2020"], {"2020-01-05T00:00:00Z", "2020-01-13T00:00:00Z"}),
        (["05/01/2020", "01/13/2020"], {"2020-05-01T00:00:00Z", "2020-01-13T00:00:00Z"}),
        (["5/1/20", "1/13/20"], {"2020-05-01T00:00:00Z", "2020-01-13T00:00:00Z"}),
        (["13/01/2020", "01/13/2020"], set()),
        (["2020-01-05", "2020-01-13"], {"2020-01-05T00:00:00Z", "2020-01-13T00:00:00Z"}),
        (["5.1.2020", "2020-02-30"], set()),
        (["1900-01-01", "20-01-01"], set()),
    ],
)
def test_days_are_never_guessed(dates: list[str], told: set[str], taken: Take, tmp_path: Path) -> None:
    lines = ["iso_code,location,date,total_cases", *(f"DEU,Germany,{date},5" for date in dates)]
    it = taken("owid", write(tmp_path / "owid-covid-data.csv", lines))
    assert {message["date"] for message in it.accepted} == told
    assert len(it.accepted) + len(it.rejected) == len(dates)
    assert {reason.partition(":")[0] for reason, _ in it.rejected} <= {"date"}


def test_unreadable_totals_are_named(taken: Take, tmp_path: Path) -> None:
    totals = ("1e400", "nan", "12.6", "5,5", "ten", "7.0", "=1+1")
    days = [f"2020-01-{day:02}" for day in range(1, len(totals) + 1)]
    lines = [f'DEU,Germany,{day},"{total}"' for day, total in zip(days, totals, strict=True)]
    it = taken("owid", write(tmp_path / "covid-data.csv", ["iso_code,location,date,total_cases", *lines]))
    assert it.sums("date") == {("2020-01-06T00:00:00Z",): 7}
    assert it.reasons() == {"change: not a number": 6}


def test_variants_are_counted_once(taken: Take) -> None:
    it, published = taken("owid_variants", VARIANTS), rows(VARIANTS)
    stated = [row for row in published if row["num_sequences"]]
    assert len(it.answered) == len(published)
    assert it.reasons() == {"change: missing": len(published) - len(stated)}
    expected = Counter[tuple[str, ...]]()
    for row in stated:
        metric = "sequences_grouped" if row["variant"] == "non_who" else "sequences"
        code = {"Angola": "AO", "United States": "US"}[row["location"]]
        expected[code, row["variant"], f"{row['date']}T00:00:00Z", metric] += int(float(row["num_sequences"]))
    assert it.sums("region", "variant", "date", "metric") == expected
    totals = {(row["location"], row["date"]): int(row["num_sequences_total"]) for row in published}
    assert it.sums("metric")["sequences",] == sum(totals.values())
