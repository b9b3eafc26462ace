"""Names of countries by their ISO 3166-1 codes, as the time zone database has them (public domain)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files

_SPELLED = {"GB": "United Kingdom", "KR": "South Korea", "KP": "North Korea", "MM": "Myanmar", "XK": "Kosovo"}


def country_name(code: str) -> str:
    """In English; the code itself where there is no such country."""
    return _names().get(code, code)


@functools.cache
def _names() -> Mapping[str, str]:
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {code: name.replace(" & ", " and ") for code, name in rows} | _SPELLED
