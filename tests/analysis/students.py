"""The public samples of student data; one apostrophe in them is cleaned."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from analysis.observations import Observations

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "students"


def sample(name: str, *labels: str) -> Observations:
    """A CSV file's columns: numbers where all values are such, but for `labels`."""
    with (SAMPLES / name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {key: [row[key].strip("' ").replace(",", ".") for row in rows] for key in rows[0]}
    numbers = {key: _numbers(values) for key, values in columns.items() if key not in labels}
    found = {key: each for key, each in numbers.items() if each is not None}
    rest = {
        key: np.array([v or None for v in values], dtype=object) for key, values in columns.items() if key not in found
    }
    return Observations(found, rest)


def _numbers(values: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
    try:
        return np.array([float(value) for value in values])
    except ValueError:
        return None
