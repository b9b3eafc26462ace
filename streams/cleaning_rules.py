"""How a definition says what is cleaned: `[[clean.FIELD]]`, a list of rules that are run in order before the checks."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

_Text = Annotated[str, Field(min_length=1, max_length=200)]
_Exact = Annotated[float, Field(ge=-(2**53), le=2**53)]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

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
    Plain | Spelled | Characters | Unit | Choices | Words | Default, Field(discriminator="rule")
]
