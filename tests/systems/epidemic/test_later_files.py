"""Files of later years, as others save them: other marks, columns that were added, other dates, other countries."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from sources.drift import drift, from_json, holding
from sources.errors import Held
from tests.systems.epidemic.published import SAMPLES, SOURCES, Take, Taken, write

NYC = [["Sequence week", "BA.2 count", "BA.2 percent", "XBB.1.5 count", ""]]
NYC += [[f"01/{day:02}/2022", f"{day}", "1", "4", ""] for day in (2, 9, 16, 23)]
PERIODS = [["period_start_date", "period_end_date", "not_sequenced", "sequenced", "cases", "pct_sequenced", ""]]
PERIODS += [[f"01/{day:02}/2022", "01/31/2022", "9", "1", "10", "10", ""] for day in (3, 31)]
WHO = [["Date_reported", "Country_code", "Country", "New_cases", "Cumulative_cases", "New_deaths", "Cumulative_deaths"]]
WHO += [[f"2022-01-{day}", "DE", "Germany", "1", f"{day}", "", "1"] for day in range(10, 20)]
SHARES = [["location", "date", "B (Lineage)", "Other"]]
SHARES += [["China", f"2022-01-{day}", "91,17647", "8,82353"] for day in (10, 24)]


def sample(name: str, most: int) -> list[list[str]]:
    with (SAMPLES / name).open(encoding="utf-8-sig", newline="") as lines:
        return [*csv.reader(lines)][: most + 1]


FILES: dict[str, tuple[str, list[list[str]], str]] = {
    "jhu_daily": ("01-01-2021.csv", sample("jhu_daily/01-01-2021.csv", 80), ""),
    "owid": ("owid-covid-data.csv", sample("owid/owid-covid-data_USA_ddmmyyyy.csv", 90), "%d/%m/%Y"),
    "owid_latest": ("latest.csv", sample("owid_latest/owid-covid-latest_2022-04.csv", 40), "%Y-%m-%d"),
    "owid_variants": ("covid-variants.csv", sample("owid_variants/covid-variants_2021-07.csv", 120), "%Y-%m-%d"),
    "jhu_wide": ("confirmed.csv", [row[:30] for row in sample("jhu_wide/covid19_confirmed_global.csv", 40)], ""),
    "nyc_variants": ("variant-epi-data.csv", NYC, "%m/%d/%Y"),
    "nyc_sequenced": ("cases-sequenced.csv", PERIODS, "%m/%d/%Y"),
    "who": ("WHO-COVID-19-global-data.csv", WHO, "%Y-%m-%d"),
    "variant_shares": ("China.csv", SHARES, "%Y-%m-%d"),
}
"""Source → a file's name, its rows and how its days are written: samples, and shapes with numbers that are made up."""

DAYS = {"date", "last_updated_date", "Date_reported", "Sequence week", "period_start_date", "period_end_date"}


def written(folder: Path, name: str, rows: list[list[str]], *, quoted: bool = False) -> Path:
    """`quoted`: as a spreadsheet writes it: with a mark of the encoding, every value quoted, lines ended as in DOS."""
    file = folder / name
    end = "\r\n" if quoted else "\n"
    with file.open("w", encoding="utf-8-sig" if quoted else "utf-8", newline="") as lines:
        csv.writer(lines, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator=end).writerows(rows)
    return file


def redated(rows: list[list[str]], before: str, after: str, years: int = 0) -> list[list[str]]:
    """The same with days written in another way, so many years later."""
    places = [place for place, name in enumerate(rows[0]) if name in DAYS]
    return [rows[0], *(_redated(row, places, before, after, years) for row in rows[1:])]


def _redated(row: list[str], places: list[int], before: str, after: str, years: int) -> list[str]:
    texts = [*row]
    for place in places:
        day = datetime.strptime(row[place], before).date()
        leap = years % 4 and (day.month, day.day) == (2, 29)
        texts[place] = date(day.year + years, day.month, 28 if leap else day.day).strftime(after)
    return texts


def held_for(source: str, before: Taken, after: Taken) -> list[str]:
    """Why a file would wait that comes after another one."""
    looks = [
        from_json(json.loads((it.landed.parents[1] / "mapped" / "columns.json").read_text())) for it in (before, after)
    ]
    used = {name for accepted in SOURCES[source].columns.values() for name in accepted}
    return [str(change) for change in holding(drift(*looks), used)]


@pytest.mark.parametrize("source", FILES)
def test_marks_and_new_columns_change_nothing(source: str, taken: Take, tmp_path: Path) -> None:
    name, rows, _ = FILES[source]
    first = taken(source, written(tmp_path, name, rows))
    assert first.accepted
    more = [["New, since 2024", *rows[0], "excess_mortality_2025"], *(["", *row, "0.5"] for row in rows[1:])]
    if source == "variant_shares":  # there, each column is a lineage
        more = rows
    again = taken(source, written(tmp_path, name, more, quoted=True), landed=first.landed)
    assert [message for message in again.accepted if message["change"]] == []
    assert (again.rows, again.unreadable) == (first.rows, 0)
    assert again.reasons() <= first.reasons()
    assert held_for(source, first, again) == []


