"""Imported figures of days, as they are kept in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from access.records import Records
from systems.merchants.breakdown_tables import Row, Table
from systems.merchants.errors import UnknownSiteError
from systems.merchants.importing.daily import NUMBERS, TOTAL, DayImport, Export, Imported, numbered, total
from systems.merchants.numbers import Numbers
from systems.merchants.panels import TABS
from systems.merchants.site_records import found_site
from systems.merchants.site_scope import SiteScope
from systems.merchants.tables import DAY_IMPORTS, IMPORTED_DAYS

_AT_ONCE = 5_000

_TABLE, _IMPORTS = IMPORTED_DAYS.c, DAY_IMPORTS.c


@dataclass(frozen=True, slots=True)
class ImportedFigures:
    """What was imported of some days. `days`: of each its totals; `tables`: tab → its rows."""

    days: Mapping[date, Numbers]
    tables: Mapping[str, Table]

    @property
    def total(self) -> Numbers:
        """Of all these days: visitors are as often in it as on days."""
        return total(self.days.values())

    def as_json(self) -> dict[str, Any]:
        """As the API gives it."""
        return {
            **self.total.as_json(),
            "days": [{"day": day.isoformat(), **numbers.as_json()} for day, numbers in self.days.items()],
            "tables": {name: table.as_json()["rows"] for name, table in self.tables.items() if table.rows},
        }


class ImportedDays:
    """Reads and writes them. Every method raises LakeError when PostgreSQL does not answer, and UnknownSiteError for a
    site that is out of scope, as for one that is not there."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def put(
        self,
        scope: SiteScope,
        site: str,
        export: Export,
        advance: Callable[[int], None] = lambda _: None,
        *,
        by: str,
    ) -> None:
        """Let the days of an export have its figures in place of those that they had, all of them or nothing.

        `advance`: is told of figures that were written; `by`: who imports them.
        """
        days = sorted({day for day, _, _ in export.figures})
        made = {"product": export.product, "files": [*export.files], "made_at": self._records.now(), "made_by": by}
        with self._records.changing() as connection:
            found_site(connection, scope, site, lock=True)
            anew = _TABLE.day == sa.any_(sa.literal(days, ARRAY(sa.Date)))
            connection.execute(IMPORTED_DAYS.delete().where(_TABLE.site == site, anew))
            new = DAY_IMPORTS.insert().values(site=site, **made).returning(_IMPORTS.id)
            rows = _rows(site, connection.execute(new).scalar_one(), export)
            while batch := list(islice(rows, _AT_ONCE)):
                connection.execute(sa.insert(IMPORTED_DAYS), batch)
                advance(len(batch))
            left = sa.exists().where(_TABLE.site == site, _TABLE.import_id == _IMPORTS.id)
            connection.execute(DAY_IMPORTS.delete().where(_IMPORTS.site == site, ~left))

    def imports(self, scope: SiteScope, site: str) -> list[DayImport]:
        """Each import of a site of which there is something, the newest first."""
        kept = (
            sa.select(
                _TABLE.import_id,
                sa.func.min(_TABLE.day).label("first"),
                sa.func.max(_TABLE.day).label("last"),
                sa.func.count(_TABLE.day.distinct()).label("days"),
            )
            .where(_TABLE.site == site)
            .group_by(_TABLE.import_id)
            .subquery()
        )
        query = sa.select(DAY_IMPORTS, kept).join(kept, kept.c.import_id == _IMPORTS.id).order_by(_IMPORTS.id.desc())
        with self._records.reading() as connection:
            found_site(connection, scope, site)
            return [_import(row) for row in connection.execute(query)]

    def forget(self, scope: SiteScope, site: str, which: int | None = None) -> int:
        """Take away one import of a site, or without `which` all; of how many days there was some.

        Raises UnknownSiteError for an import that there is not.
        """
        mine, made = _TABLE.site == site, _IMPORTS.site == site
        if which is not None:
            number = which if abs(which) < 2**31 else 0
            mine, made = mine & (_TABLE.import_id == number), made & (_IMPORTS.id == number)
        with self._records.changing() as connection:
            found_site(connection, scope, site, lock=True)
            days = connection.execute(sa.select(sa.func.count(_TABLE.day.distinct())).where(mine)).scalar_one()
            connection.execute(IMPORTED_DAYS.delete().where(mine))
            if not connection.execute(DAY_IMPORTS.delete().where(made)).rowcount and which is not None:
                raise UnknownSiteError("import")
        return int(days)

    def known(self, scope: SiteScope, site: str) -> Imported | None:
        """Of which days a site has some; None without any."""
        totals = (_TABLE.site == site, _TABLE.by == TOTAL)
        query = sa.select(sa.func.min(_TABLE.day), sa.func.max(_TABLE.day)).where(*totals)
        products = sa.select(_IMPORTS.product).distinct().where(_IMPORTS.site == site).order_by(_IMPORTS.product)
        with self._records.reading() as connection:
            found_site(connection, scope, site)
            first, last = connection.execute(query).one()
            return None if first is None else Imported(first, last, tuple(connection.scalars(products)))

    def of(self, scope: SiteScope, site: str, start: date, end: date, limit: int) -> ImportedFigures:
        """What there is of the days `[start, end)`: totals by day, and of each tab so many rows."""
        within = (_TABLE.site == site, _TABLE.day >= start, _TABLE.day < end)
        by_day = sa.select(_TABLE.day, *(_TABLE[name] for name in NUMBERS)).where(*within, _TABLE.by == TOTAL)
        sums = [sa.cast(sa.func.sum(_TABLE[name]), sa.BigInteger).label(name) for name in NUMBERS]
        found = (
            sa.select(_TABLE.by, _TABLE.key, *sums)
            .where(*within, _TABLE.by != TOTAL)
            .group_by(_TABLE.by, _TABLE.key)
            .subquery()
        )
        begun = [name for name, tab in TABS.items() if tab.counts == "visits"]
        counted = sa.case((found.c.by.in_(begun), found.c.visits), else_=found.c.visitors)
        place = sa.func.row_number().over(partition_by=found.c.by, order_by=[counted.desc(), found.c.key])
        ranked = sa.select(found, place.label("place")).where(counted > 0).subquery()
        top = sa.select(ranked).where(ranked.c.place <= limit + 1).order_by(ranked.c.by, ranked.c.place)
        with self._records.reading() as connection:
            found_site(connection, scope, site)
            days = {row.day: _numbers(row) for row in connection.execute(by_day.order_by(_TABLE.day))}
            rows = connection.execute(top).all()
        return ImportedFigures(days, {name: _table(name, rows, limit) for name in TABS})


def _table(name: str, rows: Sequence[Any], limit: int) -> Table:
    mine = [Row(tuple(row.key), _numbers(row)) for row in rows if row.by == name]
    return Table(TABS[name], tuple(mine[:limit]), limit if len(mine) > limit else None)


def _numbers(row: Any) -> Numbers:
    return numbered({name: int(getattr(row, name)) for name in NUMBERS})


def _import(row: Any) -> DayImport:
    return DayImport(
        row.id, row.product, tuple(row.files), row.first, row.last, int(row.days), row.made_at, row.made_by
    )


def _rows(site: str, import_id: int, export: Export) -> Iterator[dict[str, Any]]:
    for (day, by, key), numbers in export.figures.items():
        kept = {name: getattr(numbers, name) for name in NUMBERS}
        yield {"site": site, "day": day, "by": by, "key": [*key], "import_id": import_id, **kept}
