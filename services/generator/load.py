"""How a share of something goes up and down: day and night, weekends, noise, climbs and incidents."""

from __future__ import annotations

import numpy as np

from services.generator.chance import Floats, Ints, between, bits, normal, smooth, stream_key, uniform
from streams.demo import Climb, Incidents, Pair, Share

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_INCIDENT_SLOTS_PER_DAY = 4
_LEAST, _MOST = 0.001, 0.999


def daily_load(at_ms: Ints | Floats, shift_hours: Floats | float = 0.0) -> Floats:
    """The load's swing in about [-1, 1]: lowest near 04:00 UTC, a broad day, an evening shoulder, quiet weekends."""
    hours = np.asarray(at_ms, dtype=np.float64) / _HOUR_MS + shift_hours
    turn = (hours % 24.0) * (2.0 * np.pi / 24.0)
    day = -0.85 * np.cos(turn - 1.05) - 0.25 * np.cos(2.0 * turn - 4.6)
    weekday = (np.floor(hours / 24.0) + 3.0) % 7.0  # 1970-01-01 was a Thursday; 0 is Monday
    return np.where(weekday >= 5.0, day * 0.6 - 0.25, day)


class ShareLine:
    """One share field for all series: `at` is its value in [0, 1] at any time."""

    def __init__(self, share: Share, name: str, seed: int, series: int) -> None:
        self._share, self._key = share, stream_key(seed, name)
        self._ids = np.arange(series, dtype=np.int64)
        low, high = np.log(max(share.base[0], 1e-4)), np.log(max(share.base[1], 1e-4))
        self._base = np.exp(self._drawn("base", (float(low), float(high))))
        self._swing = self._drawn("swing", share.swing)
        self._shift = self._drawn("shift", (-1.5, 1.5))

    def at(self, series: Ints, at_ms: Ints, followed: Floats | None = None) -> Floats:
        """The share for each pair of series and time; `followed` is the share it follows, at the same."""
        share = self._share
        value = self._base[series]
        if share.swing != (0.0, 0.0):
            value = value * (1.0 + self._swing[series] * daily_load(at_ms, self._shift[series]))
        if share.follows is not None and followed is not None:
            value = value + share.follows.by * followed
        if share.climb is not None:
            value = value + self._climbed(share.climb, series, at_ms)
        if share.noise:
            value = value * (1.0 + share.noise * self._noise(series, at_ms))
        if share.incidents is not None:
            value = self._disturbed(share.incidents, value, series, at_ms)
        return np.clip(value, _LEAST, _MOST)

    def _drawn(self, purpose: str, ends: Pair) -> Floats:
        """One number for each series."""
        return between(bits(self._key ^ stream_key(0, purpose), self._ids), *ends)

    def _noise(self, series: Ints, at_ms: Ints) -> Floats:
        """Half that wanders over minutes, half that is new with each message."""
        slow = smooth(self._key + 1, series, at_ms / 420_000.0)
        return slow * 0.9 + normal(bits(self._key + 2, series, at_ms)) * 0.5

    def _climbed(self, climb: Climb, series: Ints, at_ms: Ints) -> Floats:
        climbs = self._drawn("climbs", (0.0, 1.0)) < climb.part
        rise = np.where(climbs, self._drawn("rise", climb.rise), 0.0)
        length = self._drawn("hours", climb.hours) * _HOUR_MS
        phase = self._drawn("phase", (0.0, 1.0))
        turns = at_ms / length[series] + phase[series]
        return rise[series] * (turns - np.floor(turns))

    def _disturbed(self, incidents: Incidents, value: Floats, series: Ints, at_ms: Ints) -> Floats:
        """Each slot of six hours may hold one incident, wholly inside it."""
        slot_ms = _DAY_MS // _INCIDENT_SLOTS_PER_DAY
        slot = at_ms // slot_ms
        chance = bits(self._key + 3, series, slot)
        hit = np.flatnonzero(uniform(chance) < incidents.per_day / _INCIDENT_SLOTS_PER_DAY)
        if not hit.size:
            return value
        own = chance[hit].astype(np.int64)
        length = np.minimum(between(bits(1, own), *incidents.minutes) * 60_000.0, slot_ms)
        start = uniform(bits(2, own)) * (slot_ms - length)
        level = between(bits(3, own), *incidents.level)
        done = (at_ms[hit] - slot[hit] * slot_ms - start) / length
        inside = np.minimum(np.minimum(done / incidents.rise, (1.0 - done) / 0.05), 1.0)
        part = np.clip(inside, 0.0, 1.0)
        value = value.copy()
        value[hit] += np.maximum(level - value[hit], 0.0) * part
        return value
