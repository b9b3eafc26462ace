"""Many sites with their members at once: made, or changed to be as they are wanted; all of a list or nothing.

The same list again changes nothing. What is not said of a site stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from access.grants import SubjectKind
from access.records import Records
from access.tables import USERS
from access.users import RESERVED
from systems.merchants.entries import SiteEntry
from systems.merchants.errors import InvalidSiteError, Wrong
from systems.merchants.members import kept_members, member_changes, missing_subjects, write_members
from systems.merchants.site_scope import SiteScope
from systems.merchants.sites import usual_origins

_MOST_WRONG = 100
_OUTSIDE = "is not one that you may change"

_GIVEN = """
given as (
  select * from jsonb_to_recordset(:sites) as given
    (name text, title text, origins text[], usual text[], time_zone text, currency text, exclusions jsonb,
      respect_dnt boolean)
)
"""

# In the order of their names, as everybody does, so that nobody waits for somebody who waits.
_ADD = f"""
with {_GIVEN}
insert into windowpane.sites
  (name, title, origins, time_zone, currency, exclusions, respect_dnt, created_at, created_by, version)
select
  name, coalesce(title, ''), coalesce(origins, usual), coalesce(time_zone, 'UTC'), coalesce(currency, 'USD'),
  coalesce(exclusions, '{{"paths": [], "hostnames": [], "addresses": []}}'), coalesce(respect_dnt, true), :now, :by,
  nextval('windowpane.site_versions')
from given
order by name
on conflict (name) do nothing
returning name
"""  # noqa: S608

_LOCK = sa.text("select name from windowpane.sites where name = any(:names) order by name for update").bindparams(
    sa.bindparam("names", type_=ARRAY(sa.Text))
)

_CHANGE = f"""
with {_GIVEN}
update windowpane.sites s
set title = coalesce(given.title, s.title), origins = coalesce(given.origins, s.origins),
  time_zone = coalesce(given.time_zone, s.time_zone), currency = coalesce(given.currency, s.currency),
  exclusions = coalesce(given.exclusions, s.exclusions), respect_dnt = coalesce(given.respect_dnt, s.respect_dnt),
  deleted_at = null,
  version = nextval('windowpane.site_versions')
from given
where s.name = given.name and (
  s.deleted_at is not null or given.title <> s.title or given.origins <> s.origins
  or given.time_zone <> s.time_zone or given.currency <> s.currency or given.exclusions <> s.exclusions
  or given.respect_dnt <> s.respect_dnt
)
returning s.name
"""  # noqa: S608


def _statement(sql: str) -> sa.TextClause:
    return sa.text(sql).bindparams(sa.bindparam("sites", type_=JSONB))


_ADD_SITES = _statement(_ADD).bindparams(
    sa.bindparam("now", type_=sa.DateTime(timezone=True)), sa.bindparam("by", type_=sa.Text)
)
_CHANGE_SITES = _statement(_CHANGE)


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What a list changed: sites by their names, how many members, and users who were made for it."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    members_added: int
    members_ended: int
    users_added: int

    def as_json(self) -> dict[str, Any]:
        """As HTTP gives it: numbers."""
        return {**asdict(self), "added": len(self.added), "changed": len(self.changed)}


class Provisioning:
    """Puts lists of sites. Raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def put(self, scope: SiteScope, entries: Sequence[SiteEntry], *, by: str, new_users: bool = False) -> Provisioned:
        """Make it so, in one transaction; a site that was deleted collects again. `new_users`: members who are no
        users yet become some, without a password.

        Raises InvalidSiteError, by the places in the list, also for sites out of scope.
        """
        names = [entry.change.name for entry in entries]
        outside = [Wrong("name", _OUTSIDE, index) for index, name in enumerate(names) if name not in scope]
        if outside:
            raise InvalidSiteError(outside[:_MOST_WRONG])
        sites = [_row(entry) for entry in sorted(entries, key=lambda entry: entry.change.name)]
        now = self._records.now()
        with self._records.changing() as connection:
            added = connection.execute(_ADD_SITES, {"sites": sites, "now": now, "by": by}).scalars().all()
            connection.execute(_LOCK, {"names": names})
            new = {*added}
            older = [site for site in sites if site["name"] not in new]
            changed = connection.execute(_CHANGE_SITES, {"sites": older}).scalars().all() if older else []
            users = _admit(connection, entries, by=by, now=now, new_users=new_users)
            wanted = {each.change.name: each.members for each in entries if each.members is not None}
            changes = member_changes(kept_members(connection, [*wanted]), wanted)
            write_members(connection, changes, by=by, now=now)
        return Provisioned(
            tuple(sorted(added)),
            tuple(sorted(changed)),
            len(sites) - len(added) - len(changed),
            len(changes.added),
            len(changes.ended),
            users,
        )


def _row(entry: SiteEntry) -> dict[str, Any]:
    change = entry.change
    return {"name": change.name, "usual": [*usual_origins(change.name)], **change.columns}


def _admit(connection: sa.Connection, entries: Sequence[SiteEntry], *, by: str, now: object, new_users: bool) -> int:
    """Look whether all members are there, and make those users who are not; how many. Raises InvalidSiteError."""
    missing = missing_subjects(connection, {member.subject for each in entries for member in each.members or ()})
    made = {each for each in missing if new_users and each.kind is SubjectKind.USER and each.name not in RESERVED}
    if left := missing - made:
        raise InvalidSiteError(
            [
                Wrong("members", f"there is no {member.subject}", index)
                for index, entry in enumerate(entries)
                for member in entry.members or ()
                if member.subject in left
            ][:_MOST_WRONG]
        )
    if not made:
        return 0
    if not connection.execute(sa.select(sa.exists().select_from(USERS))).scalar_one():
        # The service would be closed, to all who could let somebody in too.
        raise InvalidSiteError.of("new_users", "are not made before the first administrator is")
    rows = [{"name": user.name, "made_at": now, "made_by": by} for user in sorted(made)]
    connection.execute(insert(USERS).on_conflict_do_nothing(), rows)
    return len(rows)
