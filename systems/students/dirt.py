"""Published answers of students, and the same as people and other programs write them. Pure, but for the file.

What is made dirty still means the same, and the stream's rules bring it back into form; what is spoilt cannot be read.
"""

from __future__ import annotations

import csv
import random
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PUBLISHED = Path(__file__).parent / "samples" / "student-mat.csv"
COURSE = "mat"
"""Of all published answers."""

_DIRTY, _SPOILT = 0.35, 0.03
"""Share of the values that are made dirty, and of the answers of which one value is spoilt."""

_OPTIONAL = "G3"
"""Of the published columns the one that an answer may lack."""

_SPELLINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "school": {"GP": ("Gabriel  Pereira", "gp"), "MS": ("Mousinho da Silveira", "ms")},
    "course": {"mat": ("Matemática", "Mathematics")},
    "sex": {"F": ("female", "weiblich"), "M": ("male", "männlich")},
    "address": {"U": ("town", "urban"), "R": ("country", "rural")},
    "reason": {"home": ("Close  to home",), "other": ("something else",), "course": ("The courses",)},
    "famsize": {"LE3": ("<=3",), "GT3": (">3",)},
    "Pstatus": {"T": ("together",), "A": ("apart",)},
    "Mjob": {"at_home": ("zu Hause", "at  home"), "teacher": ("Lehrerin",), "health": ("Health care",)},
    "Fjob": {"at_home": ("zu Hause", "at  home"), "teacher": ("Lehrer",), "health": ("Health care",)},
    "guardian": {"mother": ("Mãe", "Mutter"), "father": ("pai", "Vater")},
}
_YES_OR_NO = {"yes": ("YES", "Ja", "sim"), "no": ("NO", "Nein", "não")}
_SCHOOLING = ("none", "four years", "nine  years", "Secondary", "higher")
_GUARDIANS = ("Großmutter", "avó", "my brother", "Tante Zoë")
_COMMENTS = ("Física é difícil, o resto não.", "Mehr Übungen, bitte!", "I like the teacher.", "=1+1", "😀")
_SPACES = (" {}", "{} ", "\u00a0{}", "\t{}\u2009", "{}\r\n")
_UNREADABLE: tuple[Any, ...] = ("?", "n/a", "-7", "1,5,0", "<unknown>", None, [], "10^3")

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dirtied:
    """An answer as it is sent, and what it means; None if one of its values is spoilt."""

    sent: Answer
    means: Answer | None


def published() -> Iterator[Answer]:
    """The published answers, typed, in their order."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {"course": COURSE, **{name: _typed(text.strip("'")) for name, text in row.items()}}


def dirtied(seed: int, times_ms: Iterator[int]) -> Iterator[Dirtied]:
    """Each published answer made dirty, with what people may add, its id and its time. The same of the same seed."""
    chance = random.Random(seed)
    for place, answer in enumerate(published()):
        id_ = str(uuid.uuid5(uuid.NAMESPACE_URL, f"student-mat/{seed}/{place}"))
        means = {"id": id_, "sent": next(times_ms), **answer, **_added(answer, chance)}
        sent = {name: _dirty(name, value, chance) for name, value in means.items()}
        if chance.random() < _SPOILT:
            sent[chance.choice([name for name in answer if name != _OPTIONAL])] = chance.choice(_UNREADABLE)
            yield Dirtied(sent, None)
        else:
            yield Dirtied(sent, means)


def _typed(text: str) -> str | int:
    return int(text) if text.isdigit() else text


def _added(answer: Answer, chance: random.Random) -> Answer:
    """What was not asked of those whose answers are published; made up."""
    added = {}
    if answer["guardian"] == "other" and chance.random() < 0.8:
        added["guardian_is"] = chance.choice(_GUARDIANS)
    if answer["failures"] and chance.random() < 0.5:
        added["failed_because"] = "Zu viel auf einmal"
    if chance.random() < 0.1:
        added["comment"] = chance.choice(_COMMENTS)
    return added


def _dirty(name: str, value: Any, chance: random.Random) -> Any:
    if name in ("id", "sent") or chance.random() >= _DIRTY:
        return value
    text = value if isinstance(value, str) else chance.choice(_numbers(name, value))(value)
    spellings = _SPELLINGS.get(name, _YES_OR_NO).get(text, ())
    if spellings and chance.random() < 0.6:
        text = unicodedata.normalize(chance.choice(("NFC", "NFD")), chance.choice(spellings))
    if name in ("guardian_is", "comment"):
        text = unicodedata.normalize("NFD", text)
    return chance.choice(_SPACES).format(text)


def _numbers(name: str, value: int) -> list[Callable[[int], str]]:
    """Ways to write a whole number, by which a spreadsheet and a person do."""
    ways: list[Callable[[int], Any]] = [str, "{},0".format, "{}.0".format]
    if name == "age":
        ways += ["{} years".format, "{} Jahre".format]
    if name in ("Medu", "Fedu"):
        ways.append(lambda _: _SCHOOLING[value])
    if name in ("G1", "G2", "absences"):
        ways.append("'{}".format)
    return ways
