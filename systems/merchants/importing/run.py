"""Imports a file: its lines become messages, in batches that are sent, acknowledged and noted one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from systems.merchants.enrichment import Message
from systems.merchants.importing.messages import Importing, Outcome
from systems.merchants.importing.occurrences import Located, Skip

BATCH = 10_000
"""Lines whose messages are sent before it is noted that they were."""

MOST_LISTED = 20
"""Lines that are named with what is wrong with them, of each reason."""

Send = Callable[[Sequence[Message]], None]
"""Sends messages; returns when Kafka has them."""

Note = Callable[[int, int], None]
"""Is told how many lines were read and how many events were sent, in all."""


@dataclass
class Tally:
    """What became of the lines. `listed`: reason → the first lines that are bad for it."""

    events: int = 0
    bots: int = 0
    skipped: Counter[Skip] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    listed: dict[str, list[int]] = field(default_factory=dict)

    def add(self, line: int, outcome: Outcome) -> None:
        """Count one."""
        if isinstance(outcome, Message):
            self.events += 1
            self.bots += b'"bot":' in outcome.payload
        elif isinstance(outcome, Skip):
            self.skipped[outcome] += 1
        else:
            self.bad[outcome.reason] += 1
            lines = self.listed.setdefault(outcome.reason, [])
            if len(lines) < MOST_LISTED:
                lines.append(line)


def run(
    found: Iterable[Located], importing: Importing, send: Send, note: Note, *, after: int = 0, sent: int = 0
) -> Tally:
    """Send what a file says, but for its first lines (`after`), of which so many events were `sent` before."""
    tally = Tally()
    waiting: list[Message] = []
    last = after

    def flush() -> None:
        send(waiting)
        waiting.clear()
        note(last, sent + tally.events)

    for line, outcome in importing.outcomes(dropwhile(lambda located: located[0] <= after, found)):
        if line > last > after and line % BATCH == 1:  # all that the lines before it say is known
            flush()
        last = line
        tally.add(line, outcome)
        if isinstance(outcome, Message):
            waiting.append(outcome)
    flush()
    return tally
