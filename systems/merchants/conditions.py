"""What records must meet to be counted: filters and goals, as statements test them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from query.errors import FieldProblem, InvalidRequestError
from systems.merchants.asked import Asked
from systems.merchants.filters import FIELDS, VISIT_COLUMNS, Of
from systems.merchants.goals import PAGEVIEW, Condition, Goal, Kind
from systems.merchants.patterns import pattern_regex


@dataclass(frozen=True, slots=True)
class Test:
    """Of one column, or of one property of its JSON: equal to one of the values, or like one of the patterns."""

    column: str
    values: tuple[str, ...]
    patterns: bool = False
    of: str | None = None

    @property
    def path(self) -> str:
        """The property as a JSON path."""
        return f'$["{(self.of or "").replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"]'


@dataclass(frozen=True, slots=True)
class Clause:
    """Met by what passes all tests of one of the alternatives."""

    alternatives: tuple[tuple[Test, ...], ...]

    @property
    def values(self) -> tuple[str, ...]:
        """What the marks stand for, in their order."""
        return tuple(value for tests in self.alternatives for test in tests for value in test.values)

    @property
    def columns(self) -> frozenset[str]:
        """What it tests."""
        return frozenset(test.column for tests in self.alternatives for test in tests)


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of them must be met: by the event itself, and by its visit."""

    events: tuple[Clause, ...] = ()
    visits: tuple[Clause, ...] = ()

    @property
    def of_events(self) -> tuple[str, ...]:
        """Values of the clauses of events."""
        return tuple(value for clause in self.events for value in clause.values)

    @property
    def of_visits(self) -> tuple[str, ...]:
        """Values of the clauses of visits."""
        return tuple(value for clause in self.visits for value in clause.values)

    @property
    def beginnings(self) -> tuple[Clause, ...]:
        """What the first message of a visit must meet itself, by columns of events."""
        by_event = (_renamed(clause, {"entry": "path"}) for clause in self.visits)
        return tuple(clause for clause in by_event if clause.columns <= {*VISIT_COLUMNS, "path"})

    @property
    def by_beginnings(self) -> bool:
        """Whether there are conditions of visits, and what they begin with decides them all."""
        return 0 < len(self.visits) == len(self.beginnings)

    @property
    def begun_with(self) -> tuple[Clause, ...]:
        """Conditions of visits, by columns of what each event's visit began with."""
        return tuple(_renamed(clause, {name: f"began_{name}" for name in clause.columns}) for clause in self.visits)

    @property
    def of_beginnings(self) -> tuple[str, ...]:
        """Values of those."""
        return tuple(value for clause in self.beginnings for value in clause.values)

    @property
    def visit_columns(self) -> frozenset[str]:
        """Columns of visits that clauses test."""
        return frozenset[str]().union(*(clause.columns for clause in self.visits))


def conditions_of(asked: Asked, goals: Iterable[Goal]) -> Conditions:
    """Of the filters; goals are named by their number or name. Raises InvalidRequestError for one that there is not."""
    known: Mapping[str, Goal] = {key: goal for goal in goals for key in (goal.name, str(goal.id))}
    events, visits = list[Clause](), list[Clause]()
    for name, values in asked.filters:
        field = FIELDS[name]
        if field.of is Of.GOAL:
            events.append(_of_goals(values, known))
            continue
        column = {Of.ENTRY: "entry", Of.EXIT: "exit"}.get(field.of, field.column)
        clause = _one_of(column, values, patterns=field.patterns)
        (events if field.of is Of.EVENT else visits).append(clause)
    return Conditions(tuple(events), tuple(visits))


def clause_of(condition: Condition) -> Clause:
    """Of a goal, or a step of a funnel."""
    return Clause((_tests(condition),))


def _renamed(clause: Clause, names: Mapping[str, str]) -> Clause:
    return Clause(
        tuple(
            tuple(replace(test, column=names.get(test.column, test.column)) for test in tests)
            for tests in clause.alternatives
        )
    )


def _of_goals(values: Iterable[str], known: Mapping[str, Goal]) -> Clause:
    missing = [value for value in values if value not in known]
    if missing:
        raise InvalidRequestError([FieldProblem("goal", f"{missing[0][:100]!r} is no goal of this site")])
    return Clause(tuple(_tests(known[value].condition) for value in values))


def _one_of(column: str, values: Iterable[str], *, patterns: bool) -> Clause:
    like = [value for value in values if patterns and "*" in value]
    exact = tuple(value for value in values if value not in like)
    tests = [Test(column, exact)] if exact else []
    tests += [Test(column, (pattern_regex(value),), patterns=True) for value in like]
    return Clause(tuple((test,) for test in tests))


def _tests(condition: Condition) -> tuple[Test, ...]:
    if condition.kind is Kind.PAGE:
        (path,) = (tests[0] for tests in _one_of("path", (condition.value,), patterns=True).alternatives)
        tests = [Test("name", (PAGEVIEW,)), path]
    else:
        tests = [Test("name", (condition.value,))]
    return (*tests, *(Test("props", (value,), of=name) for name, value in condition.properties))
