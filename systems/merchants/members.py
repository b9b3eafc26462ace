"""The members of a site: whoever has a grant of exactly its rows. A grant of more is not theirs to change here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from access.errors import InvalidAccessError
from access.grant_records import MOST_OF_SUBJECT
from access.grants import Action, Subject, SubjectKind
from access.records import Records
from access.tables import GRANTS, KEYS, USERS
from systems.merchants.errors import InvalidSiteError, UnknownSiteError, Wrong
from systems.merchants.site_records import found_site
from systems.merchants.site_scope import SiteScope
from systems.merchants.sites import SITE, STREAM

MOST_MEMBERS = 500
"""Most members of a site."""

MAY = (Action.ASK, Action.DETAIL, Action.ADMINISTER)
"""What a member may be allowed."""

USUAL = frozenset({Action.ASK, Action.DETAIL})
"""What a member may where nothing is said: see all of the site."""


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """Somebody, or a group, who may see a site, or change it with its members (`administer`)."""

    subject: Subject
    can: frozenset[Action] = USUAL

    def as_json(self) -> dict[str, Any]:
        """As HTTP gives it."""
        return {"subject": str(self.subject), "can": [action for action in MAY if action in self.can]}


def checked_member(subject: str, can: Iterable[str] | None = None) -> Member:
    """A member of texts that somebody gave. Raises InvalidSiteError."""
    try:
        who = Subject.parse(subject)
    except InvalidAccessError as error:
        raise InvalidSiteError.of("subject", error.reason) from None
    actions = USUAL if can is None else frozenset(can)
    if not actions or not actions <= {*MAY}:
        raise InvalidSiteError.of("can", f"is some of {', '.join(MAY)}")
    return Member(who, frozenset(map(Action, actions)))


@dataclass(frozen=True, slots=True)
class KeptMember:
    """A grant by which somebody is a member of a site."""

    id: int
    site: str
    member: Member


@dataclass(frozen=True, slots=True)
class MemberChanges:
    """What makes the members of sites those that are wanted."""

    added: tuple[tuple[str, Member], ...]
    ended: tuple[int, ...]


def member_changes(kept: Iterable[KeptMember], wanted: Mapping[str, Collection[Member]]) -> MemberChanges:
    """Of each site that is named, all members. One whose rights differ ends and is added anew. Pure."""
    left = {(site, member) for site, members in wanted.items() for member in members}
    ended = list[int]()
    for each in sorted(kept, key=lambda each: each.id):
        if (each.site, each.member) in left:
            left.remove((each.site, each.member))
        else:
            ended.append(each.id)
    return MemberChanges(tuple(sorted(left)), tuple(ended))


class Members:
    """Reads and writes members. Every method raises LakeError when PostgreSQL does not answer, and UnknownSiteError for
    a site that is out of scope, as for one that is not there."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def of(self, scope: SiteScope, site: str) -> list[Member]:
        """All of a site, by their names."""
        with self._records.reading() as connection:
            found_site(connection, scope, site)
            return sorted(each.member for each in kept_members(connection, [site]))

    def put(self, scope: SiteScope, site: str, member: Member, *, by: str) -> None:
        """Add a member, or say anew what one may. Raises InvalidSiteError when nobody is called so."""
        with self._records.changing() as connection:
            found_site(connection, scope, site, lock=True)
            kept = kept_members(connection, [site])
            wanted = {each.member.subject: each.member for each in kept} | {member.subject: member}
            if len(wanted) > MOST_MEMBERS:
                raise InvalidSiteError.of("subject", f"is one too many; a site has {MOST_MEMBERS} members at most")
            if missing := missing_subjects(connection, [member.subject]):
                raise InvalidSiteError.of("subject", f"there is no {missing.pop()}")
            changes = member_changes(kept, {site: wanted.values()})
            write_members(connection, changes, by=by, now=self._records.now())

    def remove(self, scope: SiteScope, site: str, subject: Subject) -> None:
        """End what somebody may by being a member; what other grants allow stays. Raises UnknownSiteError."""
        with self._records.changing() as connection:
            found_site(connection, scope, site, lock=True)
            ended = [each.id for each in kept_members(connection, [site]) if each.member.subject == subject]
            if not ended:
                raise UnknownSiteError("member")
            connection.execute(GRANTS.delete().where(GRANTS.c.id.in_(ended)))


