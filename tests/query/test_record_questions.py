"""Statements that a system makes of records: what they may read, where it is, and that values are only ever bound."""

from __future__ import annotations

import dataclasses

import pytest

from iceberg.kinds import RECORDS
from query.errors import InvalidRequestError, NotKeptError
from query.record_questions import RecordQuestion, record_statement
from query.visible import Visible
from streams.definition import Definition
from tests.corpus import SQL_INJECTIONS
from tests.golden import check_golden
from tests.query.lake_views import at
from tests.query.recorded import record_view, recorded
from tests.query.scopes import of, seen
from tests.query.test_statements import GOLDEN, shown

SHOP = recorded()
FRONT = (("path", ("/", "/home")), ("site", ("a",)))
BODY = 'counted as (select visitor, count(*) as n from records where "offset" > ? group by 1) select * from counted'


def question(
    visible: Visible | None = None, site: str = "a", columns: tuple[str, ...] = ("visitor",)
) -> RecordQuestion:
    where = (("site", (site,)),)
    return RecordQuestion(visible or Visible(SHOP), at("2 10:17"), at("2 23:05"), where, columns, BODY, (7,))


ASKED: list[tuple[str, RecordQuestion, frozenset[str]]] = [
    ("one_site", question(columns=("visitor", "page.path", "Revenue")), frozenset()),
    ("alternatives", question(seen(SHOP, FRONT, (("path", ("/x",)), ("site", ("a",))))), frozenset()),
    ("grown", question(columns=("visitor", "views", "site")), frozenset({"visitor", "views", "site"})),
]


@pytest.mark.parametrize(("name", "asked", "missing"), ASKED, ids=[name for name, _, _ in ASKED])
def test_statements_render_as_golden(name: str, asked: RecordQuestion, missing: frozenset[str]) -> None:
    statement = record_statement(SHOP, record_view(missing=missing), asked)
    check_golden(GOLDEN / "record_questions" / f"{name}.sql", shown(statement))


def test_the_pinned_table_is_read_and_no_view() -> None:
    """A view has no versions."""
    statement = record_statement(SHOP, record_view(), question())
    assert statement is not None
    assert f'"{RECORDS.name}" for version as of 44' in statement.sql


@pytest.mark.parametrize("text", SQL_INJECTIONS[::7])
def test_values_are_only_ever_bound(text: str) -> None:
    found, usual = (record_statement(SHOP, record_view(), question(site=each)) for each in (text, "a"))
    assert found is not None
    assert usual is not None
    assert found.sql == usual.sql
    assert text in found.values


def test_records_that_retention_took_are_asked_for_in_vain() -> None:
    view = dataclasses.replace(record_view(), kept_from=((RECORDS.name, at("2 12:00")),))
    with pytest.raises(NotKeptError):
        record_statement(SHOP, view, question())


def test_hidden_fields_are_refused() -> None:
    with pytest.raises(InvalidRequestError):
        question(seen(SHOP, of("site", "a"), hide=["visitor"]))


@pytest.mark.parametrize("visible", [seen(SHOP, of("site", "b")), seen(SHOP, (("gone", ("x",)),))])
def test_nothing_is_asked_where_nothing_can_be(visible: Visible) -> None:
    assert record_statement(SHOP, record_view(), question(visible)) is None


def test_a_stream_without_records_yet_has_none() -> None:
    assert record_statement(SHOP, record_view(None), question()) is None


def test_fields_that_the_tables_lack_have_no_records() -> None:
    """The newest definition is of tables that come with its handover."""
    known: Definition = recorded(
        fields={name: rule for name, rule in SHOP.model_dump()["fields"].items() if name != "visitor"}, distincts={}
    )
    assert record_statement(known, record_view(), question()) is None
