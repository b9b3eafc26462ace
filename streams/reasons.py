"""Why a message is rejected, and where. The phrases are stable: both decoders say them; they are stored and counted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_LONGEST_FIELD = 200


class Reason(StrEnum):
    """Every reason there is. `streams.decoder` says in which order they are looked for."""

    CANNOT_BE_READ = "cannot be read"
    """Of a row of a file that is no message: no decoder says it, only envelopes do."""
    EMPTY = "empty"
    LARGER_THAN_1_MIB = "larger than 1 MiB"
    NOT_VALID_UTF_8 = "not valid UTF-8"
    NESTED_TOO_DEEPLY = "nested too deeply"
    NOT_VALID_JSON = "not valid JSON"
    NOT_AN_OBJECT = "not an object"
    DUPLICATE_KEY = "duplicate key"
    MISSING = "missing"
    NULL = "null"
    NOT_A_STRING = "not a string"
    NOT_A_NUMBER = "not a number"
    NOT_A_WHOLE_NUMBER = "not a whole number"
    NOT_A_BOOLEAN = "not a boolean"
    NOT_A_TIME = "not a time"
    NOT_VALID_TEXT = "not valid text"
    NOT_FINITE = "not finite"
    BEFORE_1970 = "before 1970"
    TOO_LONG_AGO = "too long ago (seconds, not milliseconds?)"
    TOO_SMALL = "too small"
    TOO_LARGE = "too large"
    TOO_SHORT = "too short"
    TOO_LONG = "too long"
    NOT_AN_ALLOWED_VALUE = "not an allowed value"
    IS_EXCLUDED = "is excluded"
    TOO_FAR_IN_THE_FUTURE = "too far in the future"


@dataclass(frozen=True, slots=True)
class Rejection:
    """The first failure of a message. `field` is a dotted path or a measure's name, None if it is the whole message."""

    field: str | None
    reason: str


def printable(path: str) -> str:
    """A path taken from a message: its first 200 code points, U+FFFD for each NUL and each half of a surrogate pair."""
    shown = path[:_LONGEST_FIELD]
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in shown)
