"""How a file is written: stated by its source, never guessed while it is read."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

FormatType: TypeAlias = Literal["csv", "ndjson", "json", "xlsx", "xml", "parquet", "fhir"]

ENCODINGS = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "iso8859-1", "iso8859-2", "iso8859-5", "iso8859-7",
    "iso8859-9", "iso8859-15", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp437",
    "cp850", "cp852", "cp866", "cp874", "koi8-r", "mac-roman", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949",
    "gb18030", "gbk", "big5",
)  # fmt: skip
"""Those that a file may be written in, as Python's codecs call them. Other names of the same ones are taken too."""

OWN_KEYS: Mapping[FormatType, frozenset[str]] = {
    "csv": frozenset(
        {"delimiter", "quote", "encoding", "else_encoding", "header_row", "skip_rows", "missing", "decimal"}
    ),
    "ndjson": frozenset(),
    "json": frozenset({"records"}),
    "xlsx": frozenset({"sheet", "header_row", "skip_rows", "missing", "decimal"}),
    "xml": frozenset({"records"}),
    "parquet": frozenset({"missing"}),
    "fhir": frozenset(),
}
"""Type → the keys of `[format]` that say something of it, beside `type` and `member`."""


def _encoding(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        known = ""
    if known not in ENCODINGS:
        raise ValueError(f"one of {', '.join(ENCODINGS)}")
    return known


class Format(BaseModel):
    """How the files of a source are written.

    `delimiter`, `quote`, `encoding`: of CSV; `quote = ""`: nothing is quoted. `else_encoding`: of a file that holds
    bytes which are no characters in the first one. `skip_rows`: lines (rows of a sheet)
    before everything else that are passed over. `header_row`: in which row after them the names of the columns are; 0:
    in none, columns are called column_1, column_2, … `missing`: texts beside the empty one that stand for no value.
    `decimal`: the sign before the fraction of a number. `sheet`: of a workbook, the first if it is not said.
    `records`: where the list is in a JSON document, as names of keys with dots between; the name of the XML element
    that is one record. `member`: which file of a zip archive it is, with `*` and `?`; needed only if there are several.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: FormatType
    delimiter: str = Field(default=",", pattern=r'^[^"\r\n\x00]$')
    quote: str = Field(default='"', pattern=r"^[^\r\n\x00 \t]?$")
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    else_encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    header_row: int = Field(default=1, ge=0, le=1000)
    skip_rows: int = Field(default=0, ge=0, le=1000)
    missing: tuple[str, ...] = ()
    decimal: Literal[".", ","] = "."
    sheet: str | None = None
    records: str | None = Field(default=None, min_length=1)
    member: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _sense(self) -> Format:
        foreign = self.model_fields_set - OWN_KEYS[self.type] - {"type", "member"}
        if foreign:
            own = ", ".join(sorted(OWN_KEYS[self.type])) or "none but type and member"
            raise ValueError(f"{min(foreign)} says nothing of {self.type}; keys of it: {own}")
        if self.type == "xml" and self.records is None:
            raise ValueError('records is needed: the name of the element that is one record, like records = "case"')
        if self.type == "csv" and self.delimiter == self.quote:
            raise ValueError("delimiter and quote are the same sign")
        return self
