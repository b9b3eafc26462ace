"""Whatever is asked, rows out of scope are never among those that a statement reads; no two sights share an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from urllib.parse import quote, unquote

import duckdb
import pytest

from access.grants import Action, checked_grant
from access.scope import Scope, scope_of
from query.errors import InvalidRequestError
from query.parameters import read_window
from query.rendering import templates
from query.row_rules import rules_within
from query.visible import Visible
from tests.corpus import SQL_INJECTIONS
from tests.definitions import PAGE_VIEWS
from tests.web.access.tries import SPAN, SPELLINGS

SITES = (
    "mine.example",
    "other.example",
    "third.example",
    "MINE.example",
    "mine.example ",
    "",
    "*",
    "%",
    "mine.exampl\u0435",
)
PATHS = ("/", "/a", "/b' or '1'='1", "/ü", "*")

TEMPLATE = templates.get_template("rows_within.sql")
ROUNDS, EACH = 10, 200
SPELLED: list[Callable[[str], str]] = [*SPELLINGS.values(), *[quote] * 10]


def scope(random: Random) -> Scope:
    """Of one to three grants, each with a rule of sites, of paths, or of both."""
    grants = []
    for _ in range(random.randrange(1, 4)):
        rule = {"site": random.sample(SITES, random.randrange(1, 3)), "path": random.sample(PATHS, 2)}
        for left_out in random.choice(([], ["path"], ["site"])):
            del rule[left_out]
        grants.append(checked_grant("user:ann", "page_views", ["ask"], rule, []))
    made = scope_of(grants, PAGE_VIEWS, Action.ASK)
    assert made is not None
    return made


def parameters(random: Random) -> list[tuple[str, str]]:
    spelling = random.choice(SPELLED)
    values = [*(("site", spelling(random.choice(SITES) or "x")) for _ in range(random.randrange(3)))]
    values += [("path", random.choice((*PATHS, *SQL_INJECTIONS)))] * random.randrange(2)
    by = random.choice(([], [("by", "site")], [("by", "")], [("by", "path,site")]))
    return [*SPAN, *((name, unquote(value, errors="replace")) for name, value in values), *by]


def meets(rules: Iterable[tuple[tuple[str, tuple[str, ...]], ...]], row: dict[str, str]) -> bool:
    return any(all(row[name] in values for name, values in rule) for rule in rules)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_rows_that_are_read_are_in_scope(seed: int) -> None:
    random = Random(f"rows {seed}")
    rows = [{"site": site, "path": path} for site in SITES for path in PATHS]
    read, refused = 0, 0
    with duckdb.connect() as engine:
        engine.execute("create table panes (site varchar, path varchar)")
        engine.executemany("insert into panes values (?, ?)", [[*row.values()] for row in rows])
        for _ in range(EACH):
            visible = Visible(PAGE_VIEWS, scope(random))
            try:
                request = read_window(visible, parameters(random))
            except InvalidRequestError:
                refused += 1
                continue
            rules = rules_within(visible, request.where)
            got = []
            if rules is not None:
                conditions = TEMPLATE.render(where=rules.shape, alternatives=rules.shapes)
                got = engine.execute(f"select site, path from panes where true {conditions}", rules.values).fetchall()
            wanted = [
                (row["site"], row["path"])
                for row in rows
                if meets(visible.scope.rows, row) and meets([request.where], row)
            ]
            assert sorted(got) == sorted(wanted), (visible.scope, request)
            read += 1
    assert read > EACH / 3
    assert refused < EACH / 3


def test_no_two_sights_share_an_answer() -> None:
    """What is kept is found by the question: of two askers it is the same only where they see the same."""
    random = Random("sights")
    scopes = {scope(random) for _ in range(300)}
    requests = {read_window(Visible(PAGE_VIEWS, each), SPAN) for each in scopes}
    seen = {each.rows for each in scopes}
    assert len(requests) == len(seen) > 50
    whole = read_window(Visible(PAGE_VIEWS), SPAN)
    assert whole not in requests
