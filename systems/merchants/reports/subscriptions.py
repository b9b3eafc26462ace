"""Who gets which reports, and what is sent of them, as it is kept in PostgreSQL.

A report is sent at most once: before a mail is handed to the server, a row says so, which only one process can make.
Where that process ends before it knows what became of the mail, it is not sent again.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from access.records import Records
from streams.time_text import timestamp
from systems.merchants.errors import InvalidSiteError, UnknownSiteError
from systems.merchants.reports.periods import Period, due_at, following, newest_due, running
from systems.merchants.site_records import found_site, read_site
from systems.merchants.site_scope import SiteScope
from systems.merchants.sites import Site
from systems.merchants.tables import REPORTS, REPORTS_SENT, SITES

MOST = 50
"""Reports of a site."""

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""After how long one that was not taken is tried again, each time; then it is given up, until the next period's."""

_AT_IT = timedelta(minutes=10)
"""How long a process may be at handing a mail over: then it has ended, and nobody knows what became of the mail."""

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*"
)
_LONGEST_ADDRESS = 254
_TOKEN = re.compile(r"wpu_([0-9]{1,9})_([a-z2-7]{32})")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One who gets reports of a site. `user`: who asked for them, and must see the site still; None: in open mode.

    `next_day`: the first day of the period of the next one.
    """

    id: int
    site: str
    user: str | None
    address: str
    period: Period
    next_day: date
    next_at: datetime
    attempts: int
    problem: str
    secret: bytes

    @property
    def token(self) -> str:
        """Ends it, for whoever has a mail of it: signed with a secret of its own."""
        return f"wpu_{self.id}_{_signature(self.id, self.secret)}"

    def as_json(self) -> dict[str, Any]:
        """As HTTP gives it."""
        return {
            "id": self.id,
            "address": self.address,
            "period": str(self.period),
            "user": self.user,
            "next_at": timestamp(self.next_at),
            "problem": self.problem or None,
        }


@dataclass(frozen=True, slots=True)
class Due:
    """A report that is to be sent now: of the period that begins on `first_day`."""

    subscription: Subscription
    site: Site
    first_day: date


class Subscriptions:
    """Reads and writes the records. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def of(self, scope: SiteScope, site: str, user: str | None = None) -> list[Subscription]:
        """Those of a site, or of one of its members. Raises UnknownSiteError."""
        query = sa.select(REPORTS).where(REPORTS.c.site == site).order_by(REPORTS.c.id)
        if user is not None:
            query = query.where(REPORTS.c.user == user)
        with self._records.reading() as connection:
            found_site(connection, scope, site)
            return [_read(row) for row in connection.execute(query).mappings()]

    def add(self, scope: SiteScope, site: str, *, user: str | None, address: str, period: str) -> Subscription:
        """Send reports from the period on that runs now; one that is there stays.

        Raises InvalidSiteError, UnknownSiteError.
        """
        to, every, now = checked_address(address), checked_period(period), self._records.now()
        with self._records.changing() as connection:
            zone = ZoneInfo(found_site(connection, scope, site, lock=True).time_zone)
            mine = (REPORTS.c.site == site) & (REPORTS.c.address == to) & (REPORTS.c.period == every)
            there = connection.execute(sa.select(REPORTS).where(mine)).mappings().one_or_none()
            if there is not None:
                return _read(there)
            count = sa.select(sa.func.count()).where(REPORTS.c.site == site)
            if connection.execute(count).scalar_one() >= MOST:
                raise InvalidSiteError.of("site", f"has {MOST} reports, the most that can be")
            first = running(every, now, zone)
            new = (
                REPORTS.insert()
                .returning(REPORTS)
                .values(
                    site=site,
                    user=user,
                    address=to,
                    period=every,
                    secret=os.urandom(32),
                    made_at=now,
                    next_day=first,
                    next_at=due_at(every, first, zone),
                    attempts=0,
                    problem="",
                )
            )
            return _read(connection.execute(new).mappings().one())

    def remove(self, scope: SiteScope, site: str, number: int, user: str | None = None) -> None:
        """End one; `user`: of this member alone. Raises UnknownSiteError."""
        mine = (REPORTS.c.site == site) & (REPORTS.c.id == (number if 0 <= number < 2**31 else 0))
        if user is not None:
            mine &= REPORTS.c.user == user
        with self._records.changing() as connection:
            found_site(connection, scope, site)
            if not connection.execute(REPORTS.delete().where(mine)).rowcount:
                raise UnknownSiteError("report")

    def remove_all(self, scope: SiteScope, site: str, user: str | None) -> None:
        """End those that a user asked for; None: those of open mode. Raises UnknownSiteError."""
        mine = (REPORTS.c.site == site) & REPORTS.c.user.is_not_distinct_from(user)
        with self._records.changing() as connection:
            found_site(connection, scope, site)
            connection.execute(REPORTS.delete().where(mine))

    def of_token(self, token: str) -> Subscription | None:
        """Whose reports a token ends; None: nobody's, or no more."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        with self._records.reading() as connection:
            row = connection.execute(sa.select(REPORTS).where(REPORTS.c.id == int(match[1]))).mappings().one_or_none()
        found = None if row is None else _read(row)
        return found if found and hmac.compare_digest(found.token, token) else None

    def unsubscribe(self, token: str) -> Subscription | None:
        """End the reports that a token is of; None: they have ended before."""
        found = self.of_token(token)
        if found is not None:
            with self._records.changing() as connection:
                connection.execute(REPORTS.delete().where(REPORTS.c.id == found.id))
        return found

    def are_due(self) -> bool:
        """Whether there is anything to send."""
        query = sa.select(sa.exists().where(REPORTS.c.next_at <= self._records.now()))
        with self._records.reading() as connection:
            return bool(connection.execute(query).scalar_one())

    def due(self, limit: int = 100) -> list[Due]:
        """Reports to be sent now, those first that wait longest; where several are due of one, the newest alone."""
        now = self._records.now()
        query = (
            sa.select(REPORTS, *(column.label(f"site_{column.name}") for column in SITES.c))
            .join(SITES, SITES.c.name == REPORTS.c.site)
            .where(REPORTS.c.next_at <= now)
            .order_by(REPORTS.c.next_at, REPORTS.c.id)
            .limit(limit)
        )
        with self._records.reading() as connection:
            rows = [*connection.execute(query).mappings()]
        found = []
        for row in rows:
            subscription = _read(row)
            site = read_site({column.name: row[f"site_{column.name}"] for column in SITES.c})
            newest = newest_due(subscription.period, now, ZoneInfo(site.time_zone))
            found.append(Due(subscription, site, max(newest, subscription.next_day)))
        return found

    def claim(self, due: Due) -> bool:
        """Before a mail is handed over: whether nobody else sends it, or has sent it."""
        number = due.subscription.id
        here = sa.select(sa.literal(number), sa.literal(due.first_day), sa.literal(self._records.now()))
        # Of one that was ended meanwhile there is none.
        there = here.where(sa.exists().where(REPORTS.c.id == number))
        claim = insert(REPORTS_SENT).from_select(["report", "first_day", "begun_at"], there).on_conflict_do_nothing()
        with self._records.changing() as connection:
            return connection.execute(claim.returning(REPORTS_SENT.c.report)).one_or_none() is not None

    def leave(self, due: Due) -> None:
        """Another process has claimed it: look again later whether that has sent it."""
        now = self._records.now()
        with self._records.changing() as connection:
            claim = connection.execute(sa.select(REPORTS_SENT).where(_claimed(due))).one_or_none()
            if claim is not None and claim.sent_at is None and now - claim.begun_at < _AT_IT:
                mine = (REPORTS.c.id == due.subscription.id) & (REPORTS.c.next_at <= now)
                connection.execute(REPORTS.update().where(mine).values(next_at=now + _AT_IT))
            elif claim is not None:
                why = "" if claim.sent_at else "it is not known whether the last one was sent"
                self._go_on(connection, due, why)

    def sent(self, due: Due) -> None:
        """The server has taken it."""
        now = self._records.now()
        with self._records.changing() as connection:
            connection.execute(REPORTS_SENT.update().where(_claimed(due)).values(sent_at=now))
            self._go_on(connection, due, "")

    def skip(self, due: Due, why: str = "") -> None:
        """Nothing is sent of this period: there is nothing to say, or whoever asked for it may not see it."""
        with self._records.changing() as connection:
            self._go_on(connection, due, why)

    def failed(self, due: Due, why: str, *, for_good: bool = False, claimed: bool = True) -> None:
        """Not taken: to be tried again, or given up after so many times, or because it never will be."""
        attempts = due.subscription.attempts
        with self._records.changing() as connection:
            if claimed:
                connection.execute(REPORTS_SENT.delete().where(_claimed(due)))
            if for_good or attempts >= len(BACKOFF):
                self._go_on(connection, due, why)
                return
            again = {"attempts": attempts + 1, "next_at": self._records.now() + BACKOFF[attempts], "problem": why[:500]}
            connection.execute(REPORTS.update().where(REPORTS.c.id == due.subscription.id).values(**again))

    def _go_on(self, connection: sa.Connection, due: Due, problem: str) -> None:
        subscription, zone = due.subscription, ZoneInfo(due.site.time_zone)
        first = following(subscription.period, due.first_day)
        then = {"next_day": first, "next_at": due_at(subscription.period, first, zone), "attempts": 0}
        mine = (REPORTS.c.id == subscription.id) & (REPORTS.c.next_day <= due.first_day)
        connection.execute(REPORTS.update().where(mine).values(**then, problem=problem[:500]))


def checked_address(text: str) -> str:
    """An address as mail servers know it, its host in lower case. Raises InvalidSiteError."""
    text = text.strip()
    if len(text) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(text) or ".." in text:
        raise InvalidSiteError.of("address", "is an address such as ann@example.org")
    local, _, host = text.rpartition("@")
    return f"{local}@{host.lower()}"


def checked_period(text: str) -> Period:
    """Raises InvalidSiteError."""
    if text not in {*Period}:
        raise InvalidSiteError.of("period", f"is one of {', '.join(Period)}")
    return Period(text)


def _read(row: Mapping[Any, Any]) -> Subscription:
    plain = ("id", "site", "user", "address", "next_day", "next_at", "attempts", "problem")
    values = {name: row[name] for name in plain}
    return Subscription(period=Period(row["period"]), secret=bytes(row["secret"]), **values)


def _claimed(due: Due) -> sa.ColumnElement[bool]:
    return (REPORTS_SENT.c.report == due.subscription.id) & (REPORTS_SENT.c.first_day == due.first_day)


def _signature(number: int, secret: bytes) -> str:
    digest = hmac.new(secret, f"unsubscribe {number}".encode(), sha256).digest()[:20]
    return base64.b32encode(digest).decode().lower()
