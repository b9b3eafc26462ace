"""The `[demo]` table of a definition: how to make messages that look real. It never touches the numbers of panes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Pair = tuple[float, float]
"""A low and a high end; each series draws its own value between them."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Names(_Model):
    """The values of one dimension's field. `skew` is Zipf's exponent: 0 makes all equally frequent."""

    names: tuple[str, ...] = Field(min_length=1)
    skew: float = Field(default=0.0, ge=0, le=5)


class Climb(_Model):
    """A slow rise that falls back at the end of its cycle: a leak until the restart, a disk until the clean-up.

    `rise` is how much is added by the end of a cycle, `hours` the cycle's length, `part` the part of series that climb.
    """

    rise: Pair
    hours: Pair
    part: float = Field(default=1.0, ge=0, le=1)


class Incidents(_Model):
    """Times when a share goes to `level`. `rise` is the part of an incident that passes until it gets there."""

    per_day: float = Field(gt=0, le=4)
    minutes: Pair
    level: Pair
    rise: float = Field(default=0.15, gt=0, lt=1)


class Follow(_Model):
    """Adds `by` times another share field, which must be written earlier."""

    field: str
    by: float


class _Optional(_Model):
    missing: float = Field(default=0.0, ge=0, lt=1, description="the part of messages that leave the field out")


class Choice(_Optional):
    """One of a list: the same for all messages of a series or a visit, or drawn for each message, with Zipf's `skew`.

    With `like`, it is the one at the place that an earlier choice, or the name of a series, has in its own list.
    """

    kind: Literal["choice"]
    values: tuple[str | float | int | bool, ...] = Field(min_length=1)
    per: Literal["series", "message", "visit"] = "series"
    skew: float = Field(default=0.0, ge=0, le=5)
    like: str | None = None


class Visits(_Optional):
    """Identifiers of visitors: of `size` there are `at_once` send at the same time, each for so many minutes."""

    kind: Literal["visits"]
    size: int = Field(ge=1, le=1_000_000)
    at_once: int = Field(ge=1, le=100_000)
    minutes: float = Field(gt=0, le=1440)


class Pool(_Optional):
    """Identifiers of `size` different things, such as visitors; some turn up more often than others (`skew`)."""

    kind: Literal["pool"]
    size: int = Field(ge=1, le=1_000_000)
    skew: float = Field(default=0.0, ge=0, le=5)


class Share(_Optional):
    """A number in [0, 1] that lives: day and night, weekends, noise, climbs and incidents.

    With `of`, the number is that field's value times the share, or times what is left of it (`left = true`).
    """

    kind: Literal["share"]
    base: Pair
    swing: Pair = (0.0, 0.0)
    noise: float = Field(default=0.0, ge=0, le=1)
    climb: Climb | None = None
    incidents: Incidents | None = None
    follows: Follow | None = None
    of: str | None = None
    left: bool = False
    decimals: int = Field(default=4, ge=0, le=6)


class LogNormal(_Optional):
    """A duration or a size: most near the median, some far above. `swing` is how much more it is under load."""

    kind: Literal["lognormal"]
    median: float = Field(gt=0)
    sigma: float = Field(gt=0, le=3)
    swing: float = Field(default=0.0, ge=0)
    decimals: int = Field(default=1, ge=0, le=6)


DemoField = Annotated[Choice | Visits | Pool | Share | LogNormal, Field(discriminator="kind")]


class Demo(_Model):
    """How a stream's messages come and what is in them.

    `regular`: every series reports once each `every_seconds`. `random`: `messages_per_day` in all, more by day.
    """

    pace: Literal["regular", "random"] = "regular"
    every_seconds: float = Field(default=10.0, gt=0)
    messages_per_day: int = Field(default=100_000, ge=1)
    time: Literal["milliseconds", "rfc3339"] = "milliseconds"
    series: Mapping[str, Names] = Field(min_length=1)
    fields: Mapping[str, DemoField] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Fields refer only to earlier fields of the right kind."""
        seen: dict[str, DemoField] = {}
        for name, field in self.fields.items():
            if isinstance(field, Share):
                _check_share(name, field, seen)
            elif isinstance(field, Choice):
                _check_choice(name, field, self.series, seen)
            seen[name] = field
        return self

    def problem(self, fields: Mapping[str, bool]) -> tuple[str, str] | None:
        """What does not fit a definition's fields (name → required), as `(key, reason)`."""
        for name in (*self.series, *self.fields):
            if name not in fields:
                return f"demo.{name}", f"names no field; known: {', '.join(fields)}"
        for name, required in fields.items():
            field = self.fields.get(name)
            if field is None and name not in self.series and required:
                return f"demo.fields.{name}", "is not said how to make; add it"
            if field is not None and field.missing and required:
                return f"demo.fields.{name}.missing", "the field is required, so it can never be missing"
        return None


def _check_choice(name: str, choice: Choice, series: Mapping[str, Names], seen: Mapping[str, DemoField]) -> None:
    if choice.per == "visit" and not any(isinstance(field, Visits) for field in seen.values()):
        raise ValueError(f"{name}.per is 'visit'; needs an earlier field of visits")
    if choice.like is not None:
        other = seen.get(choice.like)
        values = other.values if isinstance(other, Choice) else ()
        if len(series[choice.like].names if choice.like in series else values) != len(choice.values):
            raise ValueError(f"{name}.like names {choice.like!r}; needs an earlier choice, or a series, of as many")


def _check_share(name: str, share: Share, seen: Mapping[str, DemoField]) -> None:
    if share.of is not None:
        choice = seen.get(share.of)
        if not isinstance(choice, Choice) or not all(type(value) in (int, float) for value in choice.values):
            raise ValueError(f"{name}.of names {share.of!r}; needs an earlier choice of numbers")
    if share.follows is not None and not isinstance(seen.get(share.follows.field), Share):
        raise ValueError(f"{name}.follows names {share.follows.field!r}; needs an earlier share")
