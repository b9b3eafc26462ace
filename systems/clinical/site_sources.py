"""The three sources of a site, one for each API or kind of file, made of templates.

    python -m systems.clinical.site_sources api north https://north.example.org sources/

writes `north_patients.toml`, `north_admissions.toml`, `north_lab_results.toml`. Each asks with a secret of its own, of
the same name, for a site may grant one API and not another.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sources.definition_files import parse_source
from sources.errors import SourceDefinitionError
from systems.clinical.generator.made_site import APIS

KINDS: Final = ("api", "fhir", "synthea")
"""Pages of JSON over HTTP; files of FHIR resources; CSV files as Synthea writes them."""

_TEMPLATES = Path(__file__).parent / "source_templates"
_SITE = re.compile(r"[a-z][a-z0-9_]{0,27}")
_VALUE = re.compile(r"[^\"\\\x00-\x1f]*")


def site_sources(
    kind: str, site: str, address: str = "", licence: str = "", attribution: str = ""
) -> Mapping[str, str]:
    """Name of each source → its TOML. `address`: of the APIs, without the name of the site.

    Raises ValueError, which says what is allowed; SourceDefinitionError for an address that is none.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}")
    if not _SITE.fullmatch(site):
        raise ValueError(f"{site!r} cannot be the name of a site: lower-case letters, digits and _, at most 28")
    values = {"site": site, "address": address.rstrip("/"), "licence": licence, "attribution": attribution}
    for name, value in values.items():
        if not _VALUE.fullmatch(value):
            raise ValueError(f"{name} has a quotation mark, a backslash or a line break")
    made = {f"{site}_{api}": _filled(f"{kind}_{api}", values) for api in APIS}
    for name, text in made.items():
        parse_source(text, name, Path())
    return made


def _filled(template: str, values: Mapping[str, str]) -> str:
    text = (_TEMPLATES / f"{template}.toml").read_text("utf-8")
    return re.sub(r"\{\{ (\w+) \}\}", lambda named: values[named[1]], text)


def main() -> None:
    """Write the sources of a site into a folder; those that are there stay."""
    parser = argparse.ArgumentParser(prog="python -m systems.clinical.site_sources", description=main.__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("site")
    parser.add_argument("address", help="of the APIs; '' for files, which are looked for in landing/SITE/")
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    try:
        made = site_sources(asked.kind, asked.site, asked.address)
        for name, text in made.items():
            with (asked.folder / f"{name}.toml").open("x", encoding="utf-8") as file:
                file.write(text)
    except (ValueError, OSError, SourceDefinitionError) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
