"""Makes the tables of regions and their people: what each is called by sources, its name, what it is part of, how many
live there, and how vulnerable they are.

    python -m scripts.epidemic_regions reference.csv SVI2018_US_COUNTY.csv systems/epidemic

`reference.csv` is Johns Hopkins University's list of places as https://github.com/datasets/covid-19 keeps it
(data/reference.csv, PDDL), the other one the CDC/ATSDR Social Vulnerability Index of 2018 (public domain). Codes and
names of countries and their parts come from pycountry and country_converter. What these call otherwise than sources do
is written by hand in `regions/aliases.csv`; no name is matched by likeness.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import click
import pycountry

from systems.epidemic.regions import name_key

_Row = Mapping[str, str]

_COUNTIES_OF = "840"
"""The United States, whose counties' numbers are FIPS codes."""

_NEW_YORK, _BOROUGHS = "US-NYC", ("US-36005", "US-36047", "US-36061", "US-36081", "US-36085")
"""A city of five counties, which many report of as one."""

_KOSOVO = ("XK", "Kosovo")
"""Used by all, though ISO 3166-1 leaves it to its users."""

_UNSAID = ("", "-999", "-999.0")
"""How the index writes what it does not know."""

_THEMES = {
    "overall": "RPL_THEMES", "socioeconomic": "RPL_THEME1", "household": "RPL_THEME2", "minority": "RPL_THEME3",
    "housing": "RPL_THEME4", "aged_65_percent": "EP_AGE65", "disabled_percent": "EP_DISABL",
    "no_vehicle_percent": "EP_NOVEH", "uninsured_percent": "EP_UNINSUR",
}  # fmt: skip


@dataclass(slots=True)
class Table:
    """What is known: `names` is code → (name, parent, kind), `codes` is (parent, key of a name) → code."""

    names: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    ambiguous: set[tuple[str, str]] = field(default_factory=set)

    def call(self, within: str, name: str, code: str) -> None:
        """One more name; a name of two codes is of neither, for it would be a guess."""
        called = (within, name_key(name))
        if self.codes.get(called, code) != code:
            self.ambiguous.add(called)
        self.codes.setdefault(called, code)

    def alias(self, within: str, name: str, code: str) -> None:
        """A name that was decided by hand, whatever others say. Raises ValueError for a code that is not known."""
        if code.endswith("-ZZZZ") and code not in self.names:
            self.names[code] = (f"Unknown, {self.names[within][0]}", within, "other")
        if code not in self.names:
            raise ValueError(f"aliases.csv calls {name!r} {code}, which is no code; known are those of names.csv")
        called = (within, name_key(name))
        self.ambiguous.discard(called)
        self.codes[called] = code


@click.command()
@click.argument("reference", type=click.Path(exists=True, path_type=Path))
@click.argument("index", type=click.Path(exists=True, path_type=Path))
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
def main(reference: Path, index: Path, folder: Path) -> None:
    """Write `regions/` and `reference/` of a folder from two downloaded tables."""
    places, table = _read(reference), Table()
    _add_countries(table)
    _add_parts(table)
    by_hand = _read(folder / "regions" / "aliases.csv")
    coded = dict(_add_places(table, places, {(row["within"], name_key(row["name"])): row["code"] for row in by_hand}))
    for row in by_hand:
        table.alias(row["within"], row["name"], row["code"])
    known = sorted((*called, code) for called, code in table.codes.items() if called not in table.ambiguous)
    _write(folder / "regions" / "regions.csv", ("within", "name", "code"), known)
    names = sorted((code, *row) for code, row in table.names.items())
    _write(folder / "regions" / "names.csv", ("code", "name", "parent", "kind"), names)
    people = {code: row["Population"] for code, row in coded.items() if row["Population"]}
    people[_NEW_YORK] = str(sum(int(people[borough]) for borough in _BOROUGHS))
    _write(folder / "reference" / "population.csv", ("region", "population"), sorted(people.items()))
    shares = sorted(_vulnerable(_read(index)))
    _write(folder / "reference" / "vulnerability.csv", ("region", *_THEMES), shares)
    for within, name in sorted(table.ambiguous):
        click.echo(f"left out, for it is of several: {name} within {within or 'the world'}", err=True)


