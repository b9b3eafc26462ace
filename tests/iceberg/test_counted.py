"""Where the newest counted messages lie: in whole arrival windows of this topic, whatever heartbeats are between."""

from __future__ import annotations

from pathlib import Path

import pytest

from iceberg.counted import CountedMessages, newest_counted
from iceberg.reading import READING_PROPERTY, Reading
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, ledger_row, make_tables, noon, open_local

ROWS = [
    ledger_row(0, accepted=8) | {"rejected": 1},
    ledger_row(0, partition=1, accepted=3),
    ledger_row(10, accepted=0) | {"heartbeats": 10},
    ledger_row(20, accepted=2) | {"rejected": 1, "duplicates": None},
    ledger_row(20, partition=1, accepted=0) | {"heartbeats": 10},
]


@pytest.mark.parametrize(
    ("least", "found"),
    [
        (1, CountedMessages({0: 20}, {0: 30}, 3)),
        (3, CountedMessages({0: 20}, {0: 30}, 3)),
        (1_000, CountedMessages({0: 0, 1: 0}, {0: 30, 1: 10}, 15)),
    ],
)
def test_newest_windows_with_messages_count(tmp_path: Path, least: int, found: CountedMessages) -> None:
    catalog = open_local(tmp_path)
    ledger = make_tables(catalog, HEALTH)["ledger"]
    for number, row in enumerate(ROWS):
        commit(ledger, [row], "job", number)
    assert newest_counted(catalog, "health", least) == found


def test_an_earlier_topic_has_other_offsets(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    ledger = make_tables(catalog, HEALTH)["ledger"]
    assert newest_counted(catalog, "health", 1) == CountedMessages({}, {}, 0)
    commit(ledger, [ledger_row(0, accepted=10), ledger_row(20, accepted=2)], "job", 1)
    with ledger.transaction() as change:
        change.set_properties({READING_PROPERTY: Reading("new", since=noon(10)).as_json()})
    assert newest_counted(catalog, "health", 1_000) == CountedMessages({0: 20}, {0: 30}, 2)
