"""The scope of a request: what of one stream its asker may see. Made of grants, and part of every question. Pure.

Grants add up, and none takes away what another gives, as long as both are of the same rows. Where different rows have
different fields hidden, an answer that spans both could not hide a field of some of its rows; so there all are hidden
that any of these grants hides, but for grants that are covered by a wider one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from access.grants import Action, Grant, Rows
from streams.definition import Definition


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be seen of one stream by one action, and which actions its asker has.

    `rows`: alternatives, at least one; a row that meets one of them is in scope; `((),)` is all rows.
    `hidden`: names of fields, dimensions, measures and distinct counts, with all that is made of them.
    """

    actions: frozenset[Action]
    rows: tuple[Rows, ...] = ((),)
    hidden: frozenset[str] = frozenset()

    @property
    def all_rows(self) -> bool:
        """Whether no row is out of scope."""
        return () in self.rows

    @property
    def whole(self) -> bool:
        """Whether there is nothing out of scope."""
        return self.all_rows and not self.hidden

    @classmethod
    def everything(cls) -> Self:
        """What administrators have, and everybody in open mode."""
        return cls(frozenset(Action))


EVERYTHING = Scope.everything()


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows, and what is hidden of them."""

    rows: Rows
    hidden: frozenset[str]

    def covers(self, other: _Part) -> bool:
        """Whether it shows all that another does."""
        return self.hidden <= other.hidden and _within(other.rows, self.rows)


def scope_of(grants: Iterable[Grant], definition: Definition, action: Action) -> Scope | None:
    """What these grants, all of them of the asker's, allow by an action; None: nothing, as if there were no stream."""
    mine = [grant for grant in grants if grant.is_of(definition.name)]
    allowed = [grant for grant in mine if grant.allows(action)]
    if not allowed:
        return None
    actions = frozenset(each for each in Action if any(grant.allows(each) for grant in mine))
    hidden_by_rows = dict[Rows, frozenset[str]]()
    for grant in allowed:
        hidden = hidden_with(definition, grant.hide)
        hidden_by_rows[grant.where] = hidden & hidden_by_rows.get(grant.where, hidden)
    parts = [_Part(rows, hidden) for rows, hidden in sorted(hidden_by_rows.items())]
    kept = [part for part in parts if not any(other != part and other.covers(part) for other in parts)]
    hidden = frozenset().union(*(part.hidden for part in kept))
    return Scope(actions, _joined(part.rows for part in kept), hidden)


def hidden_with(definition: Definition, hide: Iterable[str]) -> frozenset[str]:
    """All names that cannot be seen when these are hidden: what is made of a hidden field tells of it.

    A name that the stream does not have, or has no more, hides everything: what it hid may have another name now.
    """
    wanted, made = frozenset(hide), made_of(definition)
    known = {*definition.fields, *made}
    if not wanted <= known:
        return frozenset(known)
    fields = wanted | {each for name in wanted & made.keys() for each in made[name]}
    return wanted | fields | {name for name, of in made.items() if of & fields}


def made_of(definition: Definition) -> Mapping[str, frozenset[str]]:
    """Dimension, measure or distinct count → the fields that it is made of."""
    names = [*definition.fields]
    measures = {
        name: frozenset(names[step.field] for step in definition.expression(name) if step.field is not None)
        for name in definition.measures
    }
    dimensions = {name: frozenset([each.field]) for name, each in definition.dimensions.items()}
    distincts = {name: frozenset([each.field]) for name, each in definition.distincts.items()}
    return {**dimensions, **distincts, **measures}


def _within(inner: Rows, outer: Rows) -> bool:
    """Whether all rows that meet one rule meet the other."""
    values = {name: {*listed} for name, listed in inner}
    return all(name in values and values[name] <= {*listed} for name, listed in outer)


def _joined(rules: Iterable[Rows]) -> tuple[Rows, ...]:
    """The same rows by fewer alternatives: those of the same single dimension are one."""
    alternatives, of_one = set[Rows](), dict[str, set[str]]()
    for rows in rules:
        if len(rows) == 1:
            of_one.setdefault(rows[0][0], set()).update(rows[0][1])
        else:
            alternatives.add(rows)
    alternatives |= {((name, tuple(sorted(values))),) for name, values in of_one.items()}
    return ((),) if () in alternatives else tuple(sorted(alternatives))
