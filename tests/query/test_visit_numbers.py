"""Numbers of visits in answers, changes, differences and audits. Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iceberg.audit import Kind, check_visits
from query.answer_json import group_json
from query.audit_statements import visits_statement
from query.changes import changes_between
from query.difference import totals_of
from query.difference_statements import shown_columns
from query.groups import Group, groups_of
from streams.arrivals import Arrivals
from streams.panes import pane_columns, visit_columns
from tests.definitions import BROKEN_DOWN, PAGE_VIEWS, visiting
from tests.golden import check_golden
from tests.query.lake_views import at, lake_view
from tests.query.test_statements import GOLDEN

COLUMNS = tuple(column for column in pane_columns(visiting()) if column.aggregate.of == "stream")
ARRIVALS = Arrivals(at("1 00:00"), at("2 00:00"))


def groups(*rows: list[object]) -> tuple[Group, ...]:
    return groups_of(visiting(), ("exit",), COLUMNS, (), rows)


def test_a_group_may_have_visits_alone() -> None:
    [group] = groups(["/price", 0, 2, 1, 90])
    assert group_json(group, ("exit",)) == {
        "exit": "/price", "messages": 0, "visits": 2, "bounces": 1, "visit_seconds": 90,
    }  # fmt: skip
    assert (group.bounce_rate, group.visit_length) == (0.5, 45_000)


def test_groups_with_nothing_left_are_hidden() -> None:
    assert groups(["/", 0, 0, 0, 0], ["/a", None, None, None, None]) == ()
    assert [group.key for group in groups(["/", 0, 0, -1, 5], ["/a", 1, 0, 0, 0])] == [("/",), ("/a",)]


def test_streams_without_visits_say_nothing_of_them() -> None:
    [group] = groups_of(PAGE_VIEWS, (), pane_columns(PAGE_VIEWS)[:1], (), [[3]])
    assert group_json(group, ()) == {"messages": 3}
    assert (group.bounce_rate, group.visit_length) == (None, None)


def test_a_visit_that_went_on_is_a_change() -> None:
    [group] = groups(["/", 1, 1, 1, 0])
    later = replace(group, visits={**group.visits, "bounces": 0, "visit_seconds": 30})
    assert changes_between([group], [later]).changed == {("/",): 0}


def test_differences_show_visits() -> None:
    definition = visiting()
    values = [3, 2, 1, 60, *([None] * (len(shown_columns(definition)) - 4))]
    old, new = totals_of(definition, shown_columns(definition), [*values, None, *values[1:]])
    assert new is None
    assert old is not None
    assert old.as_json()["visits"] == {"visits": 2, "bounces": 1, "visit_seconds": 60}
    old, _ = totals_of(PAGE_VIEWS, shown_columns(PAGE_VIEWS), [3, *([None] * 2 * len(shown_columns(PAGE_VIEWS)))][:-1])
    assert old is not None
    assert "visits" not in old.as_json()


def test_breakdowns_are_compared() -> None:
    several = visiting(breakdowns={"sites": ["site"], "exits": ["site", "exit"]})
    statement = visits_statement(several, lake_view("page_views", ledger=1), ARRIVALS)
    assert statement is not None
    check_golden(GOLDEN / "audit_visits.sql", statement.sql)
    assert statement.values == (ARRIVALS.start, ARRIVALS.end)
    assert visits_statement(visiting(), lake_view("page_views"), ARRIVALS) is None
    assert visits_statement(BROKEN_DOWN, lake_view("page_views"), ARRIVALS) is None


@pytest.mark.parametrize(
    ("totals", "texts"),
    [
        ({}, []),
        ({"minute panes of a": [5, 2, 90], "hour panes of b": [5, 2, 90]}, []),
        (
            {"a": [5, 2, 90], "b": [6, 2, 1090], "c": [5, 2, 90]},
            ["visits 5 and 6, visit_seconds 90 and 1,090"],
        ),
    ],
)
def test_findings_name_what_differs(totals: dict[str, list[int]], texts: list[str]) -> None:
    found = check_visits(visit_columns(visiting()), totals, ARRIVALS)
    assert [finding.text for finding in found] == texts
    assert all((finding.kind, finding.tables) == (Kind.ALTERED, ("a", "b")) for finding in found)
