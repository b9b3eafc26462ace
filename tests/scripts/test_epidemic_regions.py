from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.epidemic_regions import Table, main

REFERENCE = """UID,iso2,iso3,code3,FIPS,Admin2,Province_State,Country_Region,Lat,Long_,Combined_Key,Population
276,DE,DEU,276,,,,Germany,51,10,Germany,83155031
27616,DE,DEU,276,,,Thuringia,Germany,50,11,"Thuringia, Germany",2143145
27617,DE,DEU,276,,,Unknown,Germany,,,"Unknown, Germany",
304,GL,GRL,304,,,Greenland,Denmark,71,-42,"Greenland, Denmark",56772
208,DK,DNK,208,,,,Denmark,56,9,Denmark,5837213
39248,JP,JPN,392,,,Port Quarantine,Japan,,,"Port Quarantine, Japan",
392,JP,JPN,392,,,,Japan,36,138,Japan,126476458
9999,,,,,,,Diamond Princess,,,Diamond Princess,
840,US,USA,840,,,,US,40,-100,US,329466283
84000036,US,USA,840,36,,New York,US,42,-74,"New York, US",19453561
84036005,US,USA,840,36005,Bronx,New York,US,40,-73,"Bronx, New York, US",1418207
84036047,US,USA,840,36047,Kings,New York,US,40,-73,"Kings, New York, US",2559903
84036061,US,USA,840,36061,New York,New York,US,40,-73,"New York, New York, US",1628706
84036081,US,USA,840,36081,Queens,New York,US,40,-73,"Queens, New York, US",2253858
84036085,US,USA,840,36085,Richmond,New York,US,40,-73,"Richmond, New York, US",476143
84070015,US,USA,840,,Bear River,New York,US,,,"Bear River, New York, US",186818
63072001,PR,PRI,630,72001,Adjuntas,Puerto Rico,US,18,-66,"Adjuntas, Puerto Rico, US",17363
630,PR,PRI,630,72,,Puerto Rico,US,18,-66,"Puerto Rico, US",3193694
"""
INDEX = """FIPS,RPL_THEMES,RPL_THEME1,RPL_THEME2,RPL_THEME3,RPL_THEME4,EP_AGE65,EP_DISABL,EP_NOVEH,EP_UNINSUR
01001,0.4354,0.3631,0.581,0.5947,0.3741,14.6,19.3,5.6,7.1
35039,-999,-999,0.8758,0.9268,0.5409,18,16.1,6.2,10.6
"""


def made(folder: Path, aliases: str) -> tuple[int, str]:
    """Exit code and output of the script, which writes into the folder."""
    (folder / "regions").mkdir()
    (folder / "reference").mkdir()
    (folder / "regions" / "aliases.csv").write_text(f"within,name,code\n{aliases}", "utf-8")
    (folder / "places.csv").write_text(REFERENCE, "utf-8")
    (folder / "index.csv").write_text(INDEX, "utf-8")
    result = CliRunner().invoke(main, [str(folder / "places.csv"), str(folder / "index.csv"), str(folder)])
    return result.exit_code, str(result.exception or "")


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_tables_are_made(tmp_path: Path) -> None:
    assert made(tmp_path, "DE,Thuringia,DE-TH\n,Nippon,JP\nJP,Elsewhere,JP-ZZZZ\n") == (0, "")
    codes = {(within, name): code for within, name, code in read(tmp_path / "regions" / "regions.csv")}
    assert codes["", "nippon"] == codes["", "jpn"] == codes["", "japan"] == "JP"
    assert codes["DE", "thuringia"] == "DE-TH"
    assert codes["DE", "unknown"] == "DE-ZZZZ"
    assert codes["JP", "elsewhere"] == "JP-ZZZZ"
    assert codes["JP", "port quarantine"] == "JP-U48"
    assert codes["DK", "greenland"] == "GL"
    assert codes["", "diamond princess"] == "ZZ-9999"
    assert codes["US-NY", "bear river"] == "US-70015"
    assert codes["PR", "adjuntas"] == "US-72001"
    assert ("AZ", "yevlax") not in codes
    names = {code: rest for code, *rest in read(tmp_path / "regions" / "names.csv")}
    assert names["US-36061"] == ["New York, New York", "US-NYC", "county"]
    assert names["DE-TH"] == ["Thuringia", "DE", "state"]
    assert names["JP-ZZZZ"] == ["Unknown, Japan", "JP", "other"]
    people = dict(read(tmp_path / "reference" / "population.csv"))
    assert (people["US-NYC"], people["DE"], "DE-ZZZZ" in people) == ("8336817", "83155031", False)
    index = read(tmp_path / "reference" / "vulnerability.csv")
    assert index[2] == ["US-35039", "", "", "0.8758", "0.9268", "0.5409", "18", "16.1", "6.2", "10.6"]


def test_unknown_codes_are_refused(tmp_path: Path) -> None:
    code, error = made(tmp_path, ",Atlantis,QQ\nDE,Thuringia,DE-TH\n")
    assert code == 1
    assert "'Atlantis' QQ" in error


def test_names_of_two_regions_are_of_neither() -> None:
    table = Table(names={"GN": ("Guinea", "", "country"), "GW": ("Guinea-Bissau", "", "country")})
    table.call("", "Guinea", "GN")
    table.call("", "guinea", "GW")
    assert table.ambiguous == {("", "guinea")}
    table.alias("", "Guinea", "GN")
    assert (table.ambiguous, table.codes["", "guinea"]) == (set(), "GN")
    with pytest.raises(ValueError, match="which is no code"):
        table.alias("", "Atlantis", "QQ")
