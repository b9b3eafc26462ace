"""What a site wants its visitors to do: goals, and funnels of steps in their order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from systems.merchants.errors import InvalidSiteError
from systems.merchants.patterns import matches, pattern_problem
from systems.merchants.web_addresses import plain_path

PAGEVIEW = "pageview"
"""The name of an event that is a view of a page."""

LONGEST_NAME = 200
MOST_PROPERTIES = 10
FEWEST_STEPS, MOST_STEPS = 2, 10
MOST_DAYS = 30


class Kind(StrEnum):
    """What a condition looks at."""

    PAGE = "page"
    """Views of pages whose path is of a pattern."""
    EVENT = "event"
    """Events of a name."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Which events count. `value`: a pattern of paths, or the name of an event; `properties`: which it has to have."""

    kind: Kind
    value: str
    properties: tuple[tuple[str, str], ...] = ()

    def is_of(self, name: str, path: str, properties: Mapping[str, object]) -> bool:
        """Whether an event counts. `name`: of the event."""
        is_page = self.kind is Kind.PAGE
        if name != (PAGEVIEW if is_page else self.value) or (is_page and not matches(self.value, path)):
            return False
        return all(str(properties.get(key)) == value for key, value in self.properties)

    def as_json(self) -> dict[str, Any]:
        """As HTTP gives it, and as it is kept."""
        return {"kind": str(self.kind), "value": self.value, "properties": dict(self.properties)}


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal of a site. `id`: 0 before it is kept."""

    name: str
    condition: Condition
    id: int = field(default=0, compare=False)

    def as_json(self) -> dict[str, Any]:
        """As HTTP gives it."""
        return {"id": self.id, "name": self.name, **self.condition.as_json()}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a funnel."""

    name: str
    condition: Condition

    def as_json(self) -> dict[str, Any]:
        """As HTTP gives it, and as it is kept."""
        return {"name": self.name, **self.condition.as_json()}


@dataclass(frozen=True, slots=True)
class Funnel:
    """Steps in their order. `days`: how long a visitor has for all of them, from the first on; 0: within one visit."""

    name: str
    steps: tuple[Step, ...]
    days: int = 0
    id: int = field(default=0, compare=False)

    def as_json(self) -> dict[str, Any]:
        """As HTTP gives it."""
        return {"id": self.id, "name": self.name, "days": self.days, "steps": [each.as_json() for each in self.steps]}


def checked_goal(name: str, kind: str, value: str, properties: Mapping[str, str] | None = None) -> Goal:
    """A goal of texts that somebody gave; without a name it is called as what it looks for. Raises InvalidSiteError."""
    condition = checked_condition(kind, value, properties)
    return Goal(checked_label("name", name.strip() or condition.value), condition)


def checked_funnel(name: str, steps: Sequence[Step], days: int = 0) -> Funnel:
    """Raises InvalidSiteError."""
    if not FEWEST_STEPS <= len(steps) <= MOST_STEPS:
        raise InvalidSiteError.of("steps", f"are {FEWEST_STEPS} to {MOST_STEPS}")
    if not 0 <= days <= MOST_DAYS:
        raise InvalidSiteError.of("days", f"is 0, for one visit, to {MOST_DAYS}")
    return Funnel(checked_label("name", name.strip()), tuple(steps), days)


def checked_step(name: str, kind: str, value: str, properties: Mapping[str, str] | None = None) -> Step:
    """Raises InvalidSiteError."""
    condition = checked_condition(kind, value, properties)
    return Step(checked_label("name", name.strip() or condition.value), condition)


def checked_condition(kind: str, value: str, properties: Mapping[str, str] | None = None) -> Condition:
    """Raises InvalidSiteError."""
    if kind not in {*Kind}:
        raise InvalidSiteError.of("kind", f"is one of {', '.join(Kind)}")
    if kind == Kind.PAGE:
        value = plain_path(value)
        if (why := pattern_problem(value)) or not value.startswith(("/", "*")):
            raise InvalidSiteError.of("value", why or "is a path such as /thanks or /blog/**")
    else:
        checked_label("value", value)
    given = sorted((properties or {}).items())
    if len(given) > MOST_PROPERTIES:
        raise InvalidSiteError.of("properties", f"has more than {MOST_PROPERTIES}")
    _check_labels("properties", (text for pair in given for text in pair))
    return Condition(Kind(kind), value, tuple(given))


def checked_label(what: str, text: str) -> str:
    """A name as people read it. Raises InvalidSiteError."""
    _check_labels(what, [text])
    return text


def read_condition(kept: Mapping[str, Any]) -> Condition:
    """A condition as it is kept."""
    return Condition(Kind(kept["kind"]), kept["value"], tuple(sorted(kept.get("properties", {}).items())))


def _check_labels(what: str, texts: Iterable[str]) -> None:
    if not all(0 < len(text) <= LONGEST_NAME and text.isprintable() for text in texts):
        raise InvalidSiteError.of(what, f"has 1 to {LONGEST_NAME} characters, all of which can be printed")
