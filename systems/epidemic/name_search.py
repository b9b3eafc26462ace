"""Search over names that forgives typing errors and accents: trigrams, as `pg_trgm` has them, of names without accents.

The PostgreSQL that is shipped has neither `pg_trgm` nor `unaccent`. Names are some ten thousand, so they are kept in
memory: by each trigram the numbers of the names that have it. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

LONGEST_QUERY = 100
LEAST_LIKENESS = 0.3
"""The part of trigrams that a name and a question have in common, of those of the shorter, for a match."""

_LEAST_COMMON = 0.35
"""No name that has fewer of the question's trigrams can be alike enough."""

_SHORT = 3
"""A question of fewer letters is the beginning of a name."""

_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "\u0131": "i", "ð": "d", "þ": "th"}
)
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing that can be found. `kind`: such as region or source; `also`: other names and codes; `about`: what it is.

    `weight`: which of two that match alike comes first, from 0 to 1.
    """

    kind: str
    code: str
    name: str
    also: tuple[str, ...] = ()
    about: str = ""
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """`likeness`: from 0 to 1; 1 is the same name."""

    entry: Entry
    likeness: float


def plain(text: str) -> str:
    """Small letters without accents, words apart by one space: `São Tomé-Príncipe` → `sao tome principe`."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return _BETWEEN.sub(" ", "".join(each for each in letters if not unicodedata.combining(each))).strip()


def trigrams(text: str) -> frozenset[str]:
    """Of a plain text, each of its words begun by two spaces and ended by one."""
    return frozenset(
        f"  {word} "[place : place + 3] for word in text.split(" ") if word for place in range(len(word) + 1)
    )


@dataclass(frozen=True)
class NameSearch:
    """Made once of all entries; searched from any thread."""

    entries: Sequence[Entry]
    _names: list[tuple[int, str, int]] = field(default_factory=list)
    _by_trigram: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for number, entry in enumerate(self.entries):
            for name in dict.fromkeys(plain(each) for each in (entry.name, entry.code, *entry.also)):
                parts = trigrams(name)
                for part in parts:
                    self._by_trigram[part].append(len(self._names))
                self._names.append((number, name, len(parts)))

    def find(self, query: str, limit: int = 20) -> list[Found]:
        """The entries most like the question, the best first; none for one without letters."""
        asked = plain(query[:LONGEST_QUERY])
        if len(asked) < _SHORT:
            return self._sorted(self._beginning_with(asked), limit)
        wanted = trigrams(asked)
        shared = Counter(number for part in wanted for number in self._by_trigram.get(part, ()))
        best: dict[int, float] = {}
        for place, common in shared.items():
            if common < _LEAST_COMMON * len(wanted):
                continue
            number, name, width = self._names[place]
            likeness = _likeness(asked, name, common, len(wanted), width)
            if likeness >= LEAST_LIKENESS and likeness > best.get(number, 0):
                best[number] = likeness
        return self._sorted(best, limit)

    def _beginning_with(self, asked: str) -> dict[int, float]:
        """Entry → how like it is to a few letters, of those with a name that begins with them."""
        best: dict[int, float] = {}
        for number, name, _ in self._names if asked else ():
            if name.startswith(asked):
                best[number] = max(best.get(number, 0), 1.0 if name == asked else 0.9 + 0.09 * len(asked) / len(name))
        return best

    def _sorted(self, best: Mapping[int, float], limit: int) -> list[Found]:
        return best_first((Found(self.entries[number], likeness) for number, likeness in best.items()), limit)


def _likeness(asked: str, name: str, common: int, wanted: int, width: int) -> float:
    """1 for the same; a name that begins with the question comes before those that are only alike."""
    if asked == name:
        return 1.0
    alike = common / (wanted + width - common)
    covered = 0.9 * common / wanted
    if name.startswith(asked):
        return 0.9 + 0.09 * alike
    return max(alike, 0.6 * covered + 0.3 * alike)


def best_first(found: Iterable[Found], limit: int) -> list[Found]:
    """Those most like the question; of two that match alike the one with more weight."""
    return sorted(found, key=lambda each: (-round(each.likeness + each.entry.weight / 10, 6), each.entry.name))[:limit]


def entries_of(rows: Iterable[Entry]) -> NameSearch:
    """The search over these entries."""
    return NameSearch(tuple(rows))
