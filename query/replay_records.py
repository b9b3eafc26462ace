"""Records of replays and of what was published, as much of them as a scope shows. Pure.

Numbers that are of all rows of a stream are for whoever sees all rows; names, reasons and digests, which may tell of
fields, are for whoever sees the whole stream.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from access.scope import EVERYTHING, Scope
from database.replays import Offsets, Publication, Replay, ReplayState
from streams.arrivals import Arrivals
from streams.time_text import timestamp


@dataclass(frozen=True, slots=True)
class ReplayRecord:
    """A replay. `messages`, `offsets` and `digest` are None, and `made_by` is empty, where they are not shown."""

    id: int
    stream: str
    state: ReplayState
    arrivals: Arrivals
    messages: int | None
    offsets: Offsets | None
    digest: str | None
    made_at: datetime
    made_by: str
    generation: int | None

    @classmethod
    def of(cls, replay: Replay, scope: Scope = EVERYTHING) -> ReplayRecord:
        """As much as a scope shows."""
        return cls(
            id=replay.id,
            stream=replay.stream,
            state=replay.state,
            arrivals=replay.arrivals,
            messages=replay.messages if scope.all_rows else None,
            offsets=replay.offsets if scope.all_rows else None,
            digest=replay.digest if scope.whole else None,
            made_at=replay.made_at,
            made_by=replay.made_by if scope.whole else "",
            generation=replay.generation,
        )

    def as_json(self) -> dict[str, Any]:
        """As the API gives it."""
        offsets = self.offsets
        return {
            "id": self.id,
            "stream": self.stream,
            "state": str(self.state),
            "arrived_from": timestamp(self.arrivals.start),
            "arrived_until": timestamp(self.arrivals.end),
            "messages": self.messages,
            "offsets": None if offsets is None else {str(number): [*span] for number, span in offsets.items()},
            "definition": self.digest,
            "made_at": timestamp(self.made_at),
            "made_by": self.made_by,
            "generation": self.generation,
        }


def publication_within(publication: Publication, scope: Scope) -> Publication:
    """A publication or roll back, as much of it as a scope shows."""
    if scope.whole:
        return publication
    rows = publication.rows if scope.all_rows else {}
    return replace(publication, definition_digest="", by="", reason="", rows=rows)


def publication_json(publication: Publication) -> dict[str, Any]:
    """A publication or roll back, as the API gives it."""
    return {
        "stream": publication.stream,
        "generation": publication.generation,
        "replay": publication.replay,
        "action": str(publication.action),
        "arrived_from": timestamp(publication.arrivals.start),
        "arrived_until": timestamp(publication.arrivals.end),
        "definition": publication.definition_digest or None,
        "at": timestamp(publication.at),
        "by": publication.by,
        "reason": publication.reason,
        "rows": {table: {"removed": removed, "added": added} for table, (removed, added) in publication.rows.items()},
        "completed": publication.completed,
    }
