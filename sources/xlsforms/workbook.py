"""The sheets of an XLSForm, with the texts of its languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sources.errors import SourceError
from sources.formats import Format
from sources.limits import Limits
from sources.reading.outcomes import Refused, Row
from sources.reading.xlsx import xlsx_table

_LIMITS = Limits(unpacked_bytes=64 << 20, rows=20_000, columns=500, memory_bytes=256 << 20)
_TEXTS = ("label", "hint", "constraint_message")
_CODED = re.compile(r"(.+?)\s*\(([A-Za-z-]+)\)")
_CODES = {
    "english": "en", "german": "de", "deutsch": "de", "portuguese": "pt", "português": "pt", "spanish": "es",
    "español": "es", "french": "fr", "français": "fr", "arabic": "ar", "العربية": "ar",
}  # fmt: skip
"""Languages that are often named without their code."""


class XlsFormError(SourceError):
    """A file is no XLSForm that can be read; one line that says why."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet. `line`: in it, from 1; `texts`: column → what is written there, without what is empty."""

    line: int
    texts: Mapping[str, str]

    def text(self, column: str, language: str = "") -> str:
        """What is written in a column, by default in the first language; empty for nothing."""
        return self.texts.get(f"{column}::{language}" if language else column, "")


@dataclass(frozen=True, slots=True)
class SheetLanguage:
    """One that texts are in. `column`: as columns name it; `tag`: its code, empty where none is known."""

    column: str
    name: str
    tag: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """`languages`: of its texts, that of the plain columns first; none where no column names one."""

    survey: Sequence[SheetRow]
    choices: Sequence[SheetRow]
    settings: Mapping[str, str]
    languages: Sequence[SheetLanguage]


def read_workbook(path: Path) -> Workbook:
    """Read the three sheets. Raises XlsFormError."""
    survey = _sheet(path, "survey", required=True)
    choices, settings = _sheet(path, "choices"), _sheet(path, "settings")
    told = settings[0].texts if settings else {}
    wanted = told.get("default_language", "")
    found = dict.fromkeys(
        language for row in (*survey, *choices) for name in row.texts if (language := _language(name))
    )
    if wanted and wanted not in found and any("label" in row.texts for row in survey):
        found = {wanted: None, **found}  # the language of the columns that name none
    languages = sorted(found, key=lambda each: (each != wanted, [*found].index(each)))
    first = languages[0] if languages else ""
    named = tuple(map(_named, languages))
    return Workbook([*_in_language(survey, first)], [*_in_language(choices, first)], told, named)


def _sheet(path: Path, name: str, *, required: bool = False) -> list[SheetRow]:
    try:
        table = xlsx_table(path.open("rb"), Format(type="xlsx", sheet=name), _LIMITS)
        rows = [*table]
    except OSError as error:
        raise XlsFormError(f"{path.name} cannot be read: {error.strerror}") from error
    except Refused as error:
        if not required and "has no sheet" in error.reason:
            return []
        raise XlsFormError(f"{path.name} is no XLSForm: it {error.reason}") from error
    columns = [re.sub(r"\s*::\s*", "::", column.strip()) for column in table.columns]
    if required and not {"type", "name"} <= {*columns}:
        raise XlsFormError(f"{path.name} is no XLSForm: its sheet survey has no columns type and name")
    read = [row for row in rows if isinstance(row, Row)]
    if len(read) < len(rows):
        wrong = next(row for row in rows if not isinstance(row, Row))
        raise XlsFormError(f"{path.name}: row {wrong.line} of {name} {wrong.reason}")
    return [
        SheetRow(
            line,
            {
                name: text.strip()
                for name, text in zip(columns, values, strict=True)
                if text is not None and text.strip()
            },
        )
        for line, values in read
    ]


def _language(column: str) -> str:
    name, colons, language = column.partition("::")
    return language if colons and name in _TEXTS else ""


def _named(column: str) -> SheetLanguage:
    """`English (en)`, or a name that is known."""
    if coded := _CODED.fullmatch(column):
        return SheetLanguage(column, coded[1], coded[2])
    return SheetLanguage(column, column, _CODES.get(column.lower(), ""))


def _in_language(rows: Sequence[SheetRow], language: str) -> Iterator[SheetRow]:
    """The rows with the texts of a language under the columns' plain names."""
    for row in rows:
        own = {name.partition("::")[0]: text for name, text in row.texts.items() if _language(name) == language != ""}
        yield SheetRow(row.line, {**row.texts, **own})
