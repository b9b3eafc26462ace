"""Files of later years, as others save them: other marks, columns that were added, other dates, other countries."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from pathlib import Path

import pytest

from sources.drift import drift, from_json, holding
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
