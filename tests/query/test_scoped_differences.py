"""Differences within a scope: those of the rows in scope alone, and without what is hidden."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.scope import made_of
from iceberg.compared import Compared
from query.comparison import Comparison
from query.difference_statements import Panes
from query.row_rules import ALL_ROWS
from query.visible import Visible
from streams.arrivals import Arrivals
from streams.breakdowns import main_breakdown
from streams.definition import Definition
from streams.panes import Grain
from tests.query.differences import pinned
from tests.query.duck_panes import DuckPanes, Message
from tests.query.lake_views import at
from tests.query.made_streams import made_stream
from tests.query.scopes import seen
from tests.query.test_row_rules import meets
from tests.query.test_scoped_answers import VALUES, rules

ARRIVALS = Arrivals(at("2 00:00"), at("3 00:00"))


def sides_of(definition: Definition) -> Compared:
    """Both have minute panes alone, as they were made by one definition."""
    return replace(pinned("made"), breakdowns=(replace(main_breakdown(definition), grains=(Grain.MINUTE,)),))


Messages = list[Message]


@st.composite
def made_differences(draw: st.DrawFn) -> tuple[Visible, Messages, Messages]:
    """What is seen of a stream, and its messages as they are published and as a replay made them."""
    definition = draw(made_stream()).model_copy(update={"distincts": {}})
    message = st.builds(
        Message,
        st.integers(0, 3).map(lambda minute: at("2 10:00") + timedelta(minutes=minute)),
        st.fixed_dictionaries({name: st.sampled_from(VALUES) for name in definition.dimensions}),
        st.fixed_dictionaries({name: st.none() | st.integers(-3, 3) for name in definition.measures}),
    )
    scope = draw(st.lists(rules(definition.dimensions).filter(bool), min_size=1, max_size=2))
    hide = draw(st.sets(st.sampled_from([*definition.fields, *made_of(definition)]), max_size=1))
    old, new = draw(st.lists(message, max_size=6)), draw(st.lists(message, max_size=6))
    return seen(definition, *scope, hide=hide), old, new


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=made_differences())
def test_differences_are_of_the_rows_in_scope(made: tuple[Visible, Messages, Messages]) -> None:
    """As if there were no others; what ledgers count, which is of all rows, is not even asked for."""
    visible, *sides = made
    told, points = comparison(visible, sides).difference(), comparison(visible, sides).points(())
    scope = visible.scope.rows
    inside = [[each for each in side if any(meets(each.dimensions, rule) for rule in scope)] for side in sides]
    alone = comparison(Visible(visible.shown), inside)
    panes = Panes(alone.sides.breakdowns[0], Grain.MINUTE)
    assert told.grains == (alone._grain(panes, ALL_ROWS),)
    assert (told.groups, told.groups_in_all) == alone._groups(panes.breakdown, ALL_ROWS)
    assert points == alone.points(())
    assert (told.accounted, told.rejected) == ({}, {})
    text = json.dumps([told.as_json(), points.as_json()])
    assert [name for name in visible.scope.hidden if name in text] == []


def comparison(visible: Visible, sides: Sequence[Messages]) -> Comparison:
    panes = DuckPanes(visible.definition, sides[0])
    panes.add("made-replay-7", visible.definition, sides[1])
    return Comparison(panes, visible, sides_of(visible.definition), ARRIVALS)  # type: ignore[arg-type]
