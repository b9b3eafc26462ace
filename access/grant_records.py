"""The grants as they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from access.errors import InvalidAccessError, UnknownSubjectError
from access.grants import EVERY_STREAM, Action, Grant, Subject, SubjectKind
from access.records import Records
from access.tables import GRANTS, KEYS, MEMBERS, USERS

MOST_OF_SUBJECT = 1000
"""Most grants of one subject."""


class Grants:
    """Reads and writes grants. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def add(self, grant: Grant, *, by: str) -> Grant:
        """The grant with its id. Raises UnknownSubjectError when there is no such user or key."""
        values = {
            "kind": grant.subject.kind,
            "name": grant.subject.name,
            "stream": grant.stream,
            "can": [action for action in Action if action in grant.can],
            "where": {name: [*listed] for name, listed in grant.where},
            "hide": sorted(grant.hide),
            "made_at": self._records.now(),
            "made_by": by,
        }
        with self._records.changing() as connection:
            _check_subject(connection, grant.subject)
            count = sa.select(sa.func.count()).where(_of(grant.subject))
            if connection.execute(count).scalar_one() >= MOST_OF_SUBJECT:
                raise InvalidAccessError("subject", f"has {MOST_OF_SUBJECT:,} grants, the most that can be")
            return _grant(connection.execute(GRANTS.insert().values(**values).returning(GRANTS)).mappings().one())

    def get(self, grant_id: int) -> Grant:
        """Raises UnknownSubjectError."""
        return self._one(sa.select(GRANTS).where(GRANTS.c.id == _id(grant_id)), grant_id)

    def page(
        self,
        subject: Subject | str | None = None,
        stream: str | None = None,
        search: str = "",
        after: int = 0,
        limit: int = 100,
    ) -> list[Grant]:
        """Grants in order of their ids, after an id; `search`: a part of the subject's name or the stream's."""
        query = sa.select(GRANTS).where(GRANTS.c.id > _id(after)).order_by(GRANTS.c.id).limit(limit)
        if subject is not None:
            query = query.where(_of(Subject.parse(subject) if isinstance(subject, str) else subject))
        if stream is not None:
            query = query.where(GRANTS.c.stream == stream)
        if search:
            named = (each.contains(search.lower(), autoescape=True) for each in (GRANTS.c.name, GRANTS.c.stream))
            query = query.where(sa.or_(*named))
        return self._all(query)

    def remove(self, grant_id: int) -> Grant:
        """The grant that was. Raises UnknownSubjectError."""
        with self._records.changing() as connection:
            gone = GRANTS.delete().where(GRANTS.c.id == _id(grant_id)).returning(GRANTS)
            row = connection.execute(gone).mappings().one_or_none()
        if row is None:
            raise UnknownSubjectError("grant", grant_id)
        return _grant(row)

    def remove_of(self, stream: str) -> int:
        """Those of a stream that is no more, so that one made anew under its name begins without any; how many."""
        with self._records.changing() as connection:
            return connection.execute(GRANTS.delete().where(GRANTS.c.stream == stream)).rowcount

    def that_apply(self, user: str, stream: str) -> list[Grant]:
        """Those of a user and its groups that are of a stream, of every stream among them."""
        groups = sa.select(MEMBERS.c.group).where(MEMBERS.c.user == user)
        mine = _of(Subject(SubjectKind.USER, user)) | ((GRANTS.c.kind == SubjectKind.GROUP) & GRANTS.c.name.in_(groups))
        of_stream = GRANTS.c.stream.in_([stream, EVERY_STREAM])
        return self._all(sa.select(GRANTS).where(mine, of_stream).order_by(GRANTS.c.id))

    def _all(self, query: sa.Select[Any]) -> list[Grant]:
        with self._records.reading() as connection:
            return [_grant(row) for row in connection.execute(query).mappings()]

    def _one(self, query: sa.Select[Any], grant_id: int) -> Grant:
        found = self._all(query)
        if not found:
            raise UnknownSubjectError("grant", grant_id)
        return found[0]


def read_grant(
    grant_id: int,
    kind: str,
    name: str,
    stream: str,
    can: Sequence[str],
    where: Mapping[str, Sequence[str]],
    hide: Sequence[str],
) -> Grant:
    """A grant of what is stored."""
    rows = tuple((dimension, tuple(values)) for dimension, values in sorted(where.items()))
    return Grant(_subject(kind, name), stream, _actions(tuple(can)), rows, frozenset(hide), id=grant_id)


@lru_cache(maxsize=1024)
def _subject(kind: str, name: str) -> Subject:
    """One of whom there may be a thousand grants."""
    return Subject(SubjectKind(kind), name)


@lru_cache(maxsize=256)
def _actions(can: tuple[str, ...]) -> frozenset[Action]:
    return frozenset(map(Action, can))


def _of(subject: Subject) -> sa.ColumnElement[bool]:
    return (GRANTS.c.kind == subject.kind) & (GRANTS.c.name == subject.name)


def _id(number: int) -> int:
    """An id that PostgreSQL can look for."""
    return number if abs(number) < 2**31 else 0


def _check_subject(connection: sa.Connection, subject: Subject) -> None:
    """Until the transaction ends the subject stays. Raises UnknownSubjectError."""
    column = {SubjectKind.USER: USERS.c.name, SubjectKind.KEY: KEYS.c.id}.get(subject.kind)
    if column is not None:
        there = sa.select(column).where(column == subject.name).with_for_update(key_share=True)
        if connection.execute(there).one_or_none() is None:
            raise UnknownSubjectError(subject.kind, subject.name)


def _grant(row: Mapping[Any, Any]) -> Grant:
    rows = tuple((dimension, tuple(values)) for dimension, values in sorted(row["where"].items()))
    return Grant(
        Subject(SubjectKind(row["kind"]), row["name"]),
        row["stream"],
        frozenset(map(Action, row["can"])),
        rows,
        frozenset(row["hide"]),
        row["id"],
        row["made_at"],
        row["made_by"],
    )
