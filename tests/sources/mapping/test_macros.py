"""What a mapping may call hides nothing: what cannot be read is handed on as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import sources.mapping
from sources.mapping.allowed import MACROS

_SQL = Path(sources.mapping.__file__).with_name("macros.sql")


@pytest.fixture(name="database")
def _database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("set variable decimal = '.'")
    connection.execute(_SQL.read_text("utf-8"))
    yield connection
    connection.close()


def value(database: duckdb.DuckDBPyConnection, expression: str, text: str | None) -> object:
    """Of an expression over x."""
    row = database.execute(f"select {expression} from (select cast(? as varchar) as x)", [text]).fetchone()
    assert row
    return row[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", "12"), (" 12 ", "12"), ("-3", "-3"), ("+3", "3"), ("007", "7"), ("12.0", "12"), ("12.00", "12"),
        ("999999999999999999", "999999999999999999"), (None, None), ("", None), ("  ", None), ("12.6", '"12.6"'),
        ("0x10", '"0x10"'), ("1e3", '"1e3"'), ("1,234", '"1,234"'), ("1 234", '"1 234"'), ("twelve", '"twelve"'),
        ("9999999999999999999", '"9999999999999999999"'), ("١٢", '"١٢"'), ("=1+1", '"=1+1"'),
    ],
)  # fmt: skip
def test_whole_numbers(database: duckdb.DuckDBPyConnection, text: str | None, expected: str | None) -> None:
    """As JSON; other texts as texts."""
    assert value(database, "whole(x)", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.6", "12.6"), ("12.60", "12.60"), ("-0.5", "-0.5"), ("+1.5", "1.5"), (".5", "0.5"), ("5.", "5.0"),
        ("007.5", "7.5"), ("1e3", "1e3"), ("12345678901234567890.12", "12345678901234567890.12"), ("0", "0"),
        ("1e400", '"1e400"'),
        ("-1e400", '"-1e400"'), ("nan", '"nan"'), ("infinity", '"infinity"'), ("1,5", '"1,5"'), (".", '"."'),
        ("-", '"-"'), ("", None), (None, None), ("e5", '"e5"'),
    ],
)  # fmt: skip
def test_numbers(database: duckdb.DuckDBPyConnection, text: str | None, expected: str | None) -> None:
    """Digit by digit."""
    assert value(database, "number(x)", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12,6", "12.6"), ("12", "12"), ("1.234,5", '"1.234,5"'), ("12.6", '"12.6"'), ("1,2,3", '"1,2,3"')],
)
def test_numbers_with_a_decimal_comma(database: duckdb.DuckDBPyConnection, text: str, expected: str) -> None:
    """A point is then none of the number."""
    database.execute("set variable decimal = ','")
    assert value(database, "number(x)", text) == expected


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("2020-01-02", "'%Y-%m-%d'", "2020-01-02"), ("1/2/2020", "'%m/%d/%Y'", "2020-01-02"),
        ("1/2/20", "['%m/%d/%y', '%Y-%m-%d']", "2020-01-02"), ("02.01.2020", "'%d.%m.%Y'", "2020-01-02"),
        ("1900-01-01", "'%Y-%m-%d'", "1900-01-01"), ("13/13/2020", "'%m/%d/%Y'", "13/13/2020"), ("", "'%Y'", None),
        ("infinity", "'%Y-%m-%d'", "infinity"), ("2020-02-30", "'%Y-%m-%d'", "2020-02-30"), (None, "'%Y'", None),
    ],
)  # fmt: skip
def test_days(database: duckdb.DuckDBPyConnection, text: str | None, formats: str, expected: str | None) -> None:
    """In the formats that the mapping states, else as they are."""
    assert value(database, f"day(x, {formats})", text) == expected


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        ("day(x)", "2020-01-02", "2020-01-02"),
        ("moment(x)", "2020-01-02 03:04:05", "2020-01-02T03:04:05.000000Z"),
        ("moment(x)", "yesterday", "yesterday"),
        ("txt(x, '$.a.b')", '{"a": {"b": 1}}', "1"),
        ("txt(x, '$.none')", '{"a": 1}', None),
        ("jsn(x, '$.a')", '{"a": [1, null]}', "[1,null]"),
        ("len(items(x, '$.a'))", '{"a": [1, 2]}', 2),
        ("len(items(x, '$.none'))", "{}", 0),
        (
            "txt(first_where(items(x, '$.a'), '$.k', 'v'), '$.n')",
            '{"a": [{"k": "u", "n": 1}, {"k": "v", "n": 2}]}',
            "2",
        ),
        ("plain(x)", "  Côte d'Ivoire (West)", "cote d ivoire west"),
        ("padded(x, 5)", "1001.0", "01001"),
        ("padded(x, 5)", "36061", "36061"),
        ("padded(x, 2)", "36061", "36061"),
        ("padded(x, 5)", "UT-1", "UT-1"),
        ("length(padded(x, 999999999))", "1", 50),
    ],
)
def test_other_functions(database: duckdb.DuckDBPyConnection, expression: str, text: str, expected: object) -> None:
    """What mappings often need."""
    assert value(database, expression, text) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2020-01-05", " 2020-12-31 ", None, ""], ["2020-01-05", "2020-12-31", None, None]),
        (["05/01/2020", "13/1/20"], ["2020-01-05", "2020-01-13"]),
        (["05/01/2020", "1/13/20", None], ["2020-05-01", "2020-01-13", None]),
        (["05/01/2020", "06/02/2020"], ["2020-01-05", "2020-02-06"]),
        (["2020-01-05", "06/13/2020"], ["2020-01-05", "2020-06-13"]),
        (["01/13/2020", "31/12/2020"], ["day or month first? 01/13/2020", "day or month first? 31/12/2020"]),
        (["01/13/2020", "99/99/2020", "n/a"], ["2020-01-13", "99/99/2020", "n/a"]),
    ],
)
def test_days_of_a_column(
    database: duckdb.DuckDBPyConnection, texts: list[str | None], expected: list[str | None]
) -> None:
    """Read alike in every row, or handed on."""
    database.execute("create table dates as select unnest(cast(? as varchar[])) as x", [texts])
    assert [day for (day,) in database.execute("select days(x) from dates").fetchall()] == expected


def test_all_that_are_made_are_known(database: duckdb.DuckDBPyConnection) -> None:
    """But for what only others of them call."""
    made = database.execute("select function_name from duckdb_functions() where not internal").fetchall()
    assert {name for (name,) in made} == {*MACROS, "json_number"}
