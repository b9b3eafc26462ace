"""Matomo's reports by day, as CSV or TSV: of all visits, or by one thing, which each row names in `metadata_segment`.

That is what core/DataTable/Renderer/Csv.php of Matomo 5 writes for `format=CSV&period=day&date=FIRST,LAST`: in UTF-16
unless `convertToUnicode=0`, with a `'` before what a spreadsheet would take for a formula, and, from the menus of its
pages, with columns called in the words of a language, of which English ones are understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote_plus

from sources.reading.outcomes import Refused
from systems.merchants.filters import UNKNOWN
from systems.merchants.importing.csv_rows import Row, add, day_of, numbers_of, rows, value_of
from systems.merchants.importing.daily import TOTAL, Export, Place
from systems.merchants.numbers import Numbers
from systems.merchants.sources import REFERRAL, referrer_source
from systems.merchants.variety import OTHER
from systems.merchants.web_addresses import AddressError, web_address

MATOMO = "Matomo"

Parts: TypeAlias = Mapping[str, str]
"""What a row is of: a property of visits → its value."""
Key = tuple[str, tuple[str, ...]]
"""A tab, and a row of it."""

_TOTALS = {"visitors": "nb_uniq_visitors", "visits": "nb_visits", "bounces": "bounce_count",
           "seconds": "sum_visit_length"}  # fmt: skip
_VIEWS = {"views": "nb_pageviews"}
_NUMBERS: Mapping[str, Mapping[str, str]] = {
    "page": {"visitors": "nb_uniq_visitors", "views": "nb_hits"},
    "entry": {"visitors": "entry_nb_uniq_visitors", "visits": "entry_nb_visits", "bounces": "entry_bounce_count",
              "seconds": "entry_sum_visit_length"},
    "exit": {"visitors": "exit_nb_uniq_visitors", "visits": "exit_nb_visits"},
    "event": {"visitors": "nb_uniq_visitors", "events": "nb_events"},
}  # fmt: skip
"""Tab → its numbers; of others those of visits."""

_HINT = "; export it with format=CSV, period=day, a FIRST,LAST day as date, and without translateColumnNames"
_REPORTS = (
    "VisitsSummary.get or API.get, Actions.getPageUrls with flat=1, Referrers.getReferrerType, getSearchEngines, "
    "getSocials, getWebsites and getCampaigns, UserCountry.getCountry and getRegion, DevicesDetection.getType, "
    "getBrowsers and getOsFamilies, UserLanguage.getLanguageCode, Events.getAction"
)

_DEVICES = {"smartphone": "mobile", "phablet": "mobile", "feature phone": "mobile"}
_KINDS_OF_DEVICES = frozenset({"desktop", "mobile", "tablet", "tv", "console", "wearable"})
_MEDIA = {"direct": UNKNOWN, "website": REFERRAL}

_ENGLISH = {
    "Date": "date", "Label": "label", "Unique visitors": "nb_uniq_visitors", "Visits": "nb_visits",
    "Bounces": "bounce_count", "Total time spent by visitors (in seconds)": "sum_visit_length",
    "Pageviews": "nb_pageviews", "Events": "nb_events",
}  # fmt: skip
_ENGLISH_OF_PAGES = {
    **_ENGLISH,
    "Unique Pageviews": "nb_visits", "Pageviews": "nb_hits", "Bounces": "entry_bounce_count",
    "Entrances": "entry_nb_visits", "Unique entrances": "entry_nb_uniq_visitors",
    "Exits": "exit_nb_visits", "Unique exits": "exit_nb_uniq_visitors",
    "Total time spent by visitors (in seconds) after entering here": "entry_sum_visit_length",
}  # fmt: skip
_FORMULA = re.compile(r"'(?=%?[\0%]*[=+@-])")
_UNNAMED = {"Unknown": UNKNOWN, "Others": OTHER}


def read_matomo(path: Path, latest: date) -> Export:
    """What a report says. Raises Refused and OSError."""
    figures: dict[Place, Numbers] = {}
    unnamed = list[tuple[int, date, Row]]()
    kinds = set[str]()
    for line, row in _rows_of(path):
        if "," in row["date"] or len(row["date"]) in (4, 7):
            raise Refused(f"is by weeks, months or longer ({row['date'][:40]}); export it with period=day")
        day = day_of(row["date"], path.name, line, latest)
        if "label" not in row:
            add(figures, (day, TOTAL, ()), numbers_of(row, {**_TOTALS, **_VIEWS}, path.name, line))
        elif row.get("metadata_is_aggregate") != "1":
            keys = _keys(row)
            kinds |= {tab for tab, _ in keys}
            _add_all(figures, day, keys, row, path.name, line)
            if not keys:
                unnamed.append((line, day, row))
    _add_unnamed(figures, unnamed, kinds, path)
    return Export(MATOMO, figures, (path.name,))


def _rows_of(path: Path) -> Iterator[tuple[int, Row]]:
    with path.open("rb") as file:
        utf16 = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
    encoding = "utf-16" if utf16 else "utf-8-sig"
    try:
        with path.open(encoding=encoding, newline="") as text:
            head = text.readline(1 << 20)
    except UnicodeError as error:
        raise Refused(f"is not text: {path.name}: {error}") from error
    delimiter = "\t" if "\t" in head else ","
    by_something = bool({"label", "Label"} & {*head.strip().split(delimiter)})
    needed = ("date", "nb_uniq_visitors") if by_something else ("date", *_TOTALS.values())
    with path.open(encoding=encoding, newline="") as text:
        for line, row in rows(text, path.name, needed, called=_called, delimiter=delimiter, hint=_HINT):
            if "idSite" in row:
                raise Refused("is of several sites; export it with the idSite of one")
            yield line, row


def _called(columns: Sequence[str]) -> Sequence[str]:
    """Columns as the API calls them, of those that are called in English."""
    words = _ENGLISH_OF_PAGES if "Unique Pageviews" in columns else _ENGLISH
    return [
        f"metadata_{column.removeprefix('Metadata: ')}"
        if column.startswith("Metadata: ")
        else words.get(column, column)
        for column in columns
    ]


def _add_all(figures: dict[Place, Numbers], day: date, keys: Sequence[Key], row: Row, name: str, line: int) -> None:
    for tab, key in keys:
        numbers = numbers_of(row, _NUMBERS.get(tab, _TOTALS), name, line)
        if numbers != Numbers():
            add(figures, (day, tab, key), numbers)


def _add_unnamed(
    figures: dict[Place, Numbers], unnamed: Sequence[tuple[int, date, Row]], kinds: set[str], path: Path
) -> None:
    """Rows that name no property: what is not known, or is too much to be told apart, of what the others are of."""
    if unnamed and not kinds:
        raise Refused(f"is a report of Matomo by what is not known here; {_REPORTS} are read, with their metadata")
    for line, day, row in unnamed:
        label = OTHER if row.get("metadata_is_summary") == "1" else _label(row)
        for tab in sorted(kinds):
            named = _UNNAMED.get(label, label if tab in _BY_LABEL or label == OTHER else UNKNOWN)
            key = (named, named) if tab == "region" else (named,)
            _add_all(figures, day, [(tab, key)], row, path.name, line)


def _keys(row: Row) -> Sequence[Key]:
    """Which rows of which tabs it belongs to; none where it does not say."""
    segment = row.get("metadata_segment", "")
    if "=^" in segment:
        raise Refused("is a report of pages by folders; export it with flat=1")
    parts = {
        name: unquote_plus(value)
        for name, equals, value in (part.partition("==") for part in segment.split(",")[0].split(";"))
        if equals
    }
    if "referrerKeyword" in parts and "referrerName" not in parts:
        raise Refused("has searches by keyword; export Referrers.getSearchEngines, getSocials and getWebsites instead")
    for names, keys in _BY:
        if names <= parts.keys():
            return keys(parts, row)
    if row.get("metadata_logo", "").startswith("plugins/Morpheus/icons/dist/os/"):
        return [("system", (_named(row),))]
    return []


def _pages(row: Row, *tabs: str) -> Sequence[Key]:
    try:
        path = web_address(_FORMULA.sub("", row.get("metadata_url", ""))).path
    except AddressError:
        path = _label(row).partition("?")[0]
    return [(tab, (value_of(path),)) for tab in tabs]


def _media(parts: Parts) -> Sequence[Key]:
    kind = parts["referrerType"]
    direct: list[Key] = [("source", (UNKNOWN,))] if kind == "direct" else []
    return [("medium", (_MEDIA.get(kind, value_of(kind)),)), *direct]


def _source(parts: Parts) -> Sequence[Key]:
    name = parts["referrerName"]
    if parts.get("referrerType") == "campaign":
        return [("campaign", (value_of(name),))]
    found = None if parts.get("referrerType") else referrer_source(f"https://{name}/")
    return [("source", (value_of(found[1].source if found else name),))]


def _region(parts: Parts) -> Sequence[Key]:
    return [("region", (parts["countryCode"].upper(), value_of(parts["regionCode"])))]


def _device(parts: Parts) -> Sequence[Key]:
    named = _DEVICES.get(parts["deviceType"], parts["deviceType"])
    return [("device", (named if named in _KINDS_OF_DEVICES else "other",))]


def _language(parts: Parts) -> Sequence[Key]:
    language, dash, region = parts["languageCode"].partition("-")
    return [("language", (value_of(language + dash + region.upper()),))]


_BY: Sequence[tuple[frozenset[str], Callable[[Parts, Row], Sequence[Key]]]] = (
    (frozenset({"pageUrl"}), lambda _, row: _pages(row, "page", "entry", "exit")),
    (frozenset({"entryPageUrl"}), lambda _, row: _pages(row, "entry")),
    (frozenset({"exitPageUrl"}), lambda _, row: _pages(row, "exit")),
    (frozenset({"referrerName"}), lambda parts, _: _source(parts)),
    (frozenset({"referrerType"}), lambda parts, _: _media(parts)),
    (frozenset({"regionCode", "countryCode"}), lambda parts, _: _region(parts)),
    (frozenset({"countryCode"}), lambda parts, _: [("country", (value_of(parts["countryCode"].upper()),))]),
    (frozenset({"deviceType"}), lambda parts, _: _device(parts)),
    (frozenset({"browserCode"}), lambda _, row: [("browser", (_named(row),))]),
    (frozenset({"operatingSystemCode"}), lambda _, row: [("system", (_named(row),))]),
    (frozenset({"languageCode"}), lambda parts, _: _language(parts)),
    (frozenset({"eventAction"}), lambda _, row: [("event", (value_of(_label(row)),))]),
)
"""Properties that a row names → the rows of tabs that it belongs to; the first counts."""

_BY_LABEL = frozenset({"browser", "system", "source", "campaign", "event"})


def _label(row: Row) -> str:
    return _FORMULA.sub("", row["label"]).strip()


def _named(row: Row) -> str:
    label = _label(row)
    return value_of(_UNNAMED.get(label, label))
