"""What grants give together, against every row of a small universe; and what a hidden name takes along."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.asker import Asker, Door
from access.grants import Action, Grant, Rows, checked_grant
from access.scope import EVERYTHING, Scope, hidden_with, made_of, scope_of
from streams.definition_files import parse_definition

SHOPS = parse_definition(
    {
        "name": "shops",
        "title": "Shops",
        "topic": "shops",
        "event_time": {"field": "at"},
        "fields": {
            "site": {"type": "string"}, "till": {"type": "string"},
            "visitor": {"type": "string"}, "paid": {"type": "number"}, "cost": {"type": "number"},
        },
        "dimensions": {"site": {"field": "site"}, "till": {"field": "till"}},
        "distincts": {"visitors": {"field": "visitor"}},
        "measures": {
            "paid": {"value": "paid", "decimals": 2, "min": 0, "max": 1000},
            "margin": {"value": "1 - cost / paid", "decimals": 4, "min": 0, "max": 1},
        },
    },
    "shops.toml",
)  # fmt: skip
NAMES = frozenset({*SHOPS.fields, *made_of(SHOPS)})
VALUES = ("a", "b", "c")
UNIVERSE = [dict(zip(("site", "till"), row, strict=True)) for row in itertools.product((*VALUES, "other"), repeat=2)]
"""Rows; of each dimension one value that no rule names."""

some_values = st.lists(st.sampled_from(VALUES), min_size=1, unique=True)
one_dimension = st.dictionaries(st.sampled_from(["site", "till"]), some_values, max_size=1)
dimensions = st.dictionaries(st.sampled_from(["site", "till", "gone"]), some_values)
some_names = st.lists(st.sampled_from(sorted(NAMES)), max_size=3)


def grants_of(rules: st.SearchStrategy[dict[str, list[str]]]) -> st.SearchStrategy[Grant]:
    can = st.lists(st.sampled_from(["ask", "detail", "administer"]), min_size=1)
    streams = st.sampled_from(["shops", "shops", "*", "health"])
    return st.builds(checked_grant, st.just("user:ann"), streams, can, rules, some_names)


def meets(row: dict[str, str], rows: Rows) -> bool:
    return all(row.get(name) in values for name, values in rows)


def in_scope(scope: Scope | None) -> list[dict[str, str]]:
    return [row for row in UNIVERSE if scope and any(meets(row, rows) for rows in scope.rows)]


def that_allow(grants: Iterable[Grant], action: Action = Action.ASK) -> list[Grant]:
    return [grant for grant in grants if grant.stream in ("shops", "*") and {action, Action.ADMINISTER} & grant.can]


def hidden_of_rows(grants: Iterable[Grant]) -> Iterator[frozenset[str]]:
    """Of each row that somebody may see: what all grants of it hide."""
    for row in UNIVERSE:
        hidden = [hidden_with(SHOPS, grant.hide) for grant in that_allow(grants) if meets(row, grant.where)]
        if hidden:
            yield frozenset[str].intersection(*hidden)


def asked(grants: Iterable[Grant]) -> Scope | None:
    return scope_of(grants, SHOPS, Action.ASK)


def visible(scope: Scope | None) -> set[tuple[str, str, str]]:
    """Each name of each row that can be seen."""
    hidden = scope.hidden if scope else frozenset()
    return {(row["site"], row["till"], name) for row in in_scope(scope) for name in NAMES - hidden}


@given(st.lists(grants_of(dimensions), max_size=6))
def test_rows_are_those_of_the_grants(grants: list[Grant]) -> None:
    granted = [row for row in UNIVERSE if any(meets(row, grant.where) for grant in that_allow(grants))]
    assert in_scope(asked(grants)) == granted


@given(st.lists(grants_of(dimensions), max_size=4))
def test_no_grant_gives_nothing(grants: list[Grant]) -> None:
    assert (asked(grants) is None) == (that_allow(grants) == [])
    asker = Asker(Door.SESSION, "ann", grants=tuple(grants))
    assert asker.knows("shops") == any(grant.stream != "health" for grant in grants)
    assert asker.scope(SHOPS, Action.ASK) == asked(grants)


@given(st.lists(grants_of(dimensions), max_size=6))
def test_nothing_hidden_of_a_row_is_seen(grants: list[Grant]) -> None:
    scope = asked(grants)
    for hidden in hidden_of_rows(grants):
        assert scope is not None
        assert hidden <= scope.hidden


@given(st.lists(grants_of(one_dimension), max_size=6))
def test_by_one_dimension_no_more_is_hidden(grants: list[Grant]) -> None:
    scope = asked(grants)
    assert (scope.hidden if scope else frozenset()) == frozenset[str]().union(*hidden_of_rows(grants))


@given(st.lists(grants_of(dimensions), max_size=6), st.randoms())
def test_the_order_of_grants_does_not_matter(grants: list[Grant], random: object) -> None:
    shuffled = [*grants]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert asked(grants) == asked(shuffled) == asked(grants * 2)


@given(st.lists(grants_of(dimensions), min_size=1, max_size=6), grants_of(dimensions))
def test_a_grant_of_the_same_rows_takes_nothing_away(grants: list[Grant], more: Grant) -> None:
    same = Grant(more.subject, more.stream, more.can, grants[0].where, more.hide)
    if that_allow(grants[:1]):
        assert visible(asked(grants)) <= visible(asked([*grants, same]))


@given(st.lists(grants_of(one_dimension), max_size=6), grants_of(one_dimension))
def test_a_grant_of_rows_in_scope_takes_nothing_away(grants: list[Grant], more: Grant) -> None:
    before = asked(grants)
    if all(row in in_scope(before) for row in in_scope(asked([more]))):
        assert visible(before) <= visible(asked([*grants, more]))


@given(st.lists(grants_of(dimensions), max_size=6), grants_of(dimensions))
def test_a_grant_takes_no_rows_or_actions_away(grants: list[Grant], more: Grant) -> None:
    before, after = asked(grants), asked([*grants, more])
    assert all(row in in_scope(after) for row in in_scope(before))
    assert (before.actions if before else frozenset()) <= (after.actions if after else frozenset())


@given(some_names)
def test_what_is_made_of_something_hidden_is_hidden(hide: list[str]) -> None:
    hidden = hidden_with(SHOPS, hide)
    assert {*hide} <= hidden
    for name, fields in made_of(SHOPS).items():
        assert name in hidden or not fields & hidden


@given(st.lists(grants_of(dimensions), max_size=6))
def test_a_scope_leaves_nothing_made_of_a_hidden_field(grants: list[Grant]) -> None:
    scope = asked(grants)
    for name, fields in made_of(SHOPS).items() if scope else ():
        assert scope is not None
        assert name in scope.hidden or not fields & scope.hidden


@pytest.mark.parametrize(
    ("hide", "hidden"),
    [
        ([], set()),
        (["cost"], {"cost", "margin"}),
        (["visitors"], {"visitor", "visitors"}),
        (["visitor"], {"visitor", "visitors"}),
        (["margin"], {"margin", "paid", "cost"}),
        (["site"], {"site"}),
        (["at"], NAMES),
        (["gone"], NAMES),
        (["cost", "gone"], NAMES),
    ],
)
def test_hidden_names_take_others_along(hide: list[str], hidden: set[str]) -> None:
    assert hidden_with(SHOPS, hide) == hidden


@pytest.mark.parametrize(
    ("grants", "rows", "hidden"),
    [
        ([({}, [])], ((),), set()),
        ([({"site": ["a"]}, []), ({"site": ["b"]}, [])], ((("site", ("a", "b")),),), set()),
        ([({"site": ["a"]}, ["visitor"]), ({}, [])], ((),), set()),
        ([({"site": ["a"]}, []), ({}, ["visitor"])], ((),), {"visitor", "visitors"}),
        ([({"site": ["a"]}, ["visitor"]), ({"site": ["a"]}, ["cost"])], ((("site", ("a",)),),), set()),
        ([({"site": ["a"]}, ["paid"]), ({"site": ["a"]}, ["cost"])], ((("site", ("a",)),),), {"margin"}),
        ([({"site": ["a"]}, []), ({"site": ["b"]}, ["visitor"])], ((("site", ("a", "b")),),), {"visitor", "visitors"}),
        (
            [({"site": ["a"]}, []), ({"site": ["b"]}, []), ({"site": ["a", "b"]}, ["visitor"])],
            ((("site", ("a", "b")),),),
            set(),
        ),
        ([({"site": ["a"]}, []), ({"till": ["b"]}, [])], ((("site", ("a",)),), (("till", ("b",)),)), set()),
        ([({"site": ["a"], "till": ["b"]}, ["cost"]), ({"site": ["a"]}, [])], ((("site", ("a",)),),), set()),
        (
            [({"site": ["a"], "till": ["b"]}, []), ({"site": ["c"]}, [])],
            ((("site", ("a",)), ("till", ("b",))), (("site", ("c",)),)),
            set(),
        ),
        ([({"gone": ["a"]}, ["cost"])], ((("gone", ("a",)),),), {"cost", "margin"}),
        ([({"gone": ["a"]}, ["cost"]), ({"site": ["a"]}, [])], ((("site", ("a",)),),), set()),
    ],
)
def test_grants_add_up(
    grants: list[tuple[dict[str, list[str]], list[str]]], rows: tuple[Rows, ...], hidden: set[str]
) -> None:
    given = [checked_grant("user:ann", "shops", ["ask"], where, hide) for where, hide in grants]
    assert asked(given) == Scope(frozenset({Action.ASK}), rows, frozenset(hidden))


def test_administrators_see_everything() -> None:
    assert Asker(Door.SESSION, "root", administrator=True).scope(SHOPS, Action.REPLAY) == EVERYTHING
    assert EVERYTHING.whole


def test_many_values_are_joined_soon() -> None:
    grants = [
        checked_grant("user:ann", "shops", ["ask"], {"site": [f"s{n}-{v}" for v in range(100)]}, []) for n in range(100)
    ]
    grants += [
        checked_grant("user:ann", "shops", ["ask"], {"site": [f"s{n}-1"], "till": ["a"]}, ["cost"]) for n in range(99)
    ]
    scope = asked(grants)
    assert scope is not None
    assert ([len(rows[0][1]) for rows in scope.rows], scope.hidden) == ([10_000], frozenset())


def test_a_scope_is_made_once() -> None:
    grants = tuple(checked_grant("user:ann", "shops", ["ask"], {}, []) for _ in range(2))
    asker = Asker(Door.SESSION, "ann", grants=grants)
    assert asker.scope(SHOPS, Action.ASK) is asker.scope(SHOPS, Action.ASK)
