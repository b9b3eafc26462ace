"""The brute-force oracle: DuckDB over every raw message, as the tests made them, with nothing aggregated before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from streams.time_text import timestamp

Where = Mapping[str, Sequence[str]]
Group = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """A window, the dimensions it is grouped by, and the values that they may have."""

    start: datetime
    end: datetime
    by: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def params(self) -> list[tuple[str, str]]:
        """The question as parameters of the API."""
        filters = [(name, value) for name, values in self.where for value in values]
        by = [("by", name) for name in self.by] or [("by", "")]
        return [("start", self.start.isoformat()), ("end", self.end.isoformat()), *by, *filters]


class Oracle:
    """Answers in the API's shape from raw messages.

    A message is `(batch, event time in ms, values of the dimensions, measures in stored units or None, strings to
    count distinct or None)`. `scales`: measure → stored units in one. `timed`: those that tell when their minimum was.
    """

    def __init__(
        self, dimensions: Sequence[str], scales: Mapping[str, int], distincts: Sequence[str], timed: Collection[str]
    ) -> None:
        self._timed = timed
        self._dimensions, self._scales, self._distincts = tuple(dimensions), dict(scales), tuple(distincts)
        self._database = duckdb.connect()
        columns = [
            "batch integer", "event_ms bigint",
            *(f"{name} varchar" for name in dimensions),
            *(f"{name} bigint" for name in scales),
            *(f"{name} varchar" for name in distincts),
        ]  # fmt: skip
        self._database.execute(f"create table messages ({', '.join(columns)})")

    def add(self, messages: Sequence[Sequence[Any]]) -> None:
        """Remember accepted messages."""
        columns = list(zip(*messages, strict=True))
        names = ["batch", "event_ms", *self._dimensions, *self._scales, *self._distincts]
        arrays = dict(zip(names, columns, strict=True))
        kinds = {"batch": pa.int32(), "event_ms": pa.int64(), **dict.fromkeys(self._scales, pa.int64())}
        added = pa.table({name: pa.array(values, kinds.get(name, pa.string())) for name, values in arrays.items()})
        self._database.register("added", added)
        self._database.execute("insert into messages select * from added")
        self._database.unregister("added")

    def groups(self, question: Question, batches: int, step_ms: int = 0) -> list[Group]:
        """The groups of the question among the first batches, sorted by dimensions; with a step, by its starts too."""
        keys = ([f"event_ms - event_ms % {step_ms} as bucket"] if step_ms else []) + list(question.by)
        names = (["bucket"] if step_ms else []) + list(question.by)
        selected = [*keys, "count(*) as messages"]
        for name in self._scales:
            first = f"(min({{{{'x': {{}}, 't': event_ms}}}}) filter (where {name} is not null))['t']"
            times = [first.format(name), first.format(f"-{name}")]
            selected += [f"count({name})", f"sum({name})", f"min({name})", f"max({name})", *times]
        selected += [f"count(distinct {name})" for name in self._distincts]
        condition, values = self._condition(question, batches)
        grouped = f"group by {', '.join(map(str, range(1, len(keys) + 1)))} order by {', '.join(names)}" if keys else ""
        sql = f"select {', '.join(selected)} from messages where {condition} {grouped}"
        rows = self._database.cursor().execute(sql, values).fetchall()
        return [self._group(names, row) for row in rows if row[len(names)]]

    def values(self, question: Question, batches: int, measure: str) -> list[int]:
        """The measure's stored values, in order."""
        condition, values = self._condition(question, batches)
        sql = f"select {measure} from messages where {condition} and {measure} is not null order by 1"
        return [row[0] for row in self._database.cursor().execute(sql, values).fetchall()]

    def _condition(self, question: Question, batches: int) -> tuple[str, list[Any]]:
        first, last = (int(at.timestamp()) * 1000 for at in (question.start, question.end))
        values: list[Any]
        parts, values = ["event_ms >= ?", "event_ms < ?", "batch < ?"], [first, last, batches]
        for name, allowed in question.where:
            parts.append(f"{name} in ({', '.join('?' * len(allowed))})")
            values += allowed
        return " and ".join(parts), values

    def _group(self, names: Sequence[str], row: Sequence[Any]) -> Group:
        left = iter(row)
        group: Group = {name: next(left) for name in names}
        group["messages"] = next(left)
        for name, scale in self._scales.items():
            count, total, least, most, low, peak = (next(left) for _ in range(6))
            group[name] = {
                "count": count,
                "mean": float(Decimal(int(total)) / (scale * count)) if count else None,
                "min": None if least is None else least / scale,
                "max": None if most is None else most / scale,
                "max_at": _text(peak),
                **({"min_at": _text(low)} if name in self._timed else {}),
            }
        for name in self._distincts:
            group[name] = {"distinct": next(left)}
        return group


def _text(millis: int | None) -> str | None:
    return None if millis is None else timestamp(datetime.fromtimestamp(millis / 1000, UTC), millis=True)
