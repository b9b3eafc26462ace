"""What a restored ledger and another Kafka tell. The rest is an integration test."""

from __future__ import annotations

import pytest

from scripts.lake.backup import counted_beyond


@pytest.mark.parametrize(
    ("counted", "ends", "beyond"),
    [
        ({}, {0: 5}, {}),
        ({0: 5, 1: 7}, {0: 5, 1: 9}, {}),
        ({0: 5, 1: 7}, {0: 5, 1: 6}, {1: (7, 6)}),
        ({0: 5, 1: 7}, {0: 9}, {1: (7, 0)}),
        ({0: 5}, {}, {0: (5, 0)}),
    ],
)
def test_fewer_offsets_are_another_kafka(
    counted: dict[int, int], ends: dict[int, int], beyond: dict[int, tuple[int, int]]
) -> None:
    assert counted_beyond(counted, ends) == beyond
