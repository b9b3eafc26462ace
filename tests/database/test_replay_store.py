"""The records of replays in a real PostgreSQL: any commands in any order, some by those who read a record long ago."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from database.engine import change, engine_uri
from database.errors import ReplayError
from database.publications import check_droppable, check_undoable
from database.replay_store import ReplayStore
from database.replays import Action, Publication, Replay, ReplayState
from streams.arrivals import Arrivals
from streams.errors import DefinitionError
from tests.database.postgres import own_postgres
from tests.definitions import HEALTH
from tests.iceberg.lakes import noon

MINUTES = 3
LIFE = {
    "running": ["staged", "dropped"],
    "staged": ["publishing", "dropped"],
    "publishing": ["published"],
    "published": ["rolling back", "dropped"],
    "rolling back": ["rolled back"],
    "rolled back": ["publishing", "dropped"],
    "dropped": [],
}
BEGUN = {ReplayState.PUBLISHING: Action.PUBLISH, ReplayState.ROLLING_BACK: Action.ROLL_BACK}
GUARDS = {ReplayState.ROLLING_BACK: check_undoable, ReplayState.DROPPED: check_droppable}


@pytest.fixture(scope="module")
def engine() -> Iterator[sa.Engine]:
    # A socket's address must be short.
    with tempfile.TemporaryDirectory(prefix="windowpane-") as socket, own_postgres(Path(socket)) as uri:
        engine = sa.create_engine(engine_uri(uri))
        yield engine
        engine.dispose()


@dataclass
class Known:
    """What the model knows of a replay."""

    state: str
    minutes: range
    read: list[Replay] = field(default_factory=list)
    """The record as it was read at any time."""


class Commands(RuleBasedStateMachine):
    """The model: each replay's state, and for each minute the replays whose publications lie above one another."""

    engine: sa.Engine

    def __init__(self) -> None:
        super().__init__()
        self.store = ReplayStore(self.engine)
        self.store.forget(HEALTH.name)
        self.known: dict[int, Known] = {}
        self.above: list[list[int]] = [[] for _ in range(MINUTES)]
        self.generation = 0

    @rule(what=st.sampled_from([*5 * ["go on"], "move", *2 * ["replay"]]), data=st.data())
    def happen(self, what: str, data: st.DataObject) -> None:
        """One rule has it all, the likelier the more often it is there: most of a life is going on."""
        if what == "replay" or not self.known:
            self.replay(data.draw(st.integers(0, MINUTES - 1)), data.draw(st.integers(1, 3)))
        elif what == "move":
            self.move(data)
        else:
            self.go_on(data)

    def replay(self, first: int, length: int) -> None:
        minutes = range(first, min(first + length, MINUTES))
        arrivals = Arrivals(noon(minutes.start * 60), noon(minutes.stop * 60))
        held = [
            known
            for known in self.known.values()
            if known.state not in ("published", "dropped") and {*known.minutes} & {*minutes}
        ]
        try:
            made = self.store.create(HEALTH, arrivals, {0: (0, 9)}, "tester")
        except ReplayError:
            assert held
        else:
            assert not held
            self.known[made.id] = Known("running", minutes, [made])

    def move(self, data: st.DataObject) -> None:
        """Somebody moves a replay anywhere, as it was read now, or once."""
        number = data.draw(st.sampled_from(sorted(self.known)))
        self._try(data.draw(st.sampled_from(self.known[number].read)), data.draw(st.sampled_from(ReplayState)))

    def go_on(self, data: st.DataObject) -> None:
        """Somebody moves a replay to where its life may go, seldom to an end: so publications lie above one another."""
        possible = [(number, state) for number, known in self.known.items() for state in LIFE[known.state]]
        if possible:
            going_on = [pair for pair in possible if pair[1] not in ("rolling back", "dropped")]
            number, state = data.draw(st.sampled_from([*possible, *3 * going_on]))
            self._try(self.store.get(number), ReplayState(state))

    def _try(self, replay: Replay, state: ReplayState) -> None:
        known = self.known[replay.id]
        allowed = replay.state == known.state and state in LIFE[known.state] and not self._refused(replay.id, state)
        try:
            moved = self._moved(replay, state)
        except ReplayError:
            assert not allowed
        else:
            assert allowed
            self._took(replay.id, moved)

    def _moved(self, replay: Replay, target: ReplayState) -> Replay:
        """The move, with the guards that its command has."""
        if guard := GUARDS.get(target):
            others = {other.id: other for other in self.store.all(HEALTH.name)}
            guard(replay, others, self.store.history(HEALTH.name))
        if target in BEGUN:
            return self.store.begin(replay, target, self._publication(replay, BEGUN[target]))
        if target in (ReplayState.PUBLISHED, ReplayState.ROLLED_BACK):
            return self.store.complete(replay, target, {"ledger": (1, 2)})
        return self.store.set_state(replay, target)

    def _publication(self, replay: Replay, action: Action) -> Publication:
        return Publication(
            self.generation + 1,
            replay.id,
            replay.stream,
            action,
            replay.arrivals,
            replay.definition.digest,
            noon(0) + timedelta(hours=self.generation),
            "tester",
            "",
            {},
            False,
        )

    def _refused(self, number: int, target: ReplayState) -> bool:
        """Whether another publication is in the way, by the model."""
        piles = [pile for pile in self.above if number in pile]
        if target is ReplayState.ROLLING_BACK:
            return any(pile[-1] != number for pile in piles)
        beneath = [other for pile in piles for other in pile[: pile.index(number)]]
        needed = ("published", "publishing")
        return target is ReplayState.DROPPED and any(self.known[other].state in needed for other in beneath)

    def _took(self, number: int, moved: Replay) -> None:
        known = self.known[number]
        known.state = str(moved.state)
        known.read.append(moved)
        if moved.state in BEGUN:
            self.generation += 1
            assert moved.generation == self.generation
        for minute in known.minutes:
            if moved.state is ReplayState.PUBLISHING:
                self.above[minute].append(number)
            if moved.state is ReplayState.ROLLING_BACK:
                assert self.above[minute].pop() == number

    def teardown(self) -> None:
        """The records say what happened."""
        assert {replay.id: str(replay.state) for replay in self.store.all(HEALTH.name)} == {
            number: known.state for number, known in self.known.items()
        }
        assert [done.generation for done in self.store.history(HEALTH.name)] == [*range(self.generation, 0, -1)]

    @invariant()
    def every_published_one_can_be_rolled_back_in_time(self) -> None:
        """By rolling back what lies above it first; none of that was dropped."""
        for pile in self.above:
            states = [self.known[number].state for number in pile]
            assert "dropped" not in itertools.dropwhile(lambda state: state != "published", states)


