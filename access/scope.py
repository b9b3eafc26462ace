"""The scope of a request: what of one stream its asker may see. Made of grants, and part of every question. Pure.

Grants add up: of a row everything is seen that any grant of it shows, so none takes away what another gives of the same
rows. Where different rows have different fields hidden, an answer that spans both could not hide a field of some of its
rows; so there all are hidden that are hidden of any row in scope.
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


def scope_of(grants: Iterable[Grant], definition: Definition, action: Action) -> Scope | None:
    """What these grants, all of them of the asker's, allow by an action; None: nothing, as if there were no stream."""
    mine = [grant for grant in grants if grant.is_of(definition.name)]
    allowed = [grant for grant in mine if grant.allows(action)]
    if not allowed:
        return None
    actions = frozenset(each for each in Action if any(grant.allows(each) for grant in mine))
    # A rule of a dimension that there is not gives no row, so it hides nothing of those that others give.
    given = [grant for grant in allowed if all(name in definition.dimensions for name, _ in grant.where)] or allowed
    hidden_by = {hide: hidden_with(definition, hide) for hide in {grant.hide for grant in given}}
    hidden_of = dict[Rows, frozenset[str]]()
    for grant in given:
        hidden = hidden_by[grant.hide]
        hidden_of[grant.where] = hidden & hidden_of.get(grant.where, hidden)
    return Scope(actions, _joined(hidden_of), _hidden_of_some_row(hidden_of))


def hidden_with(definition: Definition, hide: Iterable[str]) -> frozenset[str]:
    """All names that cannot be seen when these are hidden: what is made of a hidden field tells of it.

    A name that the stream does not have, or has no more, hides everything: what it hid may have another name now.
    """
    wanted = frozenset(hide)
    if not wanted:
        return wanted
    made = made_of(definition)
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


def _hidden_of_some_row(hidden_of: Mapping[Rows, frozenset[str]]) -> frozenset[str]:
    """What is hidden of any row in scope, by what each rule's grants hide: of a row, what all of its grants hide.

    Rules of one dimension are looked at value by value. Of a rule of more, grants of some of its rows only are left
    out: then more is hidden than need be.
    """
    if () in hidden_of:
        return hidden_of[()]
    of_value = dict[tuple[str, str], frozenset[str]]()
    wider = [rows for rows in hidden_of if len(rows) > 1]
    for rows, hidden in hidden_of.items():
        for value in rows[0][1] if len(rows) == 1 else ():
            at = (rows[0][0], value)
            of_value[at] = hidden & of_value.get(at, hidden)
    of_row = [*of_value.values()]
    for rows in wider:
        hidden = frozenset[str].intersection(*(hidden_of[other] for other in wider if _within(rows, other)))
        for name, values in rows:
            if all((name, value) in of_value for value in values):
                hidden &= frozenset[str]().union(*(of_value[name, value] for value in values))
        of_row.append(hidden)
    return frozenset[str]().union(*of_row)


def _within(inner: Rows, outer: Rows) -> bool:
    """Whether all rows that meet one rule meet the other."""
    values = dict(inner)
    return all(name in values and {*values[name]} <= {*listed} for name, listed in outer)


def _joined(rules: Iterable[Rows]) -> tuple[Rows, ...]:
    """The same rows by fewer alternatives: those of one dimension are one, and those within it are left out."""
    wider, of_one = set[Rows](), dict[str, set[str]]()
    for rows in rules:
        if not rows:
            return ((),)
        if len(rows) == 1:
            of_one.setdefault(rows[0][0], set()).update(rows[0][1])
        else:
            wider.add(rows)
    left = {rows for rows in wider if not any({*values} <= of_one.get(name, set()) for name, values in rows)}
    left = {rows for rows in left if not any(other != rows and _within(rows, other) for other in left)}
    return tuple(sorted(left | {((name, tuple(sorted(values))),) for name, values in of_one.items()}))
