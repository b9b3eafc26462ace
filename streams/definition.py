"""The model of a stream definition: what is aggregated. It knows nothing of the engines.

`streams.definition_files` reads one from a file; `streams.definition_rules` checks what spans several
keys.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from streams.aggregates import READ_OPTIONS, MeasureOptions
from streams.cleaning_rules import CleanRule
from streams.demo import Demo
from streams.expression import Expression, parse
from streams.form import Form
from streams.horizons import Horizon, horizon_ms
from streams.reasons import Reason
from streams.retention import Retention
from streams.time_text import event_millis
from streams.visits import Visits

BENCH_PREFIX = "bench_"
"""Of streams that benchmarks make and take away; they are never offered to people."""

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
_RESERVED = {
    "messages", "window_start", "arrived_from", "arrived_until", "arrived", "partition", "offset", "event_time",
    "reason", "field", "payload", "start", "end", "by", "as_known_at", "changed_since", "quantiles", "step", "measure",
    "at", "event_minute", "event_day", "arrival", "window_from", "window_until", "window_end", "window_time",
    "breakdown", "grain", "part",
}  # fmt: skip


def _identifier(name: str) -> str:
    if not _IDENTIFIER.fullmatch(name) or name in _RESERVED:
        raise ValueError(
            "a lower-case name of letters, digits and _ (at most 63), not a word that panes use themselves"
        )
    return name


Identifier = Annotated[str, AfterValidator(_identifier)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _moment(text: str) -> str:
    if isinstance(event_millis(text), Reason):
        raise ValueError("an RFC 3339 time with an offset, 1970 or later, like '2020-01-01T00:00:00Z'")
    return text


Moment = Annotated[str, AfterValidator(_moment)]

EARLIEST = "1971-02-01T00:00:00Z"
"""Every time up to the year 3054, in seconds but read as milliseconds, falls before it."""


class EventTime(_Model):
    """Which field says when it happened, how early that may be, and how far ahead of its arrival."""

    field: str
    min: Moment = EARLIEST
    max_ahead_seconds: int = Field(default=300, ge=0, le=86_400)

    @property
    def min_ms(self) -> int:
        """The earliest event time that is accepted, in milliseconds since 1970."""
        return int(event_millis(self.min))

    @property
    def max_ahead_ms(self) -> int:
        """How far ahead of its arrival it may be, in milliseconds."""
        return self.max_ahead_seconds * 1000


def _excluded(rule: Any) -> Any:
    """Beside what JSON has for it, so that one line says what is allowed."""
    if rule is None or rule is True:
        return rule
    if isinstance(rule, list | tuple) and all(isinstance(text, str) for text in rule):
        return tuple(rule)
    raise ValueError("true, for any value, or a list of texts, like ['uptimerobot', 'bot/']")


class FieldRule(_Model):
    """What a field of the message must be. `min` and `max` of a number may name another number field.

    `excluded`: which messages are kept out of every number: all that have the field, or whose text contains one of
    these, whatever the case of its ASCII letters.
    """

    type: Literal["string", "number", "integer", "boolean", "time"]
    required: bool = True
    min: float | str | None = None
    max: float | str | None = None
    above: float | None = None
    below: float | None = None
    min_length: int | None = Field(default=None, ge=0)
    max_length: int | None = Field(default=None, ge=1)
    values: tuple[str, ...] | None = None
    excluded: Annotated[Literal[True] | tuple[str, ...] | None, BeforeValidator(_excluded)] = None


_NOT_SHAPING = {"title", "description", "retention", "sent_by", "demo", "form", "most_messages"}
"""Keys of a definition that nothing of what a job writes depends on."""

_UNTITLED = {"title": "", "unit": ""}
"""What is only shown of a dimension, a measure or a distinct count, left out."""


class Dimension(_Model):
    """A field that panes are grouped by."""

    field: str
    title: str = ""


class BreakdownRule(_Model):
    """Dimensions that panes are kept by, and at which grains: None for all that the stream has."""

    by: tuple[str, ...]
    grains: tuple[Literal["minute", "hour", "day"], ...] | None = None


class _Number(_Model):
    value: str
    decimals: int = Field(ge=0, le=9)
    min: float
    max: float
    title: str = ""
    unit: str = ""


class Measure(MeasureOptions, _Number):  # in this order, options are its last fields: a digest is of fields in order
    """A number aggregated in panes, stored as `round(value x 10^decimals)` within `[min, max]`."""

    @property
    def scale(self) -> int:
        """Stored units in one unit of the measure."""
        return int(10**self.decimals)

    @property
    def stored_bounds(self) -> tuple[int, int]:
        """`[min, max]` in stored units."""
        return round(self.min * self.scale), round(self.max * self.scale)

    @property
    def asked(self) -> list[str]:
        """The options that are set."""
        return [option for option in MeasureOptions.model_fields if getattr(self, option)]


class Distinct(_Model):
    """A count of different values of a string field."""

    field: str
    title: str = ""


class Duplicates(_Model):
    """Which messages are copies: those of a key and an `id` that arrived in their partition within the `horizon`."""

    id: str
    horizon: Horizon

    @property
    def horizon_ms(self) -> int:
        """How long an id is known after a message with it arrived, in milliseconds."""
        return horizon_ms(self.horizon)


class Records(_Model):
    """How records are packed: by day of event time and, if given, into so many `buckets` of a string field."""

    bucket: str | None = None
    buckets: int = Field(default=64, ge=1, le=1024)


class Definition(_Model):
    """One stream: its topic, event time, fields, dimensions, measures and distinct counts.

    `breakdowns`: which sets of dimensions there are panes by; none for one, of all dimensions.
    `clean`: field → what is made of its value before it is checked; the message is kept as it came.
    `key`: the field whose text is the Kafka key, so that messages with the same are in one partition, in order; None
    for messages without a key. `events`: whether the lake keeps every message as it came. `hours`: whether there are
    hour panes, which pay where there are many keys. `records`: None keeps no typed row of each accepted message.
    `retention`: None keeps everything for ever. `most_messages`: of a pane; measures' bounds are such that the sums of
    so many have place in 64 bits, and an audit names panes that hold more. `form`: what people fill in; None for a
    stream without one.
    """

    name: Identifier
    title: str
    description: str = ""
    topic: str = Field(pattern=r"^[a-zA-Z0-9._-]{1,249}$")
    partitions: int = Field(default=2, ge=1, le=1024)
    key: str | None = None
    duplicates: Duplicates | None = None
    visits: Visits | None = None
    event_time: EventTime
    fields: dict[str, FieldRule] = Field(min_length=1)
    clean: dict[str, tuple[CleanRule, ...]] = Field(default_factory=dict)
    dimensions: dict[Identifier, Dimension] = Field(min_length=1)
    breakdowns: dict[Identifier, BreakdownRule] = Field(default_factory=dict)
    measures: dict[Identifier, Measure] = Field(default_factory=dict)
    distincts: dict[Identifier, Distinct] = Field(default_factory=dict)
    events: bool = False
    hours: bool = False
    records: Records | None = None
    retention: Retention | None = None
    most_messages: int = Field(default=10**10, ge=1, le=10**15)
    sent_by: Literal["windowpane"] | None = None
    demo: Demo | None = None
    form: Form | None = None

    @cached_property
    def field_index(self) -> dict[str, int]:
        """Each dotted field name → its place in `fields`, which is its place in the decoding plan."""
        return {name: index for index, name in enumerate(self.fields)}

    def expression(self, measure: str) -> Expression:
        """The measure's value as a postfix program over the fields."""
        return parse(self.measures[measure].value, self.field_index)

    @property
    def horizon_ms(self) -> int:
        """How much of the past a job must have read before it can decide on a message, in milliseconds of arrival."""
        ids = self.duplicates.horizon_ms if self.duplicates else 0
        return ids + (self.visits.horizon_ms(self.event_time.max_ahead_ms) if self.visits else 0)

    def read_since(self, start: datetime) -> datetime:
        """Since when a job must read whose messages count that arrived since `start`.

        Visits reach back to a cut; whether messages since then are copies, depends on as much before as ids are known.
        """
        since = round(start.timestamp() * 1000)
        if self.visits:
            since = self.visits.read_since(since, self.event_time.max_ahead_ms)
        if self.duplicates:
            since -= self.duplicates.horizon_ms
        return datetime.fromtimestamp(since / 1000, UTC)

    @cached_property
    def digest(self) -> str:
        """A hash of everything that shapes what the job writes: equal definitions have equal digests."""
        # A digest tells a running job's definition, so one that was made before a key was known stays what it was.
        younger_keys = ("events", "hours", "key", "duplicates", "breakdowns", "visits", "records", "clean")
        unset = {key for key in younger_keys if not getattr(self, key)}
        left_out: dict[str, Any] = dict.fromkeys(_NOT_SHAPING | unset, True)
        if self.event_time.min == EARLIEST:
            left_out["event_time"] = {"min"}
        younger = MeasureOptions.model_fields.keys() - {"quantiles"}
        unexcluded = {name: {"excluded"} for name, rule in self.fields.items() if rule.excluded is None}
        if unexcluded:
            left_out["fields"] = unexcluded
        left_out["measures"] = {name: younger - ({*each.asked} - READ_OPTIONS) for name, each in self.measures.items()}
        untitled = self.model_copy(
            update={
                section: {name: each.model_copy(update=_UNTITLED) for name, each in getattr(self, section).items()}
                for section in ("dimensions", "measures", "distincts")
            }
        )
        shaping = untitled.model_dump_json(exclude=left_out)
        return hashlib.sha256(shaping.encode()).hexdigest()[:16]
