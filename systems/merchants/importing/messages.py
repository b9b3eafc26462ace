"""Messages of the stream, made of what an imported file says: by the edge's own rules, marked `imported`. Pure.

An event's id is of the file's content and of where in it the event is, and a visitor is known by a salt that lasts as
long as the import does: what is imported twice, because it broke off, is the same messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import TypeAlias

from access.addresses import plain_address
from streams.decoder import Decoder
from streams.reasons import Rejection
from systems.merchants.enrichment import Enrichment, Message, Sender
from systems.merchants.event_format import EventError, event_of
from systems.merchants.importing.occurrences import Bad, Located, Occurrence, Skip
from systems.merchants.sites import Site

_KEPT = "is excluded"
"""The reason of what the stream keeps though it counts in nothing, such as bots."""

_ID_DIGITS = 32

Outcome: TypeAlias = Message | Skip | Bad


@dataclass(frozen=True)
class Span:
    """Of what time events are imported, in ms since 1970; `until` is not inside."""

    start: int | None = None
    until: int | None = None

    def has(self, at_ms: int) -> bool:
        """Whether a moment is inside."""
        return (self.start is None or at_ms >= self.start) and (self.until is None or at_ms < self.until)


@dataclass
class Importing:
    """Makes messages of one file of a site. `digest`: of the file; `salt`: of the import. For one thread."""

    site: Site
    digest: bytes
    salt: bytes
    decoder: Decoder
    enrichment: Enrichment
    now_ms: int
    span: Span = field(default_factory=Span)

    def outcomes(self, found: Iterable[Located]) -> Iterator[tuple[int, Outcome]]:
        """The number of each line with what becomes of what it says."""
        for line, place, each in found:
            yield line, self._message(line, place, each) if isinstance(each, Occurrence) else each

    def _message(self, line: int, place: int, found: Occurrence) -> Outcome:
        if not self.span.has(found.at_ms):
            return Skip.TIME
        try:
            event = event_of({**found.sent, "id": self._id(line, place)})
            address = event.address
            sender = Sender(
                str(plain_address(found.sender.address) or found.sender.address),
                found.sender.agent,
                found.sender.languages,
                found.sender.country,
            )
            if self.site.exclusions.excludes(path=address.path, hostname=address.host, address=sender.address):
                return Skip.EXCLUDED
            salt = _salt_of_day(self.salt, found.at_ms // 86_400_000)
            message = self.enrichment.message(self.site, event, sender, salt, found.at_ms, imported=True)
        except EventError as error:
            return Bad(str(error))
        outcome = self.decoder.decode(message.payload, self.now_ms)
        if isinstance(outcome, Rejection) and outcome.reason != _KEPT:
            return Bad(f"{outcome.field}: {outcome.reason}" if outcome.field else str(outcome.reason))
        return message

    def _id(self, line: int, place: int) -> str:
        return sha256(self.digest + line.to_bytes(8, "big") + place.to_bytes(4, "big")).hexdigest()[:_ID_DIGITS]


@lru_cache(maxsize=64)
def _salt_of_day(salt: bytes, day: int) -> bytes:
    """Of a UTC day: no visitor is known on two of them, as of what the edge collects."""
    return blake2b(day.to_bytes(8, "big", signed=True), digest_size=32, key=salt).digest()


def moment(at: datetime) -> int:
    """In ms since 1970."""
    return int(at.astimezone(UTC).timestamp() * 1000)
