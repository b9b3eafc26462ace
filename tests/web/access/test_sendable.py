"""Which messages an asker may send."""

from __future__ import annotations

import pytest

from access.grants import Action, Rows
from access.scope import Scope
from query.visible import Visible
from streams.decoder import Accepted
from streams.decoding_plan import decoding_plan
from streams.definition import Definition
from tests.definitions import HEALTH, PAGE_VIEWS
from web.asking.sendable import OUTSIDE, sendable

SEND = frozenset({Action.SEND})


@pytest.mark.parametrize(
    ("rows", "value", "may"),
    [
        (((("service", ("a", "b")),),), "a", True),
        (((("service", ("a", "b")),),), "c", False),
        (((("service", ("a", "b")),),), None, False),
        (((("service", ("a",)),), (("service", ("b",)),)), "b", True),
        (((("service", ("",)),),), None, False),
        (((("gone", ("a",)),),), "a", False),
        (((("gone", ("x",)), ("service", ("a",))),), "a", False),
    ],
)
def test_values_outside_are_refused(rows: tuple[Rows, ...], value: str | None, may: bool) -> None:
    rule = sendable(Visible(HEALTH, Scope(SEND, rows)))
    assert rule is not None
    assert rule.allow(Accepted(0, (value, 1, 2, 3))) is may
    assert rule.rejection.reason == OUTSIDE


def test_all_rows_have_no_rule() -> None:
    assert sendable(Visible(HEALTH)) is None


@pytest.mark.parametrize("definition", [HEALTH, PAGE_VIEWS])
def test_rows_begin_with_the_dimensions(definition: Definition) -> None:
    names = [column["name"] for column in decoding_plan(definition)["columns"]]
    assert names[: len(definition.dimensions)] == [*definition.dimensions]
