"""Johns Hopkins University's files, against sums and regions by an independent reading."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from sources.errors import Held
from systems.epidemic.known_places import places
from tests.systems.epidemic.published import SAMPLES, Figures, Take, Taken, rows, whole, write

DAYS = ("01-22-2020", "03-01-2020", "03-22-2020", "05-29-2020", "01-01-2021")
WIDE = {
    "cases": SAMPLES / "jhu_wide" / "covid19_confirmed_global.csv",
    "deaths": SAMPLES / "jhu_wide" / "covid19_deaths_global.csv",
}
LATER = (
    "FIPS,Admin2,Province_State,Country_Region,Last_Update,Lat,Long_,"
    "Confirmed,Deaths,Recovered,Active,Combined_Key,Incident_Rate,Case_Fatality_Ratio"
)
_KEYS = {"cases": "Confirmed", "deaths": "Deaths"}
_CODES = {
    "Germany": "DE",
    "China": "CN",
    "Mainland China": "CN",
    "Italy": "IT",
    "Australia": "AU",
    "Canada": "CA",
    "Russia": "RU",
    "India": "IN",
}


def file_of(day: str) -> Path:
    return SAMPLES / "jhu_daily" / f"{day}.csv"


def of_country(row: dict[str, str]) -> str:
    return row.get("Country_Region") or row.get("Country/Region") or ""


def within(taken: Taken, code: str, metric: str) -> int:
    sums = taken.sums("region", "metric")
    return sum(sums[part, metric] for part in places().within(code))


@pytest.mark.parametrize("day", DAYS)
def test_daily_sums_are_the_files(day: str, taken: Take) -> None:
    it, published = taken("jhu_daily", file_of(day)), rows(file_of(day))
    assert it.rejected == ()
    assert (it.rows, it.unreadable) == (len(published), 0)
    assert len(it.answered) == len(published)
    for metric, column in _KEYS.items():
        assert it.sums("metric")[metric,] == whole(row[column] for row in published)
        for country in _CODES.keys() & {of_country(row) for row in published}:
            listed = [row for row in published if of_country(row) == country]
            apart = {"Hong Kong", "Macau", "Taiwan"}  # have codes of their own
            own = whole(
                row[column] for row in listed if (row.get("Province_State") or row.get("Province/State")) not in apart
            )
            assert within(it, _CODES[country], metric) == own, country
    month, day_of_month, year = day.split("-")
    assert {message["date"] for message in it.accepted} == {f"{year}-{month}-{day_of_month}T00:00:00Z"}


@pytest.mark.parametrize("day", DAYS[2:])
def test_counties_are_fips_codes(day: str, taken: Take) -> None:
    published = [
        row for row in rows(file_of(day)) if row["Admin2"] and row["FIPS"] and row["Admin2"] != "New York City"
    ]
    sums = taken("jhu_daily", file_of(day)).sums("region", "metric")
    for code in {row["FIPS"] for row in published}:
        region = f"US-{int(float(code)):05}"
        for metric, column in _KEYS.items():
            assert sums[region, metric] == whole(row[column] for row in published if row["FIPS"] == code), region


def test_a_city_is_not_one_of_its_counties(taken: Take) -> None:
    sums = taken("jhu_daily", file_of("05-29-2020")).sums("region", "metric")
    [city] = [row for row in rows(file_of("05-29-2020")) if row["Admin2"] == "New York City"]
    assert sums["US-NYC", "cases"] == int(city["Confirmed"])
    assert ("US-36061", "cases") not in sums


def test_a_whole_that_is_divided_is_counted_once(taken: Take) -> None:
    days = DAYS[2:]
    in_order, landed = rebuilt(taken, days)
    again = taken("jhu_daily", file_of(days[-1]), landed=landed)
    assert (again.accepted, again.rejected) == ((), ())
    assert taken("jhu_daily", file_of(days[0])).sums("region", "metric")["DE", "cases"] == 24_873
    assert in_order["DE", "cases"] == 0
    for country in ("Germany", "Italy", "India", "Russia"):
        published = [row for row in rows(file_of(days[-1])) if of_country(row) == country]
        told = sum(in_order[part, "cases"] for part in places().within(_CODES[country]))
        assert told == whole(row["Confirmed"] for row in published)
    assert rebuilt(taken, (days[2], days[0], days[1]))[0] == in_order


def rebuilt(taken: Take, days: Iterable[str]) -> tuple[Figures, Path | None]:
    """The newest figure of each region and metric, as the sum of all changes; and the state after the last file."""
    sums, landed = Figures(), None
    for day in days:
        it = taken("jhu_daily", file_of(day), landed=landed)
        landed = it.landed
        for message in it.accepted:
            sums[message["region"], message["metric"]] += message["change"]
    return sums, landed


def test_later_shapes_of_daily_reports(taken: Take, tmp_path: Path) -> None:
    places = (
        ',,,Afghanistan,{at},33.9,67.7,158107,7356,,,Afghanistan,406.1,4.65',
        ',,,Antarctica,{at},-71.9,23.3,11,0,,,Antarctica,,0.0',
        ',,,"Korea, North",{at},40.3,127.5,1,6,,,"Korea, North",0.003,600.0',
        ',,,"Korea, South",{at},35.9,127.7,30615522,34093,,,"Korea, South",59714.1,0.11',
        ',,,Taiwan*,{at},23.7,121.0,9970937,17672,,,Taiwan*,41864.5,0.17',
        ',,,Winter Olympics 2022,{at},39.9,116.3,535,0,,,Winter Olympics 2022,,0.0',
        ',,,Diamond Princess,{at},,,712,13,,,Diamond Princess,,1.8',
        ',,Unknown,China,{at},,,1521816,87468,,,"Unknown, China",,5.7',
        ',,Hong Kong,China,{at},22.3,114.2,2876106,13466,,,"Hong Kong, China",38363.2,0.46',
        ',,Channel Islands,United Kingdom,{at},49.3,-2.3,0,0,,,"Channel Islands, United Kingdom",0.0,',
        ',,Jersey,United Kingdom,{at},49.2,-2.1,66391,161,,,"Jersey, United Kingdom",,0.2',
        ',,Sakha (Yakutiya) Republic,Russia,{at},66.9,129.6,182000,2000,,,"Sakha (Yakutiya) Republic, Russia",,1.0',
        '45001.0,Abbeville,South Carolina,US,{at},34.2,-82.4,7541,92,,,"Abbeville, South Carolina, US",30746.5,1.2',
        '90036.0,Unassigned,New York,US,{at},,,0,-3,,,"Unassigned, New York, US",,',
        ',Bear River,Utah,US,{at},41.5,-113.0,60000,250,,,"Bear River, Utah, US",32000.0,0.4',
        '88888.0,,Diamond Princess,US,{at},,,49,0,,,"Diamond Princess, US",,0.0',
        '72.0,Adjuntas,Puerto Rico,US,{at},18.1,-66.7,5000,10,,,"Adjuntas, Puerto Rico, US",,',
        '66.0,,Guam,US,{at},13.4,144.7,60000,410,,,"Guam, US",36000.1,0.68',
    )  # fmt: skip
    for name, at in (("01-05-2022.csv", "2022-01-06 04:22:03"), ("csse_03-09-2023.csv.gz.csv", "3/10/23 4:21")):
        lines = ["\ufeff" + LATER, *(place.format(at=at) for place in places)]
        it = taken("jhu_daily", write(tmp_path / name, lines))
        sums = it.sums("region", "metric")
        assert it.rejected == ()
        assert len(it.answered) == len(places)
        told = {"AF": 158_107, "AQ": 11, "KP": 1, "KR": 30_615_522, "TW": 9_970_937, "ZZ-2022": 535, "ZZ-9999": 712}
        told |= {"CN-ZZZZ": 1_521_816, "HK": 2_876_106, "GB-U1": 0, "JE": 66_391, "RU-SA": 182_000, "US-45001": 7541}
        told |= {"US-90036": 0, "US-70015": 60_000, "US-88888": 49, "US-72001": 5000, "GU": 60_000}
        assert {region: sums[region, "cases"] for region in told} == told
        assert sums["US-90036", "deaths"] == -3
        assert sums["US", "cases"] == sums["US-SC", "cases"] == 0


def test_unknown_places_are_named(taken: Take, tmp_path: Path) -> None:
    lines = [
        LATER,
        ",,,Atlantis,,,,5,1,,,Atlantis,,",
        ",,Avalon,Germany,,,,7,0,,,,,",
        "99998,Nowhere,Ohio,US,,,,3,0,,,,,",
        ",,,Neverland,,,,5,1,,,Neverland,,",
        ",,,Italy,,,,9,1,,,,,",
        ",,,,,,,2,0,,,,,",
    ]
    it = taken("jhu_daily", write(tmp_path / "02-02-2022.csv", lines))
    assert it.reasons() == {"unknown_region: not an allowed value": 10}
    named = {message["unknown_region"] for _, message in it.rejected}
    assert named == {"Atlantis", "Avalon, Germany", "Nowhere, Ohio, US", "Neverland", "no name"}
    assert it.sums("region", "metric") == {("IT", "cases"): 9, ("IT", "deaths"): 1}


def test_unreadable_figures_are_named(taken: Take, tmp_path: Path) -> None:
    lines = [
        LATER,
        ",,,Italy,,,,12.6,1,,,,,",
        ",,,Spain,,,,0x10,2,,,,,",
        ",,,France,,,,1e400,3,,,,,",
        ",,,Norway,,,,infinity,4,,,,,",
        "53071,Walla Walla,Washington,US,,,,5,0,,,,,",
        "53071,Walla Walla County,Washington,US,,,,many,0,,,,,",
        ",,,Sweden,,,,123456789012345678901234567890,5,,,,,",
        ",,,Finland,,,, 59.0 ,,,,,,",
    ]
    it = taken("jhu_daily", write(tmp_path / "02-02-2022.csv", lines))
    assert {region for region, metric in it.sums("region", "metric") if metric == "cases"} & {
        "IT", "ES", "FR", "NO", "SE", "US-53071",
    } == set()  # fmt: skip
    assert it.sums("region", "metric")["FI", "cases"] == 59
    assert it.sums("region", "metric")["FI", "deaths"] == 0
    assert it.reasons() == {"change: not a number": 7}
    assert {message["cumulative"] for _, message in it.rejected} >= {"12.6", "0x10", "1e400", "infinity", "many"}


def test_a_file_without_a_day_is_named(taken: Take, tmp_path: Path) -> None:
    it = taken("jhu_daily", write(tmp_path / "latest.csv", [LATER, ",,,Italy,,,,9,1,,,,,"]))
    assert it.reasons() == {"date: not a time": 2}
    assert it.rejected[0][1]["date"].startswith("no date in the name of the file, latest.csv")
    other = taken("jhu_daily", write(tmp_path / "13-45-2020.csv", [LATER, ",,,Italy,,,,9,1,,,,,"]))
    assert other.reasons() == {"date: not a time": 2}


def test_a_missing_column_holds_the_file(taken: Take, tmp_path: Path) -> None:
    file = write(tmp_path / "02-02-2022.csv", [LATER.replace("Confirmed", "Cases"), ",,,Italy,,,,9,1,,,,,"])
    with pytest.raises(Held, match=r"no column for cases \(Confirmed\)"):
        taken("jhu_daily", file)


@pytest.mark.parametrize("metric", WIDE)
def test_wide_sums_are_the_files(metric: str, taken: Take) -> None:
    it, published = taken("jhu_wide", WIDE[metric]), rows(WIDE[metric])
    days = [column for column in published[0] if column[:1].isdigit()]
    assert it.rejected == ()
    assert len(it.answered) == it.rows == len(published)
    assert it.sums("metric") == {(metric,): whole(row[days[-1]] for row in published)}
    assert len(it.accepted) == len(published) * len(days)
    totals: dict[str, int] = {}
    for month, day, year in (column.split("/") for column in days):
        date = f"20{year}-{int(month):02}-{int(day):02}T00:00:00Z"
        totals[date] = whole(row[f"{month}/{day}/{year}"] for row in published)
    told = {date: sum(m["cumulative"] for m in it.accepted if m["date"] == date) for date in [*totals][::20]}
    assert told == {date: totals[date] for date in told}
    hubei = next(row for row in published if row["Province/State"] == "Hubei")
    assert it.sums("region")["CN-HB",] == int(hubei[days[-1]])


def test_wide_files_are_told_by_name(taken: Take, tmp_path: Path) -> None:
    header, *body = WIDE["cases"].read_text("utf-8").splitlines()
    short = [",".join(line.split(",")[:8]) for line in (header, body[0], '"Washington, D.C.",US,38.9,-77.0,0,0,0,1')]
    older = taken("jhu_wide", write(tmp_path / "time_series_19-covid-Confirmed.csv", short))
    assert older.rejected == ()
    unsaid = taken("jhu_wide", write(tmp_path / "time_series.csv", short))
    assert unsaid.reasons().keys() == {"metric: not an allowed value"}


def test_either_wide_file_leaves_the_other(taken: Take, tmp_path: Path) -> None:
    first = taken("jhu_wide", WIDE["cases"])
    second = taken("jhu_wide", WIDE["deaths"], landed=first.landed)
    assert {message["metric"] for message in second.accepted} == {"deaths"}
    lines = WIDE["cases"].read_text("utf-8").splitlines()
    corrected = lines[1].split(",")
    corrected[-1] = str(int(corrected[-1]) + 5)
    lines[1] = ",".join(corrected)
    third = taken("jhu_wide", write(tmp_path / "confirmed.csv", lines), landed=second.landed)
    assert [(message["change"], message["revision"]) for message in third.accepted] == [(5, 1)]
