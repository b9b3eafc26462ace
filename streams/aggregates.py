"""All that is known of each aggregate: its column, how panes of it are merged, and what answers and pages make of it.

This is the one place of an aggregate on this side; the JVM part, which adds messages up, has the other
(`Measured.java`). Jobs, tables, statements, answers and pages are made of what is said here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel


class MeasureOptions(BaseModel):
    """What a measure's definition may ask for beside the aggregates that every measure has."""

    quantiles: bool = False
    min_at: bool = False
    total: bool = False


READ_OPTIONS = frozenset({"total"})
"""Options of what is read of panes alone: no job writes anything else for them."""


class ColumnType(StrEnum):
    """Logical type of a column, mapped to Iceberg's and the engines' own where those are made."""

    LONG = "long"
    TIME = "time"
    BYTES = "bytes"


def exact(stored: int, scale: int) -> int | Decimal:
    """Stored units in the measure's own unit, with as many decimals as it has."""
    return stored if scale == 1 else Decimal(stored).scaleb(1 - len(str(scale)))


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged value as Trino gives it, and what it is read with: `scale` stored units are one, of `count` values."""

    value: Any
    scale: int
    count: int
    quantiles: Sequence[float]

    def count_or_zero(self) -> int:
        """A count; nothing counts as 0."""
        return int(self.value or 0)

    def quantity(self) -> float | None:
        """In the measure's own unit."""
        return None if self.value is None else self.value / self.scale

    def total(self) -> int | Decimal:
        """Of a sum, in the measure's own unit, with all its digits; of no values it is 0."""
        return exact(self.value or 0, self.scale)

    def mean(self) -> float | None:
        """Of a sum, in the measure's own unit."""
        return float(Decimal(self.value) / (self.scale * self.count)) if self.count else None

    def peak(self) -> float | None:
        """Of a row of the negated largest value and its time, the value in the measure's own unit."""
        return None if self.value is None else -self.value[0] / self.scale

    def peak_at(self) -> datetime | None:
        """Of such a row, the time."""
        return None if self.value is None else self.value[1]

    def by_quantile(self) -> dict[str, float | None]:
        """Of one value for each quantile that was asked for, in the measure's own unit."""
        values = self.value or [None] * len(self.quantiles)
        return {
            repr(quantile).removesuffix(".0"): None if value is None else value / self.scale
            for quantile, value in zip(self.quantiles, values, strict=True)
        }


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a group of an answer, and its column on the page of windows.

    `label` heads that column; there is none without. `explained` says more of it; `{title}` is the measure's. `rank`
    orders the columns of a measure: the least value has 0, the largest 1. `option`: that of measures which have it, if
    not all do.
    """

    name: str
    kind: Literal["count", "quantity", "total", "moment", "quantiles"]
    read: Callable[[Merged], Any]
    label: str = ""
    explained: str = ""
    rank: float = 0
    essential: bool = False
    option: str = ""


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """A plain column for SQL clients, its name and expression as forms. `option`: as of a member."""

    name: str
    sql: str
    option: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Aggregate:
    """A column of panes that can be merged with itself, in any order, and all that is made of it.

    `of`: what has one; of measures those that set `option`, if it names one, of streams those that declare it. In a
    job it is merged by `flink`, which may call a `function` of the JVM part (name and class). In Trino `merge` makes a
    value of which two can be compared, empty if panes of the same messages may yet differ; `state` what is stored;
    `audit` what finest panes and rollups have in common; `answer` what `members` are read from, None if others bring
    them; `view` plain columns for SQL clients. `number`: what a difference is measured by, if anything. `shown`:
    whether a difference shows it. In SQL `{name}` is the column, `{source}` its measure or distinct count, `{merge}`
    what `merge` says, `{scale}` how many stored units are one, `{unit}` what one of them is.
    """

    name: str
    of: Literal["stream", "measure", "distinct"]
    flink: str
    merge: str
    members: tuple[Member, ...] = ()
    type: ColumnType = ColumnType.LONG
    option: str = ""
    function: tuple[str, str] | None = None
    state: str = "{merge}"
    audit: str = "{merge}"
    answer: str | None = "{merge}"
    view: tuple[ViewColumn, ...] = (ViewColumn("{name}", "{merge}"),)
    number: str = "{name}"
    shown: bool = True

    def column(self, source: str) -> str:
        """The column's name."""
        return f"{source}_{self.name}" if source else self.name

    def sql(self, form: str, source: str, **more: str) -> str:
        """One of its forms in SQL."""
        given = {"name": self.column(source), "source": source, **more}
        return form.format(merge=self.merge.format(**given), **given)

    @property
    def by_quantile(self) -> bool:
        """Whether it is read only where a question asks for quantiles."""
        return "{quantiles}" in (self.answer or "")


