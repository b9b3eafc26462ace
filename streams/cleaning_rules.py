"""How a definition says what is cleaned: `[[clean.FIELD]]`, a list of rules that are run in order before the checks."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from streams.date_formats import date_pattern

_Text = Annotated[str, Field(min_length=1, max_length=200)]
_Exact = Annotated[float, Field(ge=-(2**53), le=2**53)]


class _Rule(BaseModel):
    """`when`: the condition on which it is run, over fields that the definition declares before this one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    when: str | None = None

    @model_serializer(mode="wrap")
    def _as_said(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what is not said, so that a definition's digest stays what it was before that could be."""
        return {key: value for key, value in dump(self).items() if value is not None}

    def planned(self) -> dict[str, Any]:
        """As the plan has it, but for the condition."""
        dumped: dict[str, Any] = self.model_dump(mode="json", exclude={"when"})
        return dumped

    @property
    def makes(self) -> str | None:
        """`number` of a rule that makes one of a text; None if what it leaves is of the type that it found."""
        return None


class Plain(_Rule):
    """A rule without options, of texts."""

    rule: Literal["trim", "collapse", "nfc", "lower", "upper"]


class Spelled(_Rule):
    """A text that spells a number, with a point or with a comma, becomes it."""

    rule: Literal["number", "decimal_comma"]

    @property
    def makes(self) -> str:
        """A number."""
        return "number"


class Characters(_Rule):
    """Takes these characters out of a text, or all others."""

    rule: Literal["remove", "keep"]
    characters: _Text


class Unit(_Rule):
    """Takes the first of these suffixes that a text ends with off it, with the white space before."""

    rule: Literal["unit"]
    suffixes: tuple[_Text, ...] = Field(min_length=1, max_length=100)


class Replace(_Rule):
    """Puts `into` in the place of what a pattern matches."""

    rule: Literal["replace"]
    pattern: _Text
    into: Annotated[str, Field(max_length=200)] = ""


class Date(_Rule):
    """A text that is a date in this format becomes it as ISO 8601 has it, with an `offset` a time of RFC 3339.

    `pivot`: of a year of two digits, the first that is of the last century: with 30 that is 1930, and 29 is 2029.
    """

    rule: Literal["date"]
    format: _Text
    pivot: int | None = Field(default=None, ge=0, le=99)
    offset: str | None = None

    @property
    def makes(self) -> str:
        """A text."""
        return "string"

    def planned(self) -> dict[str, Any]:
        """With the pattern of the format, and what its groups are."""
        pattern, units = date_pattern(self.format)
        more = {"pivot": self.pivot, "offset": self.offset}
        kept = {key: value for key, value in more.items() if value is not None}
        return {"rule": self.rule, "pattern": pattern, "units": list(units), **kept}


class Choices(_Rule):
    """Spelling → the choice that is meant; a text that is none of them stays."""

    rule: Literal["choices"]
    spellings: dict[str, str] = Field(min_length=1, max_length=10_000)


class Words(_Rule):
    """Word → the number that it stands for; a text that is none of them stays."""

    rule: Literal["words"]
    numbers: dict[str, _Exact] = Field(min_length=1, max_length=10_000)

    @property
    def makes(self) -> str:
        """A number."""
        return "number"


class Default(_Rule):
    """What a value is that is missing, null or an empty text."""

    rule: Literal["default"]
    value: str | bool | _Exact

    @property
    def makes(self) -> str:
        """What it stands in for."""
        return {str: "string", bool: "boolean"}.get(type(self.value), "number")


CleanRule: TypeAlias = Annotated[
    Plain | Spelled | Characters | Unit | Replace | Date | Choices | Words | Default, Field(discriminator="rule")
]
