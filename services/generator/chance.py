"""Chance without state: numbers that look random and are a pure function of what they are asked for."""

from __future__ import annotations

import math
import zlib
from functools import cache

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def stream_key(seed: int, name: str) -> int:
    """A key for one purpose, so that purposes with one seed are independent."""
    return (seed * 0x1_0000_0001 + zlib.crc32(name.encode())) & 0xFFFF_FFFF_FFFF_FFFF


def bits(key: int, *parts: Ints) -> Bits:
    """64 even bits for each element: splitmix64's finaliser (Steele, Lea, Flood 2014) over key and parts."""
    state = np.asarray(np.uint64(key))
    with np.errstate(over="ignore"):
        for part in parts:
            state = _finalised((state ^ part.astype(np.uint64, copy=False)) * _GOLDEN + _GOLDEN)
    return state


def _finalised(state: Bits) -> Bits:
    state = (state ^ (state >> np.uint64(30))) * _MIX_1
    state = (state ^ (state >> np.uint64(27))) * _MIX_2
    return state ^ (state >> np.uint64(31))


def uniform(values: Bits) -> Floats:
    """Evenly in [0, 1)."""
    return (values >> np.uint64(11)).astype(np.float64) * 2.0**-53


def between(values: Bits, low: float, high: float) -> Floats:
    """Evenly in [low, high)."""
    return low + (high - low) * uniform(values)


def normal(values: Bits) -> Floats:
    """Near a standard normal, within ±3.5: the sum of four 16-bit uniforms (Irwin-Hall)."""
    quarters = values.view(np.uint16).reshape(*values.shape, 4).sum(axis=-1, dtype=np.uint32)
    sums: Floats = quarters.astype(np.float64)
    return (sums / 65_536.0 - 2.0) * math.sqrt(3.0)


def smooth(key: int, series: Ints, at: Floats) -> Floats:
    """Noise in [-1, 1] that wanders: cosine interpolation between a value for each whole number of `at`."""
    floor = np.floor(at)
    step = floor.astype(np.int64)
    before, after = uniform(bits(key, series, step)), uniform(bits(key, series, step + 1))
    weight = (1.0 - np.cos(np.pi * (at - floor))) * 0.5
    return (before + (after - before) * weight) * 2.0 - 1.0


@cache
def zipf(size: int, skew: float) -> Floats:
    """Cumulative shares of `size` things by Zipf's law; look a uniform number up with `searchsorted`."""
    weights = np.arange(1, size + 1, dtype=np.float64) ** -skew
    total: Floats = np.cumsum(weights)
    total /= total[-1]
    return total
