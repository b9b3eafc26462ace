"""Decides on a message by a decoding plan, with the same outcome as the JVM's decoder for every sequence of bytes.

What the edge refused stays refused (`streams.refusal_envelope`). Of anything else the order, the first failure being
the one that is reported: size, UTF-8, depth, JSON, object, duplicate keys, the event time, each field by itself, once
it is cleaned, bounds between fields, measures, exclusions, and last whether the event time is too far ahead of its
arrival.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from streams.cleaning import Clean, cleaning
from streams.exclusions import exclusion
from streams.field_checks import Check, field_check
from streams.json_text import read_object
from streams.measure_programs import compile_measure
from streams.reasons import Reason, Rejection
from streams.refusal_envelope import unwrapped
from streams.time_text import event_millis

_Value: TypeAlias = str | float | None
_ABSENT: Any = object()


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a row holds: the event time in milliseconds, and the plan's columns in order, measures in stored units."""

    event_time: int
    values: tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Excluded(Rejection):
    """Of a message that its exclusion alone keeps out. `row`: what it would hold.

    It goes to Kafka as it is: it counts once the exclusion is gone and what arrived is processed again.
    """

    row: Accepted


class _Field(NamedTuple):
    """A field of the plan. `name`: its key, None where it is deeper in the message; `clean`: before it is checked."""

    name: str | None
    check: Check
    clean: Clean | None
    path: tuple[str, ...]
    required: bool

    @classmethod
    def of(cls, field: Mapping[str, Any]) -> _Field:
        """As the plan writes it."""
        path = tuple(field["path"])
        clean = cleaning(field["clean"]) if "clean" in field else None
        return cls(path[0] if len(path) == 1 else None, field_check(field), clean, path, field.get("required", True))


class Decoder:
    """Decodes the messages of one stream. Never raises, whatever the bytes."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._time_path = tuple(plan["event_time"]["field"])
        self._time_name = ".".join(self._time_path)
        self._min_ms: int = plan["event_time"].get("min_ms", 0)
        self._max_ahead_ms: int = plan["event_time"]["max_ahead_ms"]
        self._fields = [_Field.of(field) for field in plan["fields"]]
        self._names = [".".join(field["path"]) for field in plan["fields"]]
        self._comparisons = [
            (index, field[bound], reason)
            for index, field in enumerate(plan["fields"])
            for bound, reason in (("min_field", Reason.TOO_SMALL), ("max_field", Reason.TOO_LARGE))
            if bound in field
        ]
        self._exclusions = [
            (index, exclusion(field["excluded"])) for index, field in enumerate(plan["fields"]) if "excluded" in field
        ]
        # A column is a field as it is, or a measure, of which the place is filled afterwards.
        self._stored = _taken([column.get("field", 0) for column in plan["columns"]])
        self._measures = [
            (place, compile_measure(column), column["name"])
            for place, column in enumerate(plan["columns"])
            if column["kind"] == "measure"
        ]
        self._key = next((i for i, column in enumerate(plan["columns"]) if column["kind"] == "key"), None)

    def decode(self, payload: bytes, arrived_ms: int) -> Accepted | Rejection:
        """The row, or the first failure: an Excluded if it is the only one that can be told without the arrival.

        `arrived_ms`: when the message reached Kafka, or now.
        """
        if payload.startswith(b"\0") and (refused := unwrapped(payload)):
            return refused[0]
        message = read_object(payload)
        if isinstance(message, Rejection):
            return message
        event_time = self._event_time(message)
        if isinstance(event_time, Rejection):
            return event_time
        values = self._values(message)
        if isinstance(values, Rejection):
            return values
        return self._row(event_time, values, arrived_ms)

    def key(self, row: Accepted) -> bytes | None:
        """The Kafka key of an accepted message; None if the stream's messages have none."""
        return None if self._key is None else str(row.values[self._key]).encode()

    def _event_time(self, message: Mapping[str, Any]) -> int | Rejection:
        value = _find(message, self._time_path)
        if type(value) is Rejection:
            return value
        millis = event_millis(value)
        if not isinstance(millis, Reason) and millis < self._min_ms:
            millis = Reason.TOO_LONG_AGO
        return Rejection(self._time_name, millis) if isinstance(millis, Reason) else millis

    def _values(self, message: Mapping[str, Any]) -> list[_Value] | Rejection:
        values: list[_Value] = []
        for field in self._fields:
            name, check, clean, path, required = field
            value = None if name is None else message.get(name)
            if clean is not None:
                value = _cleaned(clean, message, path, values)
            if value is None:
                value = _find(message, path)
                if type(value) is Rejection:
                    if required or value.reason == Reason.NOT_AN_OBJECT:
                        return value
                    values.append(None)
                    continue
            checked = check(value)
            if type(checked) is Reason:
                return Rejection(".".join(path), checked)
            values.append(checked)
        return self._compared(values) if self._comparisons else values

    def _compared(self, values: list[Any]) -> list[_Value] | Rejection:
        for index, other, reason in self._comparisons:
            value, bound = values[index], values[other]
            if value is None or bound is None:
                continue
            if value < bound if reason is Reason.TOO_SMALL else value > bound:
                return Rejection(self._names[index], reason)
        return values

    def _row(self, event_time: int, values: list[Any], arrived_ms: int) -> Accepted | Rejection:
        row = [*self._stored(values)]
        for place, measure, name in self._measures:
            stored = measure(values)
            if type(stored) is Reason:
                return Rejection(name, stored)
            row[place] = stored
        accepted = Accepted(event_time, tuple(row))
        for index, excludes in self._exclusions:
            if values[index] is not None and excludes(values[index]):
                return Excluded(self._names[index], Reason.IS_EXCLUDED, accepted)
        if event_time > arrived_ms + self._max_ahead_ms:
            return Rejection(self._time_name, Reason.TOO_FAR_IN_THE_FUTURE)
        return accepted


def decode_by_plan(plan: str, payload: bytes, arrived_ms: int) -> Accepted | Rejection:
    """What the decoder of a plan, as JSON text, says of a message: for another process, where a decoder cannot go."""
    return _decoder(plan).decode(payload, arrived_ms)


@functools.lru_cache(maxsize=64)
def _decoder(plan: str) -> Decoder:
    return Decoder(json.loads(plan))


def _taken(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """What is at these places, in their order."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: tuple(values[place] for place in places)


def _cleaned(clean: Clean, message: Mapping[str, Any], path: tuple[str, ...], before: Sequence[Any]) -> Any:
    """What is made of the value at a path, or None if there is none still."""
    value = _find(message, path)
    if type(value) is Rejection:
        return None if value.reason == Reason.NOT_AN_OBJECT else clean(None, before)
    return clean(value, before)


def _find(message: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """The value at a path, or a Rejection that names the first key of the path that is at fault."""
    at: Any = message
    for depth, key in enumerate(path):
        if type(at) is not dict:
            return Rejection(".".join(path[:depth]), Reason.NOT_AN_OBJECT)
        at = at.get(key, _ABSENT)
        if at is _ABSENT:
            return Rejection(".".join(path[: depth + 1]), Reason.MISSING)
        if at is None:
            return Rejection(".".join(path[: depth + 1]), Reason.NULL)
    return at
