"""API keys. What a key made ends with it, and lives no longer than it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from access.asker import Asker, Door
from access.errors import InvalidAccessError, UnknownSubjectError
from access.grants import SubjectKind, checked_name
from access.key_text import SecretKind, new_id, new_secret, secret_hash
from access.leftovers import remove_grants_of_no_one
from access.records import Records
from access.tables import GRANTS, KEYS, USERS
from streams.time_text import timestamp

MOST_KEYS = 1000
"""Most keys of a user, those that its keys made among them."""

LONGEST_OVERLAP = timedelta(days=30)
MOST_GENERATIONS = 8
"""A key made by a key, and so on."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its text. `parent`: the id of the key that made it. `used_at`: to the hour."""

    id: str
    user: str
    name: str
    parent: str | None
    made_at: datetime
    expires_at: datetime | None
    used_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """As HTTP and the command line give it."""
        return {
            "id": self.id,
            "user": self.user,
            "name": self.name,
            "parent": self.parent,
            "made_at": timestamp(self.made_at),
            "expires_at": timestamp(self.expires_at),
            "used_at": timestamp(self.used_at),
        }


def may(asker: Asker, key_id: str, keys: Iterable[Key]) -> bool:
    """Whether an asker may see, rotate and revoke a key. `keys`: those of its user.

    An administrator may do so with every key; a key with itself and with those that it made, and those made by these;
    all others with the keys of their own.
    """
    if asker.administrator:
        return True
    mine = {key.id: key for key in keys if key.user == asker.name}
    if asker.door is not Door.KEY:
        return key_id in mine
    seen = set[str]()
    while key_id in mine and key_id not in seen:
        if key_id == asker.key:
            return True
        seen.add(key_id)
        key_id = mine[key_id].parent or ""
    return False


class Keys:
    """Reads and writes keys. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def create(
        self, user: str, name: str, *, expires_at: datetime | None = None, parent: str | None = None
    ) -> tuple[Key, str]:
        """A new key, and its text, which is not stored. Raises UnknownSubjectError, InvalidAccessError."""
        checked_name("name", name)
        now = self._records.now()
        if expires_at is not None and expires_at <= now:
            raise InvalidAccessError("expires_at", "has passed")
        with self._records.changing() as connection:
            _lock_user(connection, user)
            if parent is not None:
                expires_at = _soonest(expires_at, _checked_parent(connection, parent, now).expires_at)
            return _insert(connection, user, name, parent, now, expires_at)

    def of(self, user: str | None) -> list[Key]:
        """The keys of a user, or of all; the newest first."""
        query = sa.select(KEYS).order_by(KEYS.c.made_at.desc(), KEYS.c.id)
        if user is not None:
            query = query.where(KEYS.c.user == user)
        with self._records.reading() as connection:
            return [_key(row) for row in connection.execute(query).mappings()]

    def get(self, key_id: str) -> Key:
        """Raises UnknownSubjectError."""
        with self._records.reading() as connection:
            return _found(connection, key_id)

    def revoke(self, key_id: str) -> None:
        """End a key, and with it those that it made. Raises UnknownSubjectError."""
        with self._records.changing() as connection:
            if not connection.execute(KEYS.delete().where(KEYS.c.id == key_id)).rowcount:
                raise UnknownSubjectError("key", key_id)
            remove_grants_of_no_one(connection)

    def rotate(self, key_id: str, *, overlap: timedelta, lengthen: bool = True) -> tuple[Key, str]:
        """A new key in place of one, with its name, its grants, its life time and what it made; the old one ends after
        the overlap. `lengthen`: its life time begins anew; else it ends when the old one would have.

        Raises UnknownSubjectError; InvalidAccessError when it has expired, or its user has too many."""
        if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
            raise InvalidAccessError("overlap", f"is from 0 to {LONGEST_OVERLAP.days} days")
        now = self._records.now()
        with self._records.changing() as connection:
            _lock_user(connection, _found(connection, key_id).user)
            old = _found(connection, key_id, lock=True)
            if _has_expired(old, now):
                raise InvalidAccessError("key", "has expired; make a new one")
            expires_at = _next_expiry(old, now) if lengthen else old.expires_at
            if old.parent is not None:
                expires_at = _soonest(expires_at, _checked_parent(connection, old.parent, now).expires_at)
            key, text = _insert(connection, old.user, old.name, old.parent, now, expires_at)
            _copy_grants(connection, old.id, key.id)
            connection.execute(KEYS.update().where(KEYS.c.parent == old.id).values(parent=key.id))
            ends = _soonest(now + overlap, old.expires_at)
            connection.execute(KEYS.update().where(KEYS.c.id == old.id).values(expires_at=ends))
            return key, text


def _next_expiry(old: Key, now: datetime) -> datetime | None:
    """After as long a life as the old one's; what would be beyond all time stays as it was."""
    try:
        return old.expires_at and now + (old.expires_at - old.made_at)
    except OverflowError:
        return old.expires_at


