"""What a change of a stream's rules would make of messages that came before, as two decoders read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from streams.definition import Definition
from streams.reasons import Rejection

EXAMPLES = 5
"""Kinds of change that are shown, those of most messages."""

_Reading: TypeAlias = tuple[int, Callable[[Any], Any]]
"""The column that holds a name's value, and how people read it."""


@dataclass(frozen=True, slots=True)
class Example:
    """One value that becomes another, in so many messages."""

    name: str
    before: Any
    after: Any
    messages: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Of `messages`: how many are accepted before and after with another value, and how many are accepted or rejected
    now that were not, by the field and the reason of the rejection. `examples`: the most frequent changes of a value.
    """

    messages: int
    changed: int
    examples: tuple[Example, ...]
    becoming_accepted: Counter[Rejection]
    becoming_rejected: Counter[Rejection]

    @property
    def unchanged(self) -> int:
        """Messages that stay accepted with the same values, or rejected, or copies."""
        return self.messages - self.changed - self.becoming_accepted.total() - self.becoming_rejected.total()


def has_other_rules(before: Definition, after: Definition) -> bool:
    """Whether a message may be read otherwise."""
    old, new = decoding_plan(before), decoding_plan(after)
    return any(old[part] != new[part] for part in ("fields", "event_time"))


class RulePreview:
    """Gathers a Preview of messages, those of each partition in order."""

    def __init__(self, before: Definition, after: Definition) -> None:
        self._old, self._new = _Side(before), _Side(after)
        names = [name for name in self._old.readings if name in self._new.readings]
        self._names = [(name, self._old.readings[name], self._new.readings[name]) for name in names]
        self._messages = self._changed = 0
        self._examples: Counter[tuple[str, Any, Any]] = Counter()
        self._accepted: Counter[Rejection] = Counter()
        self._rejected: Counter[Rejection] = Counter()

    def add(self, partition: int, payload: bytes, arrived_ms: int) -> None:
        """One message more."""
        self._messages += 1
        old = self._old.decided(partition, payload, arrived_ms)
        new = self._new.decided(partition, payload, arrived_ms)
        match old, new:
            case Accepted(), Accepted():
                self._compare(old, new)
            case Rejection(), Accepted():
                self._accepted[_plain(old)] += 1
            case Accepted(), Rejection():
                self._rejected[_plain(new)] += 1

    def result(self) -> Preview:
        """What was gathered."""
        examples = (Example(*kind, count) for kind, count in self._examples.most_common(EXAMPLES))
        return Preview(self._messages, self._changed, tuple(examples), self._accepted, self._rejected)

    def _compare(self, old: Accepted, new: Accepted) -> None:
        pairs = (
            (name, read(old.values[at]), as_new(new.values[there])) for name, (at, read), (there, as_new) in self._names
        )
        found = [pair for pair in pairs if pair[1] != pair[2]]
        self._changed += bool(found)
        self._examples.update(found)


def _plain(rejection: Rejection) -> Rejection:
    """Without the row that an excluded message would be, so that all of a reason are one."""
    return Rejection(rejection.field, rejection.reason)


class _Side:
    """One definition's reading of messages: as its decoder decides, None for a copy."""

    def __init__(self, definition: Definition) -> None:
        plan = decoding_plan(definition)
        self._decoder = Decoder(plan)
        kinds = {column["kind"]: place for place, column in enumerate(plan["columns"])}
        self._identity = (kinds["key"], kinds["id"]) if "id" in kinds and "key" in kinds else None
        self._horizon_ms = definition.duplicates.horizon_ms if definition.duplicates else 0
        self._seen: dict[tuple[Any, ...], int] = {}
        self.readings = _readings(plan)

    def decided(self, partition: int, payload: bytes, arrived_ms: int) -> Accepted | Rejection | None:
        outcome = self._decoder.decode(payload, arrived_ms)
        if self._identity is None or not isinstance(outcome, Accepted):
            return outcome
        known = (partition, *(outcome.values[place] for place in self._identity))
        before = self._seen.get(known)
        self._seen[known] = arrived_ms
        return None if before is not None and arrived_ms - before <= self._horizon_ms else outcome


def _readings(plan: Mapping[str, Any]) -> dict[str, _Reading]:
    """What rows hold, each thing once: fields under their own names, measures under theirs."""
    found: dict[str, _Reading] = {}
    for place, column in enumerate(plan["columns"]):
        if column["kind"] == "measure":
            found[column["name"]] = place, _scaled(10 ** column["scale"])
        else:
            rules = plan["fields"][column["field"]]
            found.setdefault(".".join(rules["path"]), (place, _AS_READ.get(rules["type"], lambda value: value)))
    return found


def _scaled(scale: int) -> Callable[[Any], Any]:
    return lambda stored: None if stored is None else stored / scale


_AS_READ: Mapping[str, Callable[[Any], Any]] = {
    "boolean": lambda value: None if value is None else bool(value),
    "integer": lambda value: None if value is None else int(value),
    "time": lambda value: None if value is None else _moment(value),
}


def _moment(millis: float) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
