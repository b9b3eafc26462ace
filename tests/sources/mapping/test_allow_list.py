"""What a SELECT of somebody else may not do is refused before it runs."""

from __future__ import annotations

import pytest

from sources.mapping import wrong_with

ATTACKS = [
    # those of the prototype
    ("with x as (delete from regions returning *) select * from x", "delete query is not allowed"),
    ("with x as (insert into regions values ('', 'a') returning *) select * from x", "insert query is not allowed"),
    ("with x as (update regions set code = 'x' returning *) select * from x", "update query is not allowed"),
    ("select sleep_ms(9) from input", "the function sleep_ms is not allowed"),
    ("select repeat('x', 999999999) from input", "the function repeat is not allowed"),
    ("select lpad(a, 999999999, 'x') from input", "the function lpad is not allowed"),
    ("from query('select 1')", "only unnest may be called in from"),
    ("from read_text('/etc/passwd')", "only unnest may be called in from"),
    ("from '/etc/passwd'", "there is no relation /etc/passwd"),
    ("select a from input, range(999999999)", "only unnest may be called in from"),
    ("with recursive t(x) as (select 1 union all select x + 1 from t) select x from t", "recursive cte is not allowed"),
    ("select * from duckdb_settings()", "only unnest may be called in from"),
    ("from information_schema.tables", "there is no relation information_schema.tables"),
    # more ways to files, settings and the network
    ("copy (select 1) to '/tmp/x'", "must be one SELECT"),
    ("attach 'x.db'", "must be one SELECT"),
    ("install httpfs", "must be one SELECT"),
    ("load '/tmp/x.so'", "must be one SELECT"),
    ("set threads = 99", "must be one SELECT"),
    ("pragma database_list", "must be one SELECT"),
    ("call pragma_version()", "must be one SELECT"),
    ("explain select 1", "must be one SELECT"),
    ("select 1; select 2", "must be one SELECT"),
    ("select 1; copy (select 1) to '/tmp/x'", "must be one SELECT"),
    ("", "must be one SELECT"),
    ("-- nothing", "must be one SELECT"),
    ("select 1) to '/tmp/x'; --", "syntax error"),
    ("select 1 /* no end", "unterminated /* comment"),
    ("select 'no end", "unterminated string"),
    ("select getenv('HOME')", "the function getenv is not allowed"),
    ("select current_setting('s3_secret_access_key')", "the function current_setting is not allowed"),
    ("select getvariable('decimal')", "the function getvariable is not allowed"),
    ("select * from glob('/*')", "only unnest may be called in from"),
    ("select (select content from read_text('/etc/passwd'))", "only unnest may be called in from"),
    ("select * from input where a in (from read_csv('x'))", "only unnest may be called in from"),
    ("from query_table('input')", "only unnest may be called in from"),
    ("from 'https://example.org/x.parquet'", "there is no relation https://example.org/x.parquet"),
    ('from "x.parquet"', "there is no relation x.parquet"),
    ("describe input", "show ref is not allowed"),
    ("show tables", "show ref is not allowed"),
    ("summarize input", "show ref is not allowed"),
    ("from duckdb_tables", "there is no relation duckdb_tables"),
    ("from pg_catalog.pg_tables", "there is no relation pg_catalog.pg_tables"),
    ("from file", "there is no relation file"),
    ("from main.input", "there is no relation main.input"),
    ("from memory.main.input", "there is no relation memory.main.input"),
    ("select main.whole(a) from input", "functions are called without a schema"),
    ("select system.main.getenv('HOME')", "functions are called without a schema"),
    ("select nextval('s')", "the function nextval is not allowed"),
    # names that are only so inside a CTE
    ("with duckdb_tables as (select * from duckdb_tables) select 1", "there is no relation duckdb_tables"),
    ("select * from (with t as (select 1) select * from t) as a, t", "there is no relation t"),
    ("with a as (select * from b), b as (select 1) select * from a", "there is no relation b"),
    # what is another thing every time
    ("select current_date", "current_date is not allowed"),
    ("select current_timestamp from input", "current_timestamp is not allowed"),
    ("select now()", "is not allowed"),
    ("select random() from input", "the function random is not allowed"),
    ("select gen_random_uuid()", "the function gen_random_uuid is not allowed"),
    ("select * from input using sample 10%", "samples are not allowed"),
    ("select * from input tablesample 10%", "samples are not allowed"),
    ("select * from input at (version => 1)", "versions of relations are not allowed"),
    # what makes much of little
    ("select list_transform(range(999999999), lambda x: x) from input", "the function range is not allowed"),
    ("select generate_series(1, 999999999)", "the function generate_series is not allowed"),
    ("select array_agg(x) from repeat_row(1, num_rows = 999999999) as t(x)", "only unnest may be called in from"),
    # the rest
    ("select ? from input", "parameter is not allowed"),
    ("select a::enum('a', 'b') from input", "the type enum is not allowed"),
    ("select write_log('x') from input", "the function write_log is not allowed"),
    ("select error(a) from input where \0", "must be one SELECT"),
    ("pivot input on a using sum(b)", "pivot needs a fixed list"),
]


