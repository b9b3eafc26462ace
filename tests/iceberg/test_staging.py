"""What a replay made is all of its range, or it is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from database.errors import ReplayError
from database.replays import Replay, ReplayState
from iceberg.staging import Staged
from streams.arrivals import Arrivals
from streams.panes import Grain
from streams.stored_definition import as_stored
from tests.definitions import HEALTH
from tests.iceberg.lakes import NOON, noon

REPLAY = Replay(
    id=7,
    stream="health",
    state=ReplayState.RUNNING,
    arrivals=Arrivals(noon(0), noon(60)),
    offsets={0: (10, 18), 1: (4, 4), 2: (0, 2)},
    stored=as_stored(HEALTH),
    made_at=NOON,
    made_by="tester",
)
WHOLE = Staged(
    offsets=10,
    span=10,
    accepted=6,
    rejected=1,
    in_panes={("service", Grain.MINUTE): 6, ("service", Grain.DAY): 6},
    in_rejected=1,
    in_records=None,
    firsts={0: 10, 2: 0},
)


def test_whole_ranges_pass() -> None:
    WHOLE.check(REPLAY)
    replace(WHOLE, firsts={0: 9, 1: 4, 2: 0}).check(REPLAY)


@pytest.mark.parametrize(
    ("staged", "reason"),
    [
        (replace(WHOLE, offsets=9), "replay 7 does not balance"),
        (
            replace(WHOLE, in_panes={("service", Grain.MINUTE): 6, ("service", Grain.DAY): 5}),
            "replay 7 does not balance",
        ),
        (replace(WHOLE, in_rejected=2), "replay 7 does not balance"),
        (replace(WHOLE, firsts={0: 11, 2: 0}), "replay 7 lacks offset 10 of partition 0: Kafka deleted"),
        (replace(WHOLE, firsts={0: 10}), "replay 7 lacks offset 0 of partition 2: Kafka deleted"),
    ],
)
def test_parts_of_ranges_are_refused(staged: Staged, reason: str) -> None:
    with pytest.raises(ReplayError, match=reason):
        staged.check(REPLAY)
