"""The sites as they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from access.records import Records
from systems.merchants.errors import InvalidSiteError, UnknownSiteError
from systems.merchants.site_scope import SiteScope
from systems.merchants.sites import Exclusions, Site, SiteChange
from systems.merchants.tables import NEXT_VERSION, SITES

# One statement for any number of names: of those that are as they were known nothing comes back. The version of one
# that is not known at all is -1; of one that is known not to be there, null.
_CHANGED = sa.text(
    """
select asked.name as asked, s.*
from unnest(:names, :versions) as asked (name, version)
left join windowpane.sites s on s.name = asked.name
where s.version is distinct from asked.version
"""
).bindparams(sa.bindparam("names", type_=ARRAY(sa.Text)), sa.bindparam("versions", type_=ARRAY(sa.BigInteger)))


class Sites:
    """Reads and writes sites. Every method raises LakeError when PostgreSQL does not answer.

    A site that is out of scope is as one that is not there: UnknownSiteError.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def get(self, scope: SiteScope, name: str) -> Site:
        """One site, also one that is deleted. Raises UnknownSiteError."""
        with self._records.reading() as connection:
            return found_site(connection, scope, name)

    def page(
        self, scope: SiteScope, *, search: str = "", after: str = "", limit: int = 100, deleted: bool = False
    ) -> list[Site]:
        """Sites by name, after a name; `search`: a part of the name or title; `deleted`: those, in place of others."""
        if not scope:
            return []
        query = sa.select(SITES).order_by(SITES.c.name).limit(limit)
        query = query.where(SITES.c.deleted_at.is_not(None) if deleted else SITES.c.deleted_at.is_(None))
        if not scope.every:
            query = query.where(SITES.c.name == sa.any_(sa.literal(sorted(scope.names), ARRAY(sa.Text))))
        if after:
            query = query.where(SITES.c.name > after)
        if search:
            wanted = search.lower()
            named = (SITES.c.name, sa.func.lower(SITES.c.title))
            query = query.where(sa.or_(*(each.contains(wanted, autoescape=True) for each in named)))
        with self._records.reading() as connection:
            return [read_site(row) for row in connection.execute(query).mappings()]

    def add(self, scope: SiteScope, change: SiteChange, *, by: str) -> Site:
        """A new site, or one that was deleted, anew. Raises InvalidSiteError: there is one, or it is out of scope."""
        if change.name not in scope:
            raise InvalidSiteError.of("name", "is not one that you may add")
        values = {**change.or_usual().columns, "deleted_at": None, "version": NEXT_VERSION.next_value()}
        made = {"name": change.name, "created_at": self._records.now(), "created_by": by}
        statement = insert(SITES).values(**values, **made)
        anew = statement.on_conflict_do_update(
            index_elements=[SITES.c.name], set_=values, where=SITES.c.deleted_at.is_not(None)
        ).returning(SITES)
        with self._records.changing() as connection:
            row = connection.execute(anew).mappings().one_or_none()
            if row is None:
                raise InvalidSiteError.of("name", "is that of a site already")
            return read_site(row)

    def change(self, scope: SiteScope, change: SiteChange) -> Site:
        """The site as it is then. Raises UnknownSiteError."""
        given = {name: value for name, value in change.columns.items() if value is not None}
        return self._update(scope, change.name, given)

    def delete(self, scope: SiteScope, name: str) -> Site:
        """Collect nothing more of a site; what was collected stays. One that is deleted stays so.

        Raises UnknownSiteError.
        """
        return self._update(scope, name, {"deleted_at": sa.func.coalesce(SITES.c.deleted_at, self._records.now())})

    def restore(self, scope: SiteScope, name: str) -> Site:
        """Collect again. Raises UnknownSiteError."""
        return self._update(scope, name, {"deleted_at": None})

    def changed(self, known: Mapping[str, int | None]) -> dict[str, Site | None]:
        """For what keeps sites in memory, not for an asker: name → the site, None for none, of names whose version is
        another than the one that is known. The version of one that is not known yet is -1, of one that is none, None.
        """
        asked = {"names": [*known], "versions": [*known.values()]}
        with self._records.reading() as connection:
            rows = connection.execute(_CHANGED, asked).mappings()
            return {row["asked"]: None if row["name"] is None else read_site(row) for row in rows}

    def _update(self, scope: SiteScope, name: str, values: Mapping[str, Any]) -> Site:
        with self._records.changing() as connection:
            site = found_site(connection, scope, name)
            if not values:
                return site
            version = NEXT_VERSION.next_value()
            update = SITES.update().where(SITES.c.name == name).values(**values, version=version).returning(SITES)
            return read_site(connection.execute(update).mappings().one())


def found_site(connection: sa.Connection, scope: SiteScope, name: str, *, lock: bool = False) -> Site:
    """A site in scope; `lock`: it stays as it is until the transaction ends. Raises UnknownSiteError."""
    if name not in scope:
        raise UnknownSiteError
    query = sa.select(SITES).where(SITES.c.name == name)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise UnknownSiteError
    return read_site(row)


def read_site(row: Mapping[Any, Any]) -> Site:
    """A site of a row of its table."""
    kept = {name: tuple(rules) for name, rules in row["exclusions"].items()}
    made = ("created_at", "created_by", "deleted_at", "version")
    plain = ("name", "title", "time_zone", "currency", "respect_dnt", *made)
    return Site(origins=tuple(row["origins"]), exclusions=Exclusions(**kept), **{name: row[name] for name in plain})