@pytest.mark.parametrize(("select", "words"), ATTACKS)
def test_attack_is_refused_by_name(select: str, words: str) -> None:
    """Whoever wrote it in good faith reads what to leave out."""
    assert words.lower() in "; ".join(wrong_with(select, ["regions"])).lower()


@pytest.mark.parametrize(
    "nested",
    [
        "select " + "(" * 20_000 + "1" + ")" * 20_000,
        "select " + "+".join(["1"] * 20_000),
        "select * from " + "(select * from " * 2_000 + "input" + ")" * 2_000,
        "select " + "[" * 1_000 + "]" * 1_000,
        "select * from input" + ", input" * 1_000,
    ],
)
def test_deep_nesting_is_refused(nested: str) -> None:
    """It ends neither the process nor its stack."""
    assert wrong_with(nested, [])


GOOD = [
    "select _row, a from input",
    "select _row, whole(a) as a, day(b, '%m/%d/%Y') as b, txt(doc, '$.x') from input where c <> '' and d is not null",
    "with t as (select * from input), u as (select * from t) select _row, a from u join regions as r on r.name = u.a",
    "select _row, n from input unpivot include nulls (n for d in (columns('/20$')))",
    "with long as (unpivot (select * exclude (_name) from input) on columns(' count$') into name k value n) "
    "select _row, regexp_replace(k, ' count$', '') as variant, whole(n) as n from long",
    "select _row, unnest(items(doc, '$.component')) as v from input",
    "select i._row, u.v from input as i, unnest(items(i.doc, '$.component')) as u(v)",
    "select _row, case when a = 'US' then 'x' else coalesce(b, 'y') end, left(a, 2), a || b, c::double * 2 from input",
    "select min(_row) as _row, a, sum(b::bigint) as b from input group by all having count(*) > 1 order by 1 limit 5",
    "select _row, lag(a) over (partition by b order by c) as d from input qualify row_number() over (order by a) = 1",
    "select _row, list_filter([a, b], lambda x: x like 'v%') as l, {'code': a} as s, s.code, [a, b][1] from input",
    "select _row, a from input where exists (select 1 from regions where name = a) union all by name from input",
    "select _row, date_trunc('week', strptime(a, '%Y-%m-%d')) + interval 1 day as d, extract(year from d) from input",
    "from input select _row, replace(lower(trim(a)), 'x', 'y').upper() as b",
    "select _row, user from input",
    "select distinct on (a) _row, a from (values ('a', 1)) as v(a, _row) semi join input using (a)",
]


@pytest.mark.parametrize("select", GOOD)
def test_mapping_may_be_written_so(select: str) -> None:
    """What mappings are made of."""
    assert wrong_with(select, ["regions"]) == ()


def test_all_that_is_wrong_is_told() -> None:
    """Once each."""
    wrong = wrong_with("select sleep_ms(1), sleep_ms(2), random() from nowhere", ["regions"])
    assert wrong == (
        "the function sleep_ms is not allowed",
        "the function random is not allowed",
        "there is no relation nowhere; known: input, regions",
    )


def test_functions_of_lookups_are_known() -> None:
    """And of no other source."""
    select = "select _row, regions_code(a) as region from input"
    assert wrong_with(select, ["regions"], ["regions_code"]) == ()
    assert wrong_with(select, ["regions"]) == ("the function regions_code is not allowed",)