def _add_countries(table: Table) -> None:
    """ISO 3166-1, by every name that the two packages know, and by the code of three letters."""
    text = (files("country_converter") / "country_data.tsv").read_text("utf-8")
    short = {
        row["ISO2"].strip("^$").partition("$")[0]: row for row in csv.DictReader(text.splitlines(), delimiter="\t")
    }
    coded = [(each.alpha_2, each.alpha_3, each) for each in pycountry.countries]
    for code, long_code, country in coded:
        row = short.get(code, {})
        own = [getattr(country, name, "") for name in ("common_name", "name", "official_name")]
        called = [row.get("name_short", ""), *own, row.get("name_official", "")]
        table.names[code] = (next(filter(None, called)), "", "country")
        for name in filter(None, (*called, long_code)):
            table.call("", name, code)
    code, name = _KOSOVO
    table.names[code] = (name, "", "country")
    table.call("", name, code)
    table.names[_NEW_YORK] = ("New York City", "US-NY", "city")


def _add_parts(table: Table) -> None:
    """ISO 3166-2. Of two parts of a country with one name the larger is meant: Madrid is the community."""
    parts = sorted(pycountry.subdivisions, key=lambda part: (part.parent_code is not None, part.code))
    for part in parts:
        name = part.name.partition(" [")[0]
        table.names[part.code] = (name, part.parent_code or part.country_code, "state")
        if part.parent_code is None or (part.country_code, name_key(name)) not in table.codes:
            table.call(part.country_code, name, part.code)
        if part.country_code in ("US", "CA"):
            table.call(part.country_code, part.code[3:], part.code)


def _add_places(
    table: Table, places: Sequence[_Row], aliases: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, _Row]]:
    """Code → the row of each place of the university's list, whose English names are the ones that people read."""
    countries = {row["Country_Region"]: _country_code(row) for row in places if not row["Province_State"]}
    for row in sorted(places, key=lambda row: bool(row["Admin2"])):
        country, state, county = countries[row["Country_Region"]], row["Province_State"], row["Admin2"]
        if not state:
            table.names.setdefault(country, (row["Country_Region"], "", "other"))
            table.call("", row["Country_Region"], country)
            yield country, row
        elif not county:
            code = aliases.get((country, name_key(state))) or _part_code(table, country, row)
            name, parent, kind = table.names.get(code, (row["Combined_Key"], country, "other"))
            table.names[code] = (state if kind == "state" else name, parent, kind)
            table.codes[country, name_key(state)] = code
            yield code, row
        else:
            within = table.codes[country, name_key(state)]
            code = f"US-{row['UID'].removeprefix(row['code3'])}"
            parent = _NEW_YORK if code in _BOROUGHS else within
            table.names[code] = (f"{county}, {state}", parent, "county")
            table.call(within, county, code)
            yield code, row


def _country_code(row: _Row) -> str:
    """Of ships and games, which are in no country: `ZZ`, the code of none, and the list's own number."""
    return row["iso2"] or f"ZZ-{row['UID']}"


def _part_code(table: Table, country: str, row: _Row) -> str:
    """ISO's code of a part of a country; `ZZZZ`, as in Unicode's CLDR, for people of whom the part is not known.

    What ISO has no code for is called by the list's own number, which is a FIPS code in the United States.
    """
    state = row["Province_State"]
    if row["iso2"] not in ("", country):  # Greenland is reported as a part of Denmark, and has a code of its own
        return row["iso2"]
    known = table.codes.get((country, name_key(state)))
    if known and (country, name_key(state)) not in table.ambiguous:
        return known
    if state == "Unknown":
        return f"{country}-ZZZZ"
    number = row["UID"].removeprefix(row["code3"])
    return f"{country}-{number}" if row["code3"] == _COUNTIES_OF else f"{country}-U{number}"


def _vulnerable(rows: Iterable[_Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        shares = (row[column] for column in _THEMES.values())
        yield (f"US-{row['FIPS'].zfill(5)}", *("" if share in _UNSAID else share for share in shares))


def _read(path: Path) -> list[_Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