def _insert(
    connection: sa.Connection, user: str, name: str, parent: str | None, now: datetime, expires_at: datetime | None
) -> tuple[Key, str]:
    text = new_secret(SecretKind.KEY)
    values = {"id": new_id(), "user": user, "name": name, "parent": parent, "made_at": now, "expires_at": expires_at}
    insert = KEYS.insert().values(**values, hash=secret_hash(text)).returning(KEYS)
    return _key(connection.execute(insert).mappings().one()), text


def _lock_user(connection: sa.Connection, user: str) -> None:
    """Until the transaction ends the user stays, and nobody else makes a key for it, of which there is room for one.

    Raises UnknownSubjectError, InvalidAccessError.
    """
    row = sa.select(USERS.c.name).where(USERS.c.name == user).with_for_update()
    if connection.execute(row).one_or_none() is None:
        raise UnknownSubjectError("user", user)
    count = sa.select(sa.func.count()).where(KEYS.c.user == user)
    if connection.execute(count).scalar_one() >= MOST_KEYS:
        raise InvalidAccessError("user", f"has {MOST_KEYS:,} keys, the most that can be")


def _checked_parent(connection: sa.Connection, parent: str, now: datetime) -> Key:
    """The key that makes another. Raises UnknownSubjectError when it has expired; InvalidAccessError."""
    key = _found(connection, parent, lock=True)
    if _has_expired(key, now):
        raise UnknownSubjectError("key", parent)
    above, generations = key, 1
    while above.parent is not None:
        above, generations = _found(connection, above.parent), generations + 1
    if generations >= MOST_GENERATIONS:
        raise InvalidAccessError("parent", f"was made by a key that was made by a key, {MOST_GENERATIONS} times")
    return key


def _copy_grants(connection: sa.Connection, old: str, new: str) -> None:
    same = ("kind", "stream", "can", "where", "hide", "made_at", "made_by")
    mine = sa.select(sa.literal(new), *(GRANTS.c[name] for name in same))
    mine = mine.where(GRANTS.c.kind == SubjectKind.KEY, GRANTS.c.name == old)
    connection.execute(GRANTS.insert().from_select(["name", *same], mine))


def _found(connection: sa.Connection, key_id: str, *, lock: bool = False) -> Key:
    query = sa.select(KEYS).where(KEYS.c.id == key_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise UnknownSubjectError("key", key_id)
    return _key(row)


def _key(row: Mapping[Any, Any]) -> Key:
    names = ("id", "user", "name", "parent", "made_at", "expires_at", "used_at")
    return Key(**{name: row[name] for name in names})


def _has_expired(key: Key, now: datetime) -> bool:
    return key.expires_at is not None and key.expires_at <= now


def _soonest(*times: datetime | None) -> datetime | None:
    return min((time for time in times if time is not None), default=None)
