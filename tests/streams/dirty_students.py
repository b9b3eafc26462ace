"""Published answers of students as people might have typed them, and the definition that makes them what they were."""

from __future__ import annotations

import csv
import random
import unicodedata
from pathlib import Path
from typing import Any

from streams.definition import Definition
from streams.definition_files import parse_definition

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "students"
AT = 1_760_000_000_000
SPACES = [" ", "  ", "\t", "\u00a0", "\u2003", "\n"]
WORDS = {"none": 0, "one": 1, "two": 2, "three": 3, "four": 4}
SPELLINGS = {"y": "yes", "s\u00ed": "yes", "n": "no", "n\u00e3o": "no"}

_CLEAN = {
    "school": [{"rule": "remove", "characters": "*\U0001f916"}, {"rule": "trim"}, {"rule": "upper"}],
    "age": [{"rule": "trim"}, {"rule": "unit", "suffixes": ["years", "y."]}, {"rule": "number"}],
    "Medu": [{"rule": "trim"}, {"rule": "lower"}, {"rule": "words", "numbers": WORDS}, {"rule": "number"}],
    "Mjob": [{"rule": "keep", "characters": "abcdefghijklmnopqrstuvwxyz_ "}, {"rule": "trim"}],
    "guardian": [{"rule": "collapse"}, {"rule": "trim"}, {"rule": "default", "value": "other"}],
    "internet": [*({"rule": each} for each in ("trim", "nfc", "lower")), {"rule": "choices", "spellings": SPELLINGS}],
    "absences": [{"rule": "trim"}, {"rule": "number"}, {"rule": "default", "value": 0}],
    "Prom": [{"rule": "trim"}, {"rule": "unit", "suffixes": ["points"]}, {"rule": "decimal_comma"}],
}
_FIELDS: dict[str, dict[str, Any]] = {
    "school": {"type": "string", "values": ["GP", "MS"]},
    "age": {"type": "integer", "min": 10, "max": 99},
    "Medu": {"type": "integer", "min": 0, "max": 4},
    "Mjob": {"type": "string", "values": ["teacher", "health", "services", "at_home", "other"]},
    "guardian": {"type": "string", "values": ["mother", "father", "other"]},
    "internet": {"type": "string", "values": ["yes", "no"]},
    "absences": {"type": "integer", "min": 0, "max": 93},
    "Prom": {"type": "number", "min": 0, "max": 20},
}


def definition(*, cleans: bool = True) -> Definition:
    """Records of some of the fields, with their rules or without."""
    return parse_definition(
        {
            "name": "answers",
            "title": "Answers",
            "topic": "answers",
            "records": True,
            "event_time": {"field": "at"},
            "fields": _FIELDS,
            "dimensions": {"school": {"field": "school"}},
            "clean": _CLEAN if cleans else {},
        },
        "answers.toml",
    )


def published() -> list[dict[str, str]]:
    """Rows of the sample with commas in its numbers, as it was published."""
    with (SAMPLES / "student-mat_decimal_comma_promedio.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def truth(row: dict[str, str]) -> dict[str, Any]:
    """Field → value that is meant."""
    numbers = {name: float(row[name].replace(",", ".")) for name in ("age", "Medu", "absences", "Prom")}
    return {name: numbers.get(name, row[name]) for name in _FIELDS}


def dirtied(row: dict[str, str], seed: int) -> dict[str, Any]:
    """A message of the row, with what people type: every row of a seed is always the same."""
    chance = random.Random(f"{seed} {sorted(row.items())}")
    made: dict[str, Any] = {name: _typed(name, row[name], chance) for name in _FIELDS}
    if row["guardian"] == "other":
        made["guardian"] = chance.choice([None, "", "other"])
    if row["absences"] == "0" and chance.random() < 0.5:
        del made["absences"]
    return {"at": AT, **{name: _padded(value, chance) for name, value in made.items()}}


def _typed(name: str, value: str, chance: random.Random) -> str:
    spelled = [word for word, meant in {**SPELLINGS, **{w: str(n) for w, n in WORDS.items()}}.items() if meant == value]
    ways = {
        "school": [value.lower(), f"{value}*", f"\U0001f916{value}"],
        "age": [f"{value} years", f"0{value}", f"+{value}\u00a0y."],
        "Medu": [*spelled, *(word.title() for word in spelled)],
        "Mjob": [f"{value}!", f"=({value})", f"{value} 1"],
        "internet": [value.upper(), *(unicodedata.normalize("NFD", word.upper()) for word in spelled)],
        "Prom": [f"{value} points", f"{value}0" if "," in value else f"{value},0"],
    }
    return chance.choice([value, *ways.get(name, [])])


def _padded(value: Any, chance: random.Random) -> Any:
    if not isinstance(value, str) or not value:
        return value
    return chance.choice(["", *SPACES]) + value + chance.choice(["", *SPACES])
