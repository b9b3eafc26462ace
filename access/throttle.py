"""How long logins wait after others failed: by account from an address, by address, and by account from everywhere.

A try is counted before its password is looked at, so that many at once are no way round; one that is right takes its
count back. Whoever fails from elsewhere delays a user by seconds alone, and not at all where the user has a session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from itertools import count
from math import ceil

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from access.addresses import plain_address
from access.errors import ThrottledError
from access.grants import is_name
from access.leftovers import FAILURES_KEPT
from access.records import Records
from access.tables import FAILED_LOGINS as FAILED
from access.tables import SESSIONS


@dataclass(frozen=True, slots=True)
class Bound:
    """`free` failures cost nothing; the next 1 s, the one after it 2 s, then 4 s and so on, at most `longest`."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long after the last of so many failures the next try may be."""
        if failures < self.free:
            return timedelta(0)
        return min(timedelta(seconds=2 ** min(failures - self.free, 30)), self.longest)


MOST_ROWS = 100_000
"""Most failures that are counted at once; beyond them those that are oldest are forgotten."""

_TRIES_BETWEEN_REMOVALS = 200

PAIR = Bound(5, timedelta(minutes=15))
ADDRESS = Bound(20, timedelta(minutes=15))
ACCOUNT = Bound(100, timedelta(seconds=10))


class Throttle:
    """Counts failed logins. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._tries = count()

    def begin(self, user: str, address: str) -> None:
        """Count a try, as if it had failed. Raises ThrottledError, and then counts nothing."""
        now = self._records.now()
        bounds = _bounds(user, address)
        if next(self._tries) % _TRIES_BETWEEN_REMOVALS == 0:
            with self._records.changing() as connection:
                _remove_old(connection, now)
        with self._records.changing() as connection:
            # Whoever is logged in there is bounded by the pair alone; what fails counts all the same.
            waiting = {_pair(user, address)} if _has_session(connection, user, address, now) else {*bounds}
            failures = _locked(connection, bounds, now)
            waits = (
                last_at + bounds[of].wait(failed) - now for of, (failed, last_at) in failures.items() if of in waiting
            )
            wait = max(waits)
            if wait > timedelta(0):
                raise ThrottledError(ceil(wait.total_seconds()))
            for of, (failed, last_at) in failures.items():
                # Others there wait no longer because of one who need not.
                values = {"failures": failed + 1, "last_at": now if of in waiting else last_at}
                connection.execute(FAILED.update().where(FAILED.c.of == of).values(values))

    def succeed(self, user: str, address: str) -> None:
        """A try that was begun was right: the failures of its account are forgotten, those of its address stay."""
        with self._records.changing() as connection:
            mine = [_pair(user, address), _account(user)]
            there = sorted([*mine, _address(address)])
            connection.execute(
                sa.select(FAILED.c.of).where(FAILED.c.of.in_(there)).order_by(FAILED.c.of).with_for_update()
            )
            connection.execute(FAILED.delete().where(FAILED.c.of.in_(mine)))
            one_less = FAILED.update().where(FAILED.c.of == _address(address), FAILED.c.failures > 0)
            connection.execute(one_less.values(failures=FAILED.c.failures - 1))


def _locked(connection: sa.Connection, bounds: Mapping[str, Bound], now: datetime) -> dict[str, tuple[int, datetime]]:
    """The failures counted, and when the last was; nobody else counts there until the transaction ends."""
    fresh = [{"of": of, "failures": 0, "last_at": now} for of in sorted(bounds)]
    connection.execute(insert(FAILED).values(fresh).on_conflict_do_nothing())
    rows = sa.select(FAILED).where(FAILED.c.of.in_([*bounds])).order_by(FAILED.c.of).with_for_update()
    kept = now - FAILURES_KEPT
    return {row.of: (row.failures, row.last_at) if row.last_at > kept else (0, now) for row in connection.execute(rows)}


def _remove_old(connection: sa.Connection, now: datetime) -> None:
    past = sa.select(FAILED.c.of).where(FAILED.c.last_at <= now - FAILURES_KEPT)
    beyond = sa.select(FAILED.c.of).order_by(FAILED.c.last_at.desc()).offset(MOST_ROWS)
    for rows in (past, beyond):
        # What somebody counts just now is not old.
        unused = rows.with_for_update(skip_locked=True)
        connection.execute(FAILED.delete().where(FAILED.c.of.in_(unused)))


def _has_session(connection: sa.Connection, user: str, address: str, now: datetime) -> bool:
    known = user if is_name(user) else ""
    mine = (SESSIONS.c.user == known) & (SESSIONS.c.address == address) & (SESSIONS.c.expires_at > now)
    return bool(connection.execute(sa.select(sa.exists().where(mine))).scalar_one())


def _bounds(user: str, address: str) -> dict[str, Bound]:
    return {_pair(user, address): PAIR, _address(address): ADDRESS, _account(user): ACCOUNT}


def _pair(user: str, address: str) -> str:
    return f"pair {_short(user)} {_network(address)}"


def _account(user: str) -> str:
    return f"account {_short(user)}"


def _address(address: str) -> str:
    return f"address {_network(address)}"


def _network(address: str) -> str:
    """Who has an IPv6 address has a /64 of them."""
    known = plain_address(address)
    if known is None:
        return _short(address)
    return str(ip_network((known, 64), strict=False).network_address if known.version == 6 else known)


def _short(text: str) -> str:
    """Whatever a client gave, in a bounded length."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]
