from __future__ import annotations

import re

import duckdb
import pytest

from systems.epidemic.known_places import places
from systems.epidemic.regions import FOLDER, name_key, regions
from systems.epidemic.tables import rows_of


def lookup() -> dict[tuple[str, str], str]:
    return {(row["within"], row["name"]): row["code"] for row in rows_of(FOLDER / "regions.csv")}


@pytest.mark.parametrize(
    ("within", "name", "code"),
    [
        ("", "Mainland China", "CN"),
        ("", "Taiwan*", "TW"),
        ("", "Korea, South", "KR"),
        ("", "Republic of Korea", "KR"),
        ("", "Korea, North", "KP"),
        ("", "Niger", "NE"),
        ("", "Nigeria", "NG"),
        ("", "Guinea", "GN"),
        ("", "Guinea-Bissau", "GW"),
        ("", "Equatorial Guinea", "GQ"),
        ("", "Congo (Kinshasa)", "CD"),
        ("", "Congo (Brazzaville)", "CG"),
        ("", "Côte d\u2019Ivoire", "CI"),
        ("", "Cote d'Ivoire", "CI"),
        ("", "Réunion", "RE"),
        ("", "Türkiye", "TR"),
        ("", "Kosovo[1]", "XK"),
        ("", "West Bank and Gaza", "PS"),
        ("", "Dominica", "DM"),
        ("", "Dominican Republic", "DO"),
        ("", "Georgia", "GE"),
        ("US", "Georgia", "US-GA"),
        ("", "USA", "US"),
        ("", "GBR", "GB"),
        ("", "OWID_KOS", "XK"),
        ("", "Diamond Princess", "ZZ-9999"),
        ("CN", "Shaanxi", "CN-SN"),
        ("CN", "Shanxi", "CN-SX"),
        ("CN", "Hong Kong", "HK"),
        ("DK", "Greenland", "GL"),
        ("FR", "French Guiana", "GF"),
        ("FR", "Paris", "FR-75C"),
        ("US", "WA", "US-WA"),
        ("CA", "ON", "CA-ON"),
        ("US", "Puerto Rico", "PR"),
        ("US-WA", "King", "US-53033"),
        ("DE", "Unknown", "DE-ZZZZ"),
        ("ES", "Madrid", "ES-MD"),
        ("RU", "Altai Republic", "RU-AL"),
        ("RU", "Altai Krai", "RU-ALT"),
    ],
)
def test_names_have_codes(within: str, name: str, code: str) -> None:
    assert lookup()[within, name_key(name)] == code


@pytest.mark.parametrize(("within", "name"), [("", "World"), ("", "Europe"), ("", "High income"), ("", "England")])
def test_groups_have_none(within: str, name: str) -> None:
    assert (within, name_key(name)) not in lookup()


def test_every_code_has_a_name() -> None:
    known = regions()
    assert {*lookup().values()} <= known.keys()
    assert {region.parent for region in known.values()} - {""} <= known.keys()
    assert all(region.name for region in known.values())
    assert all(re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,5})?", code) for code in known)


def test_no_two_countries_have_one_name() -> None:
    names = [region.name for region in regions().values() if region.kind == "country"]
    assert len(names) == len({*names})
    assert len(names) == 250


def test_aliases_are_in_the_table() -> None:
    for row in rows_of(FOLDER / "aliases.csv"):
        assert lookup()[row["within"], name_key(row["name"])] == row["code"], row


def test_keys_are_those_of_mappings() -> None:
    names = [
        "Côte d\u2019Ivoire",
        "  Taiwan* ",
        "St. Pierre & Miquelon",
        "İstanbul",
        "Łódzkie",
        "ÅLAND",
        "P.A. Trento",
        "東京",
    ]
    names += [region.name for region in regions().values()]
    said = "trim(regexp_replace(strip_accents(lower(name)), '[^a-z0-9]+', ' ', 'g'))"
    found = duckdb.execute(f"select {said} from (select unnest(?) as name)", [names]).fetchall()
    assert [key for (key,) in found] == [name_key(name) for name in names]


def test_paths_lead_to_the_country() -> None:
    assert places().path("US-36061") == ("US-36061", "US-NYC", "US-NY", "US")
    assert [regions()[code].name for code in places().path("FR")] == ["France"]
    with pytest.raises(KeyError):
        regions()["QQ"]


def test_parts_are_within() -> None:
    germany = places().within("DE")
    assert germany[0] == "DE"
    assert "DE-BY" in germany
    assert len(germany) == len({*germany}) == 18
    york = places().within("US-NY")
    assert {"US-NY", "US-NYC", "US-36005", "US-36119"} <= {*york}
    assert "US-53033" not in york
    assert places().within("US-36061") == ("US-36061",)
