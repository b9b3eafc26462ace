"""Where events go: the stream's topic, and whether its definition takes what the edge makes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import systems.merchants
from streams import load_definition
from streams.decoder import Decoder, Excluded
from streams.reasons import Rejection
from systems.merchants.enrichment import Message
from systems.merchants.event_format import EventError
from systems.merchants.sites import STREAM
from web.edge.problems import ProblemError
from web.service import Service

_LOOK_SECONDS = 1.0


@dataclass
class Destination:
    """The stream `web_events` as it is applied now, looked at once a second."""

    service: Service
    topic: str = ""
    _decoder: Decoder | None = None
    _until: float = field(default=0.0)

    def check(self, message: Message, now_ms: int) -> None:
        """Raises EventError for what the job would reject, ProblemError if nothing can be taken.

        Messages are made to be what the definition of the product takes, and a test says that they are: only one that
        was changed is asked, which costs as much as making the message does.
        """
        if time.monotonic() >= self._until:
            self._look()
        if self._decoder is None:
            return
        outcome = self._decoder.decode(message.payload, now_ms)
        if isinstance(outcome, Rejection) and not isinstance(outcome, Excluded):
            raise EventError(outcome.field, outcome.reason)

    def _look(self) -> None:
        definition = self.service.queries.definitions.get(STREAM)
        if definition is None:
            raise ProblemError("unknown-stream", f"There is no stream {STREAM}; no events are taken.")
        self.service.refuse_retired(STREAM)
        self.topic = definition.topic
        self._decoder = None if definition.digest == _own_digest() else self.service.decoder(definition)
        self._until = time.monotonic() + _LOOK_SECONDS


@cache
def _own_digest() -> str:
    """Of the definition that is the product's."""
    return load_definition(Path(systems.merchants.__file__).with_name("streams") / f"{STREAM}.toml").digest
