"""What a site has several of: goals, funnels and annotations, as they are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from access.records import Records
from systems.merchants.annotations import Annotation
from systems.merchants.errors import InvalidSiteError, UnknownSiteError
from systems.merchants.goals import Funnel, Goal, Step, read_condition
from systems.merchants.site_records import found_site
from systems.merchants.site_scope import SiteScope
from systems.merchants.tables import ANNOTATIONS, FUNNELS, GOALS

T = TypeVar("T")
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Kept(Generic[T]):
    """How one kind of part is kept: its table, how many a site may have, and both ways between it and a row."""

    kind: str
    table: sa.Table
    most: int
    order: tuple[sa.ColumnElement[Any], ...]
    read: Callable[[Row], T]
    write: Callable[[T], Mapping[str, Any]]


class SiteParts(Generic[T]):
    """Reads and writes the parts of one kind. Every method raises LakeError when PostgreSQL does not answer, and
    UnknownSiteError for a site that is out of scope, as for one that is not there."""

    def __init__(self, records: Records, kept: Kept[T]) -> None:
        self._records, self._kept = records, kept

    def of(self, scope: SiteScope, site: str) -> list[T]:
        """All of a site."""
        table = self._kept.table
        query = sa.select(table).where(table.c.site == site).order_by(*self._kept.order)
        with self._records.reading() as connection:
            found_site(connection, scope, site)
            return [self._kept.read(row) for row in connection.execute(query).mappings()]

    def get(self, scope: SiteScope, site: str, part: int) -> T:
        """One of a site."""
        with self._records.reading() as connection:
            found_site(connection, scope, site)
            row = connection.execute(sa.select(self._kept.table).where(self._is(site, part))).mappings().one_or_none()
        if row is None:
            raise UnknownSiteError(self._kept.kind)
        return self._kept.read(row)

    def add(self, scope: SiteScope, site: str, part: T) -> T:
        """The same with its id. Raises InvalidSiteError when there are too many."""
        table = self._kept.table
        count = sa.select(sa.func.count()).where(table.c.site == site)
        with self._records.changing() as connection:
            found_site(connection, scope, site, lock=True)
            if connection.execute(count).scalar_one() >= self._kept.most:
                raise InvalidSiteError.of("site", f"has {self._kept.most} of these, the most that can be")
            new = table.insert().values(site=site, **self._kept.write(part)).returning(table)
            return self._kept.read(connection.execute(new).mappings().one())

    def remove(self, scope: SiteScope, site: str, part: int) -> None:
        """End one of a site."""
        with self._records.changing() as connection:
            found_site(connection, scope, site)
            if not connection.execute(self._kept.table.delete().where(self._is(site, part))).rowcount:
                raise UnknownSiteError(self._kept.kind)

    def _is(self, site: str, part: int) -> sa.ColumnElement[bool]:
        table = self._kept.table
        return (table.c.site == site) & (table.c.id == (part if abs(part) < 2**31 else 0))


def _read_goal(row: Row) -> Goal:
    return Goal(row["name"], read_condition(row["condition"]), row["id"])


def _write_goal(goal: Goal) -> Mapping[str, Any]:
    return {"name": goal.name, "condition": goal.condition.as_json()}


def _read_funnel(row: Row) -> Funnel:
    steps = tuple(Step(step["name"], read_condition(step)) for step in row["steps"])
    return Funnel(row["name"], steps, row["days"], row["id"])


def _write_funnel(funnel: Funnel) -> Mapping[str, Any]:
    return {"name": funnel.name, "days": funnel.days, "steps": [step.as_json() for step in funnel.steps]}


def _read_annotation(row: Row) -> Annotation:
    return Annotation(row["day"], row["text"], row["made_by"], row["id"])


def _write_annotation(annotation: Annotation) -> Mapping[str, Any]:
    return {"day": annotation.day, "text": annotation.text, "made_by": annotation.made_by}


GOALS_KEPT = Kept("goal", GOALS, 200, (GOALS.c.name, GOALS.c.id), _read_goal, _write_goal)
FUNNELS_KEPT = Kept("funnel", FUNNELS, 50, (FUNNELS.c.name, FUNNELS.c.id), _read_funnel, _write_funnel)
ANNOTATIONS_KEPT = Kept(
    "annotation", ANNOTATIONS, 2000, (ANNOTATIONS.c.day, ANNOTATIONS.c.id), _read_annotation, _write_annotation
)
