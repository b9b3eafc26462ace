"""What may be undone: decided by the history of a stream alone.

Publications lie above one another: each replaced what was there in its range, which a roll back puts there again. So
one can be rolled back only while none lies above it in its range, and the way back of one that does lie above is needed
by those beneath.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from database.errors import ReplayError
from database.replays import Action, Publication, Replay, ReplayState

_PUBLISHED = (ReplayState.PUBLISHED, ReplayState.PUBLISHING)
"""States of one that is in the tables, or will be: what was begun is gone on with."""


def standing(history: Iterable[Publication]) -> list[Publication]:
    """The publications that were not rolled back, the newest first."""
    newest: dict[int, Publication] = {}
    for done in sorted(history, key=lambda done: done.generation):
        newest[done.replay] = done
    published = [done for done in newest.values() if done.action is Action.PUBLISH]
    return sorted(published, key=lambda done: done.generation, reverse=True)


def newest_publication(history: Iterable[Publication], replay: Replay) -> int:
    """The generation that the newest publication of a replay, rolled back or not, raised the tables to."""
    mine = [done for done in history if done.replay == replay.id and done.action is Action.PUBLISH]
    if not mine:
        raise ReplayError(f"no publication of replay {replay.id} is recorded; see: windowpane replays history")
    return max(done.generation for done in mine)


def check_undoable(replay: Replay, others: Mapping[int, Replay], history: Iterable[Publication]) -> None:
    """Raise ReplayError unless a published replay's publication is the newest in its range."""
    history = list(history)
    mine = newest_publication(history, replay)
    for above in standing(history):
        if above.generation > mine and above.arrivals.overlaps(replay.arrivals):
            can_be = above.replay in others and others[above.replay].state is not ReplayState.DROPPED
            advice = (
                f"roll that back first: windowpane replays rollback {above.replay}"
                if can_be
                else "that was dropped, so it stays; to change the range again, begin a new replay"
            )
            raise ReplayError(
                f"replay {above.replay} was published {above.at:%Y-%m-%dT%H:%M:%SZ} over what arrived "
                f"{above.arrivals}, after replay {replay.id}; {advice}"
            )


def check_droppable(replay: Replay, others: Mapping[int, Replay], history: Iterable[Publication]) -> None:
    """Raise ReplayError if a published replay could be rolled back only after this one was."""
    publications = standing(history)
    mine = next((done.generation for done in publications if done.replay == replay.id), None)
    for beneath in publications:
        published = beneath.replay in others and others[beneath.replay].state in _PUBLISHED
        if mine and published and beneath.generation < mine and beneath.arrivals.overlaps(replay.arrivals):
            raise ReplayError(
                f"replay {beneath.replay} was published before replay {replay.id} in the same range, and could then "
                f"not be rolled back; first: windowpane replays drop {beneath.replay}"
            )