@pytest.mark.parametrize("source", sorted(name for name, (_, _, days) in FILES.items() if days))
@pytest.mark.parametrize("years", [1, 4])
def test_files_of_later_years_go_on(source: str, years: int, taken: Take, tmp_path: Path) -> None:
    name, rows, days = FILES[source]
    first = taken(source, written(tmp_path, name, rows))
    later = redated(rows, days, days, years)
    both = taken(source, written(tmp_path, name, [*rows, *later[1:]]), landed=first.landed)
    assert held_for(source, first, both) == []
    assert {message["date"][:4] for message in both.accepted if message["change"]} <= {
        str(int(message["date"][:4]) + years) for message in first.accepted
    }
    assert len(both.answered) == 2 * len(first.answered)


@pytest.mark.parametrize(
    ("source", "days"),
    [
        ("owid", "%Y-%m-%d"), ("owid", "%m/%d/%Y"), ("owid", "%d/%m/%y"), ("owid_variants", "%m/%d/%Y"),
        ("owid_latest", "%Y-%m-%d"), ("who", "%m/%d/%Y"), ("who", "%Y-%m-%dT00:00:00Z"), ("nyc_variants", "%Y-%m-%d"),
        ("nyc_sequenced", "%m/%d/%y"), ("variant_shares", "%m/%d/%Y"),
    ],
)  # fmt: skip
def test_days_written_otherwise_are_the_same(source: str, days: str, taken: Take, tmp_path: Path) -> None:
    name, rows, before = FILES[source]
    first = taken(source, written(tmp_path, name, rows))
    again = taken(source, written(tmp_path, name, redated(rows, before, days)), landed=first.landed)
    assert [message for message in again.accepted if message["change"]] == []
    assert again.reasons() <= first.reasons()


def test_another_country_takes_nothing_back(taken: Take, tmp_path: Path) -> None:
    """Whoever keeps one country's part of a file has it beside the others'."""
    china = taken("variant_shares", written(tmp_path, "China.csv", SHARES))
    spain = [SHARES[0], *(["Spain", *row[1:]] for row in SHARES[1:])]
    beside = taken("variant_shares", written(tmp_path, "Spain.csv", spain), landed=china.landed)
    assert {message["region"] for message in beside.accepted} == {"ES"}
    header = "location,date,variant,num_sequences,perc_sequences,num_sequences_total"
    angola = taken("owid_variants", write(tmp_path / "a.csv", [header, "Angola,2021-07-05,Delta,3,100,3"]))
    later = write(tmp_path / "b.csv", [header, "Chile,2023-07-05,Omicron,4,100,4"])
    chile = taken("owid_variants", later, landed=angola.landed)
    assert [(m["region"], m["change"]) for m in chile.accepted] == [("CL", 4)]


def test_a_world_of_doses_has_place(taken: Take, tmp_path: Path) -> None:
    header = "iso_code,location,last_updated_date,total_vaccinations"
    it = taken("owid_latest", write(tmp_path / "latest.csv", [header, "CHN,China,2024-08-04,13578774356"]))
    assert (it.sums("region"), it.rejected) == ({("CN",): 13_578_774_356}, ())


NYC_OF_2022 = ["Sequence week,BA.1 count,BA.2 count,Other count,incomplete"]
NYC_OF_2022 += [f"{month:02}/{day:02}/2022,{day},7,0," for month in (1, 2, 3) for day in (1, 8, 15, 22)]
NYC_OF_2024 = ['"Period start date","Period end date","BA.1 count","BA.1 percent","BA.2 count","BA.2 percent"']
NYC_OF_2024 += ["12/26/2021,01/22/2022,46,62,28,38", "01/23/2022,02/19/2022,47,63,27,37"]
NYC_OF_2024 += ["02/20/2022,03/22/2022,45,61,29,39", "01/28/2024,02/24/2024,4,40,6,60"]
NYC_NOW = [NYC_OF_2024[0], "01/28/2024,02/24/2024,4,36,7,64", "02/25/2024,03/23/2024,0,0,9,100"]


def test_periods_take_the_place_of_weeks(taken: Take, tmp_path: Path) -> None:
    """And a file of the newest periods takes nothing from those before it; half of a file still waits."""
    weekly = taken("nyc_variants", write(tmp_path / "variant-epi-data.csv", NYC_OF_2022))
    periods = taken("nyc_variants", write(tmp_path / "variant-epi-data.csv", NYC_OF_2024), landed=weekly.landed)
    now = taken("nyc_variants", write(tmp_path / "now-variant-epi-data.csv", NYC_NOW), landed=periods.landed)
    assert now.reasons() == periods.reasons() == {}
    sums: Counter[tuple[str, ...]] = Counter()
    for file in (weekly, periods, now):
        sums.update(file.sums("date"))
    assert {day[:10]: total for (day,), total in sums.items() if total} == {
        "2021-12-26": 74, "2022-01-23": 74, "2022-02-20": 74, "2024-01-28": 11, "2024-02-25": 9,
    }  # fmt: skip
    half = write(tmp_path / "half.csv", [NYC_OF_2024[0], NYC_OF_2024[1], "01/28/2024,02/24/2024,4,40,6,60"])
    with pytest.raises(Held, match="hold_if_lost"):
        taken("nyc_variants", half, landed=now.landed)


