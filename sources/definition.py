"""The model of a source: where files come from, how they are read, mapped and compared with those before.

`sources.definition_files` reads one from its TOML.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sources.formats import Format
from sources.limits import Limits
from sources.origins import Origin

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_RELATION = re.compile(r"[a-z][a-z0-9_]{0,62}")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
_OWN_RELATIONS = {"input", "main", "temp", "system", "pg_catalog", "information_schema"}


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("a lower-case name of letters, digits and _, at most 41 of them")
    return text


def _column(text: str) -> str:
    if not _RELATION.fullmatch(text.removesuffix("?")):
        raise ValueError("a lower-case name of letters, digits and _, with ? at its end if files may lack it")
    return text


def _relation(text: str) -> str:
    if not _RELATION.fullmatch(text) or text in _OWN_RELATIONS:
        raise ValueError("a lower-case name of letters, digits and _, other than input")
    return text


def _field(text: str) -> str:
    if not _FIELD.fullmatch(text):
        raise ValueError("the name of a field of the message: letters, digits and _")
    return text


SourceName = Annotated[str, AfterValidator(_name)]
FieldName = Annotated[str, AfterValidator(_field)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Mapping(_Model):
    """How messages are made of rows: one SELECT over `input`, or field by field, of the rows where `where` holds."""

    select: str | None = Field(default=None, min_length=1, max_length=100_000)
    fields: dict[FieldName, str] | None = Field(default=None, min_length=1)
    where: str | None = Field(default=None, min_length=1, max_length=10_000)

    @model_validator(mode="after")
    def _one_way(self) -> Mapping:
        if (self.select is None) == (self.fields is None):
            raise ValueError("either select, or [mapping.fields]")
        if self.where is not None and self.fields is None:
            raise ValueError("where belongs to [mapping.fields]; a select has its own")
        return self


class Corrections(_Model):
    """How a file is compared with what was landed before, so that each fact is sent once and corrections as such.

    `key`: the fields that name a fact. `replaces`: what a file is the truth for: everything (`whole`), all dates from
    its first to its last (`span`), the dates it holds (`dates`), the facts it holds (`rows`). `date`: the field with
    the date, YYYY-MM-DD, or a time of that day in RFC 3339. `within`: fields whose values a file is the truth for only
    as far as it holds them, such as the metric where each has files of its own.
    `value`: the number of a fact; what is sent in this field is the new number less the old. `new_from`: a running
    total that the value is made of, over the dates of a series: the total less that of the date before.
    `deleted`: facts are no numbers but versions of things; one that is lost is sent again with this field true.
    `hold_if_lost`: a file waits that would take back more than this share of the facts it replaces; of numbers that are
    no totals, if what it says in their place also falls short of them by more than this share.
    """

    key: tuple[FieldName, ...] = Field(min_length=1)
    replaces: Literal["whole", "span", "dates", "rows"]
    date: FieldName | None = None
    within: tuple[FieldName, ...] = ()
    value: FieldName = "change"
    new_from: FieldName | None = None
    deleted: FieldName | None = None
    hold_if_lost: float = Field(default=0.2, ge=0, le=1)

    @model_validator(mode="after")
    def _sense(self) -> Corrections:
        if len(set(self.key)) < len(self.key):
            raise ValueError("key names a field twice")
        if foreign := sorted(set(self.within) - set(self.key)):
            raise ValueError(f"within has {foreign[0]}, which is not one of key")
        if self.replaces in ("span", "dates") and self.date is None:
            raise ValueError(f'replaces = "{self.replaces}" needs date, the field of the message with the date')
        if self.new_from is not None and (self.date is None or self.date not in self.key):
            raise ValueError("new_from needs date, which must be one of key: totals are compared from date to date")
        if self.deleted is not None and self.new_from is not None:
            raise ValueError("deleted and new_from exclude each other: things have no totals")
        own = (
            {"revision", self.deleted, self.new_from} if self.deleted else {"id", "revision", self.value, self.new_from}
        )
        if taken := sorted(set(self.key) & own):
            raise ValueError(f"key has {taken[0]}, which changes with every correction")
        return self


class Source(_Model):
    """One source: `stream` is where its messages go; `lookups` are absolute paths of CSV files."""

    name: SourceName
    title: str = Field(min_length=1)
    stream: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    description: str = ""
    licence: str = ""
    attribution: str = ""
    homepage: str = Field(default="", pattern=r"^(https?://\S+)?$")
    origin: Origin = Field(alias="from")
    format: Format
    columns: dict[Annotated[str, AfterValidator(_column)], tuple[str, ...]] = Field(default_factory=dict)
    lookups: dict[Annotated[str, AfterValidator(_relation)], Path] = Field(default_factory=dict)
    mapping: Mapping
    corrections: Corrections | None = None
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _columns_once(self) -> Source:
        for name, headers in self.columns.items():
            if not headers:
                raise ValueError(f"columns.{name} needs at least one header name, like {name} = ['{name}']")
            if name.endswith("?") and name[:-1] in self.columns:
                raise ValueError(f"columns has both {name[:-1]} and {name}; keep one")
        return self

    @cached_property
    def digest(self) -> str:
        """A hash of all that shapes the messages of a file: how it is read, mapped, looked up and compared."""
        shaping = self.model_dump_json(include={"stream", "format", "columns", "mapping", "corrections"})
        hashed = hashlib.sha256(shaping.encode())
        for name, path in sorted(self.lookups.items()):
            hashed.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return hashed.hexdigest()[:16]
