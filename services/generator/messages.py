"""The generator: a definition's `[demo]` table, a seed and times in; messages as bytes out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as of_dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from services.generator.chance import Floats, Ints, bits, stream_key, uniform, zipf
from services.generator.load import ShareLine, daily_load
from services.generator.rows import Column, Layout, Matrix, digits_column, messages_of, text_column, times_column
from streams.definition import Definition
from streams.demo import Choice, LogNormal, Names, Pool, Share, Visits
from streams.errors import DefinitionError

BATCH = 20_000
"""Messages made at once: large enough for numpy, small enough for the processor's cache."""

_DAY_MS = 86_400_000


@dataclass
class _Drawn:
    """What was drawn for each message so far: its series, the places of its values in their lists, its visit."""

    series: Ints
    places: dict[str, Ints]
    values: dict[str, Floats]
    visit: Ints = of_dataclass(default_factory=lambda: np.zeros(0, dtype=np.int64))


class Generator:
    """Makes the messages of one stream. `series` overrides how many there are, for load tests.

    Raises DefinitionError if the definition has no `[demo]` table.
    """

    def __init__(self, definition: Definition, *, seed: int = 0, series: int | None = None) -> None:
        if definition.demo is None:
            raise DefinitionError(f"{definition.name}.toml", "demo", None, "add a [demo] table to make messages")
        self._definition, self._demo, self._seed = definition, definition.demo, seed
        self._names = {name: _extended(names, series) for name, names in self._demo.series.items()}
        self.series = series or math.prod(len(names) for names in self._names.values())
        self._tables = {name: text_column(names) for name, names in self._names.items()}
        self._tables |= {name: text_column(f.values) for name, f in self._demo.fields.items() if isinstance(f, Choice)}
        self._shares = {
            name: ShareLine(field, name, seed, self.series)
            for name, field in self._demo.fields.items()
            if isinstance(field, Share)
        }
        optional = {name for name, field in self._demo.fields.items() if field.missing}
        try:
            self._layout = Layout(self._order(), optional)
        except ValueError as error:
            raise DefinitionError(f"{definition.name}.toml", "demo.fields", None, str(error)) from error

    def natural_count(self, start_ms: int, end_ms: int) -> int:
        """How many messages the stream would have had in `[start_ms, end_ms)`."""
        days = (end_ms - start_ms) / _DAY_MS
        if self._demo.pace == "random":
            return round(self._demo.messages_per_day * days)
        return round(self.series * days * 86_400 / self._demo.every_seconds)

    def history(self, start_ms: int, end_ms: int, count: int, first: int = 0) -> Iterator[list[bytes]]:
        """`count` messages over `[start_ms, end_ms)`, in batches, roughly by time, from message `first` on."""
        for begin in range(first, count, BATCH):
            index = np.arange(begin, min(begin + BATCH, count), dtype=np.int64)
            yield self.batch(index, self.times(index, start_ms, end_ms, count))

    def batch(self, index: Ints, at_ms: Ints) -> list[bytes]:
        """The messages with these running numbers at these times."""
        series, places = self._series(index)
        columns: dict[str, Column] = {name: self._tables[name][places[name]] for name in self._names}
        columns[self._definition.event_time.field] = times_column(at_ms, self._demo.time)
        missing: dict[str, npt.NDArray[np.bool_]] = {}
        values: dict[str, Floats] = {}
        drawn = _Drawn(series, places, values)
        for name, field in self._demo.fields.items():
            key = stream_key(self._seed, name)
            chance = bits(key, index, at_ms)
            if field.missing:
                missing[name] = uniform(bits(key + 1, index, at_ms)) < field.missing
            match field:
                case Choice():
                    columns[name] = self._chosen(name, field, chance, drawn)
                case Visits():
                    drawn.visit = _visits(key, field, index, at_ms)
                    columns[name] = _identifiers(Pool(kind="pool", size=field.size), bits(key + 3, drawn.visit))
                case Pool():
                    columns[name] = _identifiers(field, chance)
                case Share():
                    columns[name] = self._shared(name, field, series, at_ms, values)
                case LogNormal():
                    columns[name] = self._lognormal(name, field, chance, at_ms)
        return messages_of(self._layout.render(columns, missing))

    def times(self, index: Ints, start_ms: int, end_ms: int, count: int) -> Ints:
        """When messages happen of which there are `count` in a span: evenly, or at a random pace more under load."""
        part = (index + uniform(bits(stream_key(self._seed, "time"), index))) / count
        if self._demo.pace == "random":
            grid = np.linspace(start_ms, end_ms, max(2, min(2000, (end_ms - start_ms) // 600_000)))
            passed = np.cumsum(1.0 + 0.7 * daily_load(grid))
            part = np.interp(part, (passed - passed[0]) / (passed[-1] - passed[0]), np.linspace(0.0, 1.0, len(grid)))
        return np.minimum(start_ms + (part * (end_ms - start_ms)).astype(np.int64), end_ms - 1)

    def _order(self) -> list[str]:
        """Fields as declared, the event time after the first; fields without an entry are left out."""
        made = [name for name in self._definition.fields if name in self._names or name in self._demo.fields]
        return [made[0], self._definition.event_time.field, *made[1:]]

    def _series(self, index: Ints) -> tuple[Ints, dict[str, Ints]]:
        """Which series each message belongs to, as a whole and for each dimension's field."""
        if self._demo.pace == "regular":
            series = index % self.series
            places, left = {}, series
            for name, names in reversed(self._names.items()):
                left, places[name] = np.divmod(left, len(names))
            return series, places
        places, series = {}, np.zeros(len(index), dtype=np.int64)
        for name, names in self._names.items():
            drawn = uniform(bits(stream_key(self._seed, f"series {name}"), index))
            places[name] = np.searchsorted(zipf(len(names), self._demo.series[name].skew), drawn)
            series = series * len(names) + places[name]
        return series % self.series, places

    def _chosen(self, name: str, field: Choice, chance: npt.NDArray[np.uint64], drawn: _Drawn) -> Column:
        if field.per != "message":
            of = drawn.series if field.per == "series" else drawn.visit
            chance = bits(stream_key(self._seed, name), of)
        if field.like is None:
            place = np.searchsorted(zipf(len(field.values), field.skew), uniform(chance))
        else:
            place = drawn.places[field.like]
        drawn.places[name] = place
        if all(type(value) in (int, float) for value in field.values):
            drawn.values[name] = np.asarray(field.values, dtype=np.float64)[place]
        return self._tables[name][place]

    def _shared(self, name: str, field: Share, series: Ints, at_ms: Ints, values: dict[str, Floats]) -> Column:
        followed = values[field.follows.field] if field.follows is not None else None
        share = values[name] = self._shares[name].at(series, at_ms, followed)
        if field.of is None:
            return digits_column(share, field.decimals, 1)
        shown = (1.0 - share) * values[field.of] if field.left else share * values[field.of]
        return digits_column(shown, field.decimals, float(values[field.of].max()))

    def _lognormal(self, name: str, field: LogNormal, chance: npt.NDArray[np.uint64], at_ms: Ints) -> Column:
        load = 1.0 + field.swing * np.maximum(daily_load(at_ms), 0.0)
        angle = 2.0 * np.pi * uniform(bits(7, chance.astype(np.int64)))
        normal = np.sqrt(-2.0 * np.log(1.0 - uniform(chance))) * np.cos(angle)
        most = self._definition.fields[name].max
        largest = float(most) if isinstance(most, int | float) else 1e9
        return digits_column(
            np.minimum(field.median * load * np.exp(field.sigma * normal), largest), field.decimals, largest
        )


def _visits(key: int, field: Visits, index: Ints, at_ms: Ints) -> Ints:
    """The visit of each message: of those that go on one at random, each begun at a time of its own."""
    lane = (uniform(bits(key, index)) * field.at_once).astype(np.int64)
    turn = (at_ms / (field.minutes * 60_000.0) + uniform(bits(key + 2, lane))).astype(np.int64)
    return turn * field.at_once + lane


def _identifiers(field: Pool, chance: npt.NDArray[np.uint64]) -> Column:
    place = np.searchsorted(zipf(field.size, field.skew), uniform(chance))
    return _pool(field.size)[place]


@cache
def _pool(size: int) -> Matrix:
    return text_column([f"{value & 0xFFFFFFFF:08x}" for value in bits(11, np.arange(size, dtype=np.int64)).tolist()])


def _extended(names: Names, series: int | None) -> Sequence[str]:
    """At least `series` names: the declared ones, then the same again with a number."""
    if series is None:
        return names.names
    declared = names.names
    return [
        *declared,
        *(f"{declared[i % len(declared)]}-{i // len(declared) + 1}" for i in range(len(declared), series)),
    ][:series]
