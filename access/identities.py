"""Who asked a moment ago, kept in memory, so that few requests wait for PostgreSQL; and what of it was used.

What is kept is good for `FRESH` seconds, and for `AWAY` seconds while PostgreSQL does not answer; after that whoever
asks is told from nobody else. Secrets themselves are not kept, only their hashes.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from threading import Lock
from typing import Final, Literal, TypeAlias

from access.asker import Asker
from access.key_text import secret_hash
from database.errors import LakeAwayError

FRESH, AWAY = 3.0, 5.0
"""Seconds that an identity is good for, and while PostgreSQL does not answer."""

MOST = 10_000
"""Most identities that are kept, and as many secrets that are nobody's."""

_LOCKS = 64


class _Missing(Enum):
    MISSING = "missing"


MISSING: Final = _Missing.MISSING
Missing: TypeAlias = Literal[_Missing.MISSING]
"""Not kept, or no more: PostgreSQL is to be asked."""


@dataclass(frozen=True, slots=True)
class _Kept:
    asker: Asker | None
    read_at: float


class Identities:
    """The askers of secrets. `ask` finds one in PostgreSQL, and raises LakeAwayError when that does not answer.

    All methods may be called by any thread; only `find` waits.
    """

    def __init__(
        self, ask: Callable[[str], Asker | None], most: int = MOST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask, self._most, self._clock = ask, most, clock
        self._lock = Lock()
        self._asking = [Lock() for _ in range(_LOCKS)]
        self._somebody: OrderedDict[bytes, _Kept] = OrderedDict()
        # Apart, so that a flood of secrets that somebody made up drives out nobody's who is known.
        self._nobody: OrderedDict[bytes, _Kept] = OrderedDict()
        # Secrets that were somebody's, however long ago: not forgotten with what was revoked, and no right to anything.
        self._once_good: OrderedDict[bytes, None] = OrderedDict()
        self._forgotten = 0
        self._failed_at = float("-inf")
        self._used: dict[Literal["keys", "sessions"], set[str]] = {"keys": set(), "sessions": set()}

    def known(self, secret: str) -> Asker | Missing | None:
        """Who this is, None for nobody, as far as that is kept; else `MISSING`."""
        return self._kept(secret_hash(secret), FRESH)

    def was_good(self, secret: str) -> bool:
        """Whether this was somebody's secret when it was last looked up here: it is no guess, whatever it is now."""
        with self._lock:
            return secret_hash(secret) in self._once_good

    def find(self, secret: str) -> Asker | None:
        """Who this is; waits for PostgreSQL where that is not kept. Raises LakeAwayError."""
        hashed, begun = secret_hash(secret), self._clock()
        # Of many requests with one secret, one asks.
        with self._asking[hashed[0] % _LOCKS]:
            known = self._kept(hashed, FRESH)
            if known is not MISSING:
                return known
            try:
                if self._failed_at >= begun:
                    raise LakeAwayError("The catalog (PostgreSQL) does not answer. Run: windowpane status")
                return self._asked(secret, hashed)
            except LakeAwayError:
                self._failed_at = self._clock()
                known = self._kept(hashed, AWAY)
                if known is MISSING:
                    raise
                return known

    def forget(
        self,
        secret: str | None = None,
        *,
        user: str | None = None,
        group: str | None = None,
        key: str | None = None,
        session: str | None = None,
    ) -> None:
        """What was revoked here is to bite at once: of one secret, or of those who meet any of what is given."""
        with self._lock:
            self._forgotten += 1
            if secret is not None:
                self._somebody.pop(secret_hash(secret), None)
                self._nobody.pop(secret_hash(secret), None)
            for hashed, kept in [*self._somebody.items()]:
                asker = kept.asker
                if asker and (
                    asker.name == user
                    or (group is not None and group in asker.groups)
                    or (key is not None and asker.key == key)
                    or (session is not None and asker.session == session)
                ):
                    del self._somebody[hashed]

    def forget_all(self) -> None:
        """After a change that is of many: of a grant, of a key with what it made."""
        with self._lock:
            self._forgotten += 1
            self._somebody.clear()
            self._nobody.clear()

    def take_used(self) -> tuple[set[str], set[str]]:
        """The ids of keys and sessions that were used since the last call, for `Askers.note_used`."""
        with self._lock:
            used, self._used = self._used, {"keys": set(), "sessions": set()}
        return used["keys"], used["sessions"]

    def _asked(self, secret: str, hashed: bytes) -> Asker | None:
        read_at, forgotten = self._clock(), self._forgotten
        asker = self._ask(secret)
        with self._lock:
            # What was forgotten meanwhile may have been read before it was revoked.
            if forgotten == self._forgotten:
                place, other = (self._nobody, self._somebody) if asker is None else (self._somebody, self._nobody)
                other.pop(hashed, None)
                place[hashed] = _Kept(asker, read_at)
                place.move_to_end(hashed)
                if len(place) > self._most:
                    place.popitem(last=False)
            self._judge(hashed, asker)
            self._note(asker)
        return asker

    def _judge(self, hashed: bytes, asker: Asker | None) -> None:
        """The caller holds the lock."""
        if asker is None:
            self._once_good.pop(hashed, None)
            return
        self._once_good[hashed] = None
        self._once_good.move_to_end(hashed)
        if len(self._once_good) > self._most:
            self._once_good.popitem(last=False)

    def _kept(self, hashed: bytes, seconds: float) -> Asker | Missing | None:
        with self._lock:
            for place in (self._somebody, self._nobody):
                kept = place.get(hashed)
                if kept is not None and self._clock() - kept.read_at < seconds:
                    place.move_to_end(hashed)
                    self._note(kept.asker)
                    return kept.asker
        return MISSING

    def _note(self, asker: Asker | None) -> None:
        """The caller holds the lock."""
        if asker is not None and asker.key is not None and len(self._used["keys"]) < self._most:
            self._used["keys"].add(asker.key)
        if asker is not None and asker.session is not None and len(self._used["sessions"]) < self._most:
            self._used["sessions"].add(asker.session)