def test_now_files_of_sequenced_cases_go_beside_all(taken: Take, tmp_path: Path) -> None:
    header = "period_start_date,period_end_date,not_sequenced,sequenced,cases,pct_sequenced,incomplete"
    every = [header, *(f"0{month}/03/2024,0{month}/30/2024,90,10,100,10," for month in range(1, 8))]
    landed = taken("nyc_sequenced", write(tmp_path / "cases-sequenced.csv", every)).landed
    newest = [header, "07/03/2024,07/30/2024,95,10,105,10,", "07/31/2024,08/27/2024,40,10,50,20,7180"]
    now = taken("nyc_sequenced", write(tmp_path / "now-cases-sequenced.csv", newest), landed=landed)
    assert now.sums("metric", "date") == {
        ("cases", "2024-07-03T00:00:00Z"): 5, ("cases", "2024-07-31T00:00:00Z"): 50,
        ("sequences", "2024-07-31T00:00:00Z"): 10,
    }  # fmt: skip


def test_lineages_that_are_named_anew_are_the_same_shares(taken: Take, tmp_path: Path) -> None:
    days = [f"2022-0{month}-10" for month in range(1, 6)]
    before = ['"location","date","Delta - AY.4 (WHO PVOC)","Other"', *(f'"China","{day}","90,5","9,5"' for day in days)]
    after = ['"location","date","Delta - AY.4 (WHO VOC)","Other"', *(f'"China","{day}","90,5","9,5"' for day in days)]
    landed = taken("variant_shares", write(tmp_path / "China.csv", before)).landed
    renamed = taken("variant_shares", write(tmp_path / "China.csv", after), landed=landed)
    assert set(renamed.sums("variant").items()) == {
        (("Delta - AY.4 (WHO PVOC)",), -5 * 905_000), (("Delta - AY.4 (WHO VOC)",), 5 * 905_000),
    }  # fmt: skip


WHO_OF_2025 = [
    "Date_reported,Country_code,Country,WHO_region,New_cases,Cumulative_cases,New_deaths,Cumulative_deaths",
    "2025-01-05,CI,Côte d'Ivoire,AFR,,34000,,835",
    "2025-01-05,TR,Türkiye,EUR,,17004724,,101419",
    "2025-01-05,CW,Curaçao,AMR,4,45986,,305",
    "2025-01-05,,Réunion,AFR,,494595,,921",
    "2025-01-05,NA,Namibia,AFR,,172556,,4110",
    "2025-01-05,XK,Kosovo (in accordance with UN Security Council resolution 1244 (1999)),EUR,,274279,,3212",
]
OWID_OF_2025 = [
    "country,date,total_cases,new_cases,new_cases_smoothed,total_deaths,hosp_patients,icu_patients,code,continent,"
    "total_vaccinations,people_vaccinated,population,excess_mortality",
    "Côte d'Ivoire,2024-08-04,34000.0,,,835.0,,,CIV,Africa,,,28160542,",
    "Côte d'Ivoire,2024-08-11,,,,,,,CIV,Africa,,,28160542,",
    "World,2024-08-04,775866783.0,,,7057132.0,,,,,13578774356.0,,,",
    "World excl. China,2024-08-04,676000000,,,,,,OWID_WXC,,,,,",
    "Türkiye,2024-08-04,17004724,,,101419,4,,,Asia,,,,",
    "Réunion,2024-08-04,494595,,,921,,,REU,Africa,,,,",
]


COMMON = {"CI": 34_000, "TR": 17_004_724, "RE": 494_595}


@pytest.mark.parametrize(
    ("source", "lines", "cases"),
    [
        (
            "who",
            WHO_OF_2025,
            {"CI": 34_000, "TR": 17_004_724, "CW": 45_986, "RE": 494_595, "NA": 172_556, "XK": 274_279},
        ),
        ("owid", OWID_OF_2025, {"CI": 34_000, "TR": 17_004_724, "RE": 494_595}),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso8859-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_of_2025_are_read_in_any_western_encoding(
    source: str, lines: list[str], cases: dict[str, int], encoding: str, end: str, taken: Take, tmp_path: Path
) -> None:
    file = tmp_path / f"{source}.csv"
    file.write_bytes("".join(f"{line}{end}" for line in lines).encode(encoding))
    it = taken(source, file)
    assert {
        region: told for (region, metric), told in it.sums("region", "metric").items() if metric == "cases"
    } == cases
    unknown = {message["unknown_region"] for _, message in it.rejected if "unknown_region" in message}
    assert unknown == ({"World", "World excl. China OWID_WXC"} if source == "owid" else set())
    assert (it.unreadable, len(it.answered)) == (0, len(lines) - 1)