@pytest.mark.no_cover
def test_any_commands_keep_the_records_right(engine: sa.Engine) -> None:
    own = engine

    class Here(Commands):
        engine = own

    several = settings(max_examples=15, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Here, settings=several)


def test_a_dropped_replay_stays_dropped(engine: sa.Engine) -> None:
    """Also for a command that read the record before."""
    store = ReplayStore(engine)
    store.forget(HEALTH.name)
    running = store.create(HEALTH, Arrivals(noon(0), noon(60)), {0: (0, 9)}, "tester")
    store.set_state(running, ReplayState.DROPPED)
    with pytest.raises(ReplayError, match=f"replay {running.id} is dropped and cannot become staged"):
        store.set_state(running, ReplayState.STAGED)
    assert store.get(running.id).state is ReplayState.DROPPED
    store.forget(HEALTH.name)
    with pytest.raises(ReplayError, match=f"replay {running.id} is gone and cannot become staged"):
        store.set_state(running, ReplayState.STAGED)


def test_a_definition_that_cannot_be_read_any_more_is_that_replays_alone(engine: sa.Engine) -> None:
    store = ReplayStore(engine)
    store.forget(HEALTH.name)
    ranges = (Arrivals(noon(0), noon(60)), Arrivals(noon(60), noon(120)))
    broken, right = (store.create(HEALTH, arrivals, {0: (0, 9)}, "tester") for arrivals in ranges)
    change(engine, f"update windowpane.replays set definition = '{{}}' where id = {broken.id}")
    assert [(each.id, each.digest) for each in store.all(HEALTH.name)] == [
        (right.id, HEALTH.digest),
        (broken.id, "unreadable"),
    ]
    with pytest.raises(DefinitionError, match=rf"^replay {broken.id} of health: name: Field required"):
        _ = store.get(broken.id).definition
    assert store.set_state(store.get(broken.id), ReplayState.DROPPED).state is ReplayState.DROPPED
    store.forget(HEALTH.name)