# Rows compare by their first unequal part: the least (-max, at) is the largest maximum at its earliest time.
_PEAK = 'min(row(-"{source}_max", "{source}_max_at")) filter (where "{source}_max" is not null)'
_ARG_MAX = ("ARG_MAX", "windowpane.flink.aggregate.ArgMax")
_COUNTED = ("sum({name})", 'coalesce(sum("{name}"), 0)')
_IN_UNITS = (ViewColumn("{name}", "{merge} / {scale}"),)
_DIGESTS = 'merge(cast("{name}" as tdigest))'
_SKETCHES = 'merge(cast("{name}" as hyperloglog))'

# Of an answer only what Trino must do: each expression over an aggregate costs planning.
MESSAGES = Aggregate(
    "messages", "stream", *_COUNTED, (Member("messages", "count", Merged.count_or_zero),), answer='sum("{name}")'
)


def _of_visits(name: str) -> Aggregate:
    members = (Member(name, "count", Merged.count_or_zero),)
    return Aggregate(name, "stream", *_COUNTED, members, option="visits", answer='sum("{name}")')


VISITS = _of_visits("visits")
BOUNCES = _of_visits("bounces")
VISIT_SECONDS = _of_visits("visit_seconds")
COUNT = Aggregate(
    "count", "measure", *_COUNTED, (Member("count", "count", Merged.count_or_zero),), answer='sum("{name}")'
)
SUM = Aggregate(
    "sum",
    "measure",
    flink="sum({name})",
    merge='sum("{name}")',
    members=(
        Member("mean", "quantity", Merged.mean, "mean", "Mean {title}", rank=-1, essential=True),
        Member("total", "total", Merged.total, "total", "{title} of all messages", -2, essential=True, option="total"),
    ),
    view=(
        ViewColumn("{source}_mean", '{merge} / ({scale} * nullif(sum("{source}_count"), 0))'),
        ViewColumn("{source}_total", "coalesce({merge}, 0) * {unit}", option="total"),
    ),
    number="{source}_mean",
)
MIN = Aggregate(
    "min",
    "measure",
    flink="min({name})",
    merge='min("{name}")',
    members=(Member("min", "quantity", Merged.quantity, "min", "Smallest {title}"),),
    view=_IN_UNITS,
    shown=False,
)
# Panes of before it was asked for say no time: the least of all, so that no larger value's time takes its place.
_NO_TIME = "timestamp '0001-01-01 00:00:00 UTC'"
_LOW = f'min(row("{{source}}_min", coalesce("{{name}}", {_NO_TIME}))) filter (where "{{source}}_min" is not null)'
MIN_AT = Aggregate(
    "min_at",
    "measure",
    type=ColumnType.TIME,
    option="min_at",
    flink="arg_max({name}, -`{source}_min`)",
    function=_ARG_MAX,
    merge=f"nullif(({_LOW})[2], {_NO_TIME})",
    members=(Member("min_at", "moment", lambda merged: merged.value, "at", "When {title} was smallest"),),
    number="",
    shown=False,
)
MAX = Aggregate("max", "measure", "max({name})", 'max("{name}")', answer=None, view=_IN_UNITS)  # max_at answers for it
MAX_AT = Aggregate(
    "max_at",
    "measure",
    type=ColumnType.TIME,
    flink="arg_max({name}, `{source}_max`)",
    function=_ARG_MAX,
    merge=f"({_PEAK})[2]",
    answer=_PEAK,
    members=(
        Member("max", "quantity", Merged.peak, "max", "Largest {title}", rank=1, essential=True),
        Member("max_at", "moment", Merged.peak_at, "at", "When {title} was largest", rank=1, essential=True),
    ),
    number="",
    shown=False,
)
DIGEST = Aggregate(
    "digest",
    "measure",
    type=ColumnType.BYTES,
    option="quantiles",
    flink="tdigest({name})",
    function=("TDIGEST", "windowpane.flink.aggregate.Digest"),
    merge="",
    state=f"cast({_DIGESTS} as varbinary)",
    # Each says how many values it holds, a little-endian double at byte 25.
    audit='sum(from_ieee754_64(reverse(substr("{name}", 26, 8))))',
    answer=f"values_at_quantiles({_DIGESTS}, array[{{quantiles}}])",
    members=(Member("quantiles", "quantiles", Merged.by_quantile),),
    view=tuple(
        ViewColumn(f"{{source}}_{name}", f"value_at_quantile({_DIGESTS}, double '{level}') / {{scale}}")
        for name, level in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    ),
    number="",
    shown=False,
)
DISTINCT = Aggregate(
    "distinct",
    "distinct",
    type=ColumnType.BYTES,
    flink="hll({name})",
    function=("HLL", "windowpane.flink.aggregate.Hll"),
    merge=f"cardinality({_SKETCHES})",
    state=f"cast({_SKETCHES} as varbinary)",
    members=(Member("distinct", "count", Merged.count_or_zero),),
    view=(ViewColumn("{source}", "{merge}"),),
)

AGGREGATES = (MESSAGES, VISITS, BOUNCES, VISIT_SECONDS, COUNT, SUM, MIN, MIN_AT, MAX, MAX_AT, DIGEST, DISTINCT)
"""Every aggregate, in the order of the columns of a table."""