# The index of grants of one site is found by the same words, also while nobody knows the values.
_KEPT = sa.text(
    """
select id, "where" -> 'site' ->> 0 as site, kind, name, can
from windowpane.grants
where stream = 'web_events' and (("where" -> 'site') ->> 0) = any(:sites)
  and "where" = jsonb_build_object('site', jsonb_build_array("where" -> 'site' ->> 0)) and hide = '{}'
"""
).bindparams(sa.bindparam("sites", type_=ARRAY(sa.Text)))


def kept_members(connection: sa.Connection, sites: Sequence[str]) -> list[KeptMember]:
    """The members of sites, whatever the scope."""
    return [
        KeptMember(row.id, row.site, Member(Subject(SubjectKind(row.kind), row.name), frozenset(map(Action, row.can))))
        for row in connection.execute(_KEPT, {"sites": [*sites]})
    ]


def missing_subjects(connection: sa.Connection, subjects: Iterable[Subject]) -> set[Subject]:
    """Users and keys that are not there; those that are stay until the transaction ends. Any group may be named."""
    wanted = {*subjects}
    for kind, column in ((SubjectKind.USER, USERS.c.name), (SubjectKind.KEY, KEYS.c.id)):
        names = sorted(subject.name for subject in wanted if subject.kind is kind)
        if names:
            there = sa.select(column).where(column == sa.any_(sa.literal(names, ARRAY(sa.Text)))).order_by(column)
            found = connection.execute(there.with_for_update(read=True, key_share=True)).scalars()
            wanted -= {Subject(kind, name) for name in found}
    return {subject for subject in wanted if subject.kind is not SubjectKind.GROUP}


_ADD = sa.text(
    """
insert into windowpane.grants (kind, name, stream, can, "where", hide, made_at, made_by)
select kind, name, :stream, can, jsonb_build_object(:dimension, jsonb_build_array(site)), '{}', :now, :by
from jsonb_to_recordset(:members) as added (kind text, name text, can text[], site text)
"""
).bindparams(
    sa.bindparam("members", type_=JSONB),
    sa.bindparam("dimension", type_=sa.Text),
    sa.bindparam("stream", type_=sa.Text),
    sa.bindparam("by", type_=sa.Text),
    sa.bindparam("now", type_=sa.DateTime(timezone=True)),
)


def write_members(connection: sa.Connection, changes: MemberChanges, *, by: str, now: object) -> None:
    """Make the changes. Raises InvalidSiteError when somebody has too many grants then."""
    if changes.ended:
        ended = sa.literal([*changes.ended], ARRAY(sa.Integer))
        connection.execute(GRANTS.delete().where(GRANTS.c.id == sa.any_(ended)))
    if not changes.added:
        return
    rows = [
        {
            "kind": member.subject.kind,
            "name": member.subject.name,
            "can": [action for action in Action if action in member.can],
            "site": site,
        }
        for site, member in changes.added
    ]
    connection.execute(_ADD, {"members": rows, "stream": STREAM, "dimension": SITE, "by": by, "now": now})
    _check_most(connection, {member.subject for _, member in changes.added})


def _check_most(connection: sa.Connection, subjects: Iterable[Subject]) -> None:
    names = dict[SubjectKind, list[str]]()
    for subject in sorted(subjects):
        names.setdefault(subject.kind, []).append(subject.name)
    for kind, of_kind in names.items():
        mine = (GRANTS.c.kind == kind) & (GRANTS.c.name == sa.any_(sa.literal(of_kind, ARRAY(sa.Text))))
        many = sa.select(GRANTS.c.name).where(mine).group_by(GRANTS.c.name).having(sa.func.count() > MOST_OF_SUBJECT)
        wrong = [
            Wrong("members", f"{kind}:{name} would have more than {MOST_OF_SUBJECT:,} grants, the most that can be")
            for name in connection.execute(many).scalars()
        ]
        if wrong:
            raise InvalidSiteError(wrong[:20])
