"""Words of names, those that mean the same being one. Pure."""

from __future__ import annotations

import re

_SAME: tuple[tuple[str, str], ...] = (
    ("region", "country state province location place county area territory district entity"),
    ("date", "day time timestamp week period datetime moment when at"),
    ("variant", "lineage strain clade"),
    ("case", "confirmed infection infected"),
    ("death", "died fatality deceased"),
    ("test", "tested testing"),
    ("hospitalised", "hospitalized hospitalisation hospitalization hosp"),
    ("vaccinated", "vaccination immunized"),
    ("value", "result measurement figure"),
    ("count", "number n quantity"),
    ("patient", "person subject"),
    ("id", "identifier uid uuid key"),
    ("kind", "type category class"),
    ("unit", "uom"),
    ("birth", "birthdate dob born"),
    ("sex", "gender"),
)
_MEANT = {word: meant for meant, words in _SAME for word in words.split()}
RUNNING_TOTAL = frozenset({"total", "cumulative", "cumul", "confirmed", "cum", "todate"})
"""Words of names whose numbers only grow, taken before any is replaced by what it means."""

_OF_SQL = """
all analyse analyze and any array as asc both case cast check collate column constraint create default desc describe
distinct do else end except false fetch for foreign from group having in initially intersect into lateral leading limit
not null offset on only or order pivot placing primary qualify references returning select show some summarize symmetric
table then to trailing true union unique unpivot using variadic when where window with
"""
_RESERVED = frozenset(_OF_SQL.split())
_LONGEST = 60


def bare_words(name: str) -> list[str]:
    """The words as they are, in lower case: `totalCases_2` is total, cases, 2."""
    return [each.lower() for each in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name)]


def words(name: str) -> frozenset[str]:
    """What the words mean, in the singular."""
    return frozenset(_MEANT.get(each, _MEANT.get(_singular(each), _singular(each))) for each in bare_words(name))


def sql_name(name: str, longest: int = _LONGEST) -> str:
    """A name that SQL takes without quotes: lower-case letters, digits and _, and no word of its own."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:longest].strip("_")
    if not plain or not plain[0].isalpha():
        plain = f"c_{plain}".strip("_")
    return f"{plain}_" if plain in _RESERVED else plain


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")) else word
