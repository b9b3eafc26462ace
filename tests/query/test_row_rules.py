"""Rows that a question is answered from: what it asks for, of what is in scope."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.grants import Rows
from query.row_rules import RowRules, rules_within
from tests.definitions import PAGE_VIEWS
from tests.query.scopes import of, seen

SITE_A, SITE_B, PATH = of("site", "a"), of("site", "b"), of("path", "/")
BOTH = (("path", ("/",)), ("site", ("a",)))

# rules in scope, filters, what rows must meet
TABLE: list[tuple[tuple[Rows, ...], Rows, RowRules | None]] = [
    ((), (), RowRules()),
    ((), SITE_A, RowRules(SITE_A)),
    ((SITE_A,), (), RowRules(SITE_A)),
    ((SITE_A,), SITE_A, RowRules(SITE_A)),
    ((SITE_A,), SITE_B, None),
    ((of("site", "a", "b"),), of("site", "b", "c"), RowRules(SITE_B)),
    ((SITE_A,), PATH, RowRules((*SITE_A, *PATH))),
    ((BOTH,), (), RowRules((*SITE_A, *PATH))),
    ((BOTH, SITE_B), (), RowRules((), (BOTH, SITE_B))),
    ((BOTH, SITE_B), SITE_B, RowRules(SITE_B)),
    ((BOTH, SITE_B), SITE_A, RowRules((*SITE_A, *PATH))),
    ((BOTH, SITE_B), of("site", "a", "b"), RowRules(of("site", "a", "b"), (BOTH, SITE_B))),
    ((BOTH, SITE_B), of("site", "c"), None),
    ((PATH, SITE_A), SITE_A, RowRules(SITE_A)),
    ((of("country", "de"),), (), None),
    ((of("country", "de"), SITE_A), (), RowRules(SITE_A)),
    (((("country", ("de",)), ("site", ("a",))),), (), None),
]


@pytest.mark.parametrize(("rows", "where", "expected"), TABLE)
def test_filters_are_met_within_the_scope(rows: tuple[Rows, ...], where: Rows, expected: RowRules | None) -> None:
    assert rules_within(seen(PAGE_VIEWS, *rows), where) == expected


DIMENSIONS = ("site", "path", "country")
values = st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True).map(lambda listed: tuple(sorted(listed)))


def rules(*names: str) -> st.SearchStrategy[Rows]:
    """Rules of some of these dimensions."""
    return st.dictionaries(st.sampled_from(names), values, max_size=3).map(lambda made: tuple(sorted(made.items())))


def meets(row: Mapping[str, str], rule: Rows) -> bool:
    return all(row.get(name) in listed for name, listed in rule)


@given(scope=st.lists(rules(*DIMENSIONS), min_size=1, max_size=4), where=rules("site", "path"))
def test_exactly_the_rows_in_scope_count(scope: list[Rows], where: Rows) -> None:
    """The stream has no country."""
    made = rules_within(seen(PAGE_VIEWS, *scope), where)
    for row in ({"site": site, "path": path} for site in "abcd" for path in "abcd"):
        assert counts(row, made) == (meets(row, where) and any(meets(row, rule) for rule in scope))


def counts(row: dict[str, str], made: RowRules | None) -> bool:
    if made is None or not meets(row, made.where):
        return False
    assert made.single.items() <= row.items()
    return not made.alternatives or any(meets(row, rule) for rule in made.alternatives)
