"""Who asks, and all grants that apply, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from access.asker import Asker, Door
from access.grant_records import read_grant
from access.key_text import SecretKind, is_secret, secret_hash
from access.records import Records
from access.settings import AccessSettings
from access.tables import KEYS, SESSIONS

_SESSION_NOTED = timedelta(minutes=5)
"""How exact the last use of a session is."""

# Of one user, `who`, with the id of a key or session: the groups, and the grants of the user, of these and of the key.
_ALL_OF_WHO = """
, groups as (
  select "group" as name from windowpane.members join who on members."user" = who.name
  union select unnest(cast(:groups as text[]))
)
, mine as (
  select g.* from who join windowpane.grants g on g.kind = 'user' and g.name = who.name
  union all
  select g.* from groups join windowpane.grants g on g.kind = 'group' and g.name = groups.name
  union all
  select g.* from who join windowpane.grants g on g.kind = 'key' and g.name = who.key
)
select
  who.*,
  array(select name from groups) as groups,
  (
    select json_agg(json_build_array(id, kind, name, stream, can, "where", hide) order by id) from mine
  ) as grants
from who
"""

# A key works while neither it nor one that it was made by has expired, or is of a user who is disabled.
_OF_KEY = f"""
with recursive line as (
  select id, parent, "user", expires_at, 1 as generation from windowpane.keys where hash = :hash
  union all
  select k.id, k.parent, k."user", k.expires_at, generation + 1
  from line join windowpane.keys k on k.id = line.parent where generation < 16
)
, who as (
  select u.name, u.administrator, u.disabled, line.id as key, cast(null as text) as session
  from line join windowpane.users u on u.name = line."user"
  where generation = 1 and not exists (
    select from line above join windowpane.users owner on owner.name = above."user"
    where above.expires_at <= :now or owner.disabled
  )
)
{_ALL_OF_WHO}
"""  # noqa: S608

_OF_SESSION = f"""
with who as (
  select u.name, u.administrator, u.disabled, cast(null as text) as key, s.id as session
  from windowpane.sessions s join windowpane.users u on u.name = s."user"
  where s.hash = :hash and s.expires_at > :now and s.used_at > :used_after and not u.disabled
)
{_ALL_OF_WHO}
"""  # noqa: S608

# One whom an issuer vouches for need not be a user of ours.
_OF_USER = f"""
with who as (
  select asked.name, coalesce(u.administrator, false) as administrator, coalesce(u.disabled, false) as disabled,
    u.name is not null as known, cast(null as text) as key, cast(null as text) as session
  from (select cast(:name as text) as name) asked left join windowpane.users u on u.name = asked.name
)
{_ALL_OF_WHO}
"""  # noqa: S608


def _statement(sql: str) -> sa.TextClause:
    return sa.text(sql).bindparams(sa.bindparam("groups", type_=ARRAY(sa.Text)))


_BY_KEY, _BY_SESSION, _BY_USER = map(_statement, (_OF_KEY, _OF_SESSION, _OF_USER))


class Askers:
    """Finds who asks. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records, settings: AccessSettings) -> None:
        self._records, self._settings = records, settings

    def of_key(self, text: str) -> Asker | None:
        """Whose key this is; None: nobody's, or one that has expired, or of a user who is disabled."""
        if not is_secret(SecretKind.KEY, text):
            return None
        return self._found(Door.KEY, _BY_KEY, hash=secret_hash(text))

    def of_session(self, token: str) -> Asker | None:
        """Who logged in with this session; None: nobody, or it has ended."""
        if not is_secret(SecretKind.SESSION, token):
            return None
        idle_since = self._records.now() - self._settings.session_idle
        return self._found(Door.SESSION, _BY_SESSION, hash=secret_hash(token), used_after=idle_since)

    def of_user(
        self, name: str, *, door: Door, extra_groups: frozenset[str] = frozenset(), seen_by: str = ""
    ) -> Asker | None:
        """A user told in another way; None: one who is disabled, or unknown.

        By `Door.TOKEN` one who is unknown here has what groups have that its token names.
        """
        return self._found(door, _BY_USER, extra_groups, seen_by, name=name)

    def note_used(self, keys: Iterable[str], sessions: Iterable[str]) -> None:
        """Note that keys and sessions, by their ids, were used: to the hour, or to a few minutes; off any request."""
        now = self._records.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        with self._records.changing() as connection:
            # It may be lost when PostgreSQL is killed, and waits for no disk.
            connection.execute(sa.text("set local synchronous_commit to off"))
            for table, ids, at, noted_before in (
                (KEYS, keys, hour, hour),
                (SESSIONS, sessions, now, now - _SESSION_NOTED),
            ):
                used = table.c.id == sa.any_(sa.literal(sorted({*ids}), ARRAY(sa.Text)))
                old = table.c.used_at.is_(None) | (table.c.used_at < noted_before)
                connection.execute(table.update().where(used, old).values(used_at=at))

    def _found(
        self,
        door: Door,
        statement: sa.TextClause,
        extra_groups: frozenset[str] = frozenset(),
        seen_by: str = "",
        **values: object,
    ) -> Asker | None:
        bound = {"now": self._records.now(), "groups": sorted(extra_groups), **values}
        needed = {name: bound[name] for name in statement._bindparams}
        with self._records.reading() as connection:
            row = connection.execute(statement, needed).one_or_none()
        if row is None or row.disabled or not (getattr(row, "known", True) or door is Door.TOKEN):
            return None
        return Asker(
            door,
            row.name,
            row.administrator,
            frozenset(row.groups),
            tuple(read_grant(*grant) for grant in row.grants or ()),
            row.key,
            row.session,
            seen_by,
        )
