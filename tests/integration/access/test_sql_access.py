"""What each kind of asker gets from SQL: every statement by every one of them."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
import requests

from access.service_tokens import service_token
from compose.embedded.stack import Stack
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from services.settings import ServiceSettings
from streams.producer import BulkProducer
from tests.integration.live_streams import await_true
from tests.integration.sql_client import SqlClient, own_session, person, store

pytestmark = pytest.mark.integration

MARK = uuid.uuid4().hex[:8]
OURS, THEIRS, ODD = f"ours-{MARK}", f"theirs-{MARK}", f"o'{MARK}\" é--"
"""Services of the two tenants, and one with signs that SQL knows."""

DAY = datetime(2026, 3, 1, tzinfo=UTC)
PEOPLE = ("nobody", "ann", "bob", "rob", "root", "service")
"""Nobody's key is wrong. Ann and Bob are tenants, Rob sees all rows without what is made of CPU, Root administers."""

READS = [
    "select 1",
    "select count(*) from health.minutes",
    "select service, sum(messages) from health.minutes group by service",
    "select * from health.minutes",
    "select m.* from lake.health.minutes m",
    "select * from health.days order by window_start",
    "select * from (select * from health.minutes) x",
    "select count(*) from health.minutes a join health.days b on a.service = b.service",
    "select count(*) from health.minutes cross join unnest(sequence(1, 3))",
    "with x as (select service from health.minutes) select * from x",
    "select service from health.minutes union select service from health.days",
    "select service from health.minutes intersect select service from health.days",
    "select service from health.minutes except select service from health.days",
    "select service, row_number() over (order by messages) from health.minutes",
    "select array_agg(service) from health.minutes",
    "select approx_distinct(service), max_by(service, messages) from health.minutes",
    "select 1 where exists (select * from health.minutes)",
    "select (select max(messages) from health.minutes)",
    "select service from health.minutes tablesample bernoulli (100)",
    "select count(*) from (health.minutes)",
    "select * from health.minutes where try(cast(service as integer)) is null",
    "select json_object('s' value service) from health.minutes",
    "select max(ram_mean) from health.minutes",
    "execute immediate 'select count(*) from health.minutes where messages > ?' using 0",
    "with function twice(x bigint) returns bigint return x * 2 select twice(messages) from health.minutes",
    "show catalogs",
    "show schemas",
    "show schemas from lake",
    "show tables from health",
    "show columns from health.minutes",
    "describe health.days",
    "show functions",
    "show session",
    "show stats for health.minutes",
    "use health",
    "select * from lake.information_schema.tables",
    "select * from lake.information_schema.columns",
    "select * from lake.information_schema.schemata",
    "select * from system.jdbc.catalogs",
    "select * from system.jdbc.schemas",
    "select * from system.jdbc.tables",
    "select * from system.jdbc.columns where table_cat = 'lake'",
    "select * from system.jdbc.types",
    'select "user", query from system.runtime.queries',
    "select current_user",
    "values 1, 2",
    "reset session query_max_run_time",
]
HIDDEN = [
    "select cpu_mean from health.minutes",
    "select max(cpu_max) from health.days",
    "select count(*) from health.minutes where cpu_max > 0.5",
    "select count(*) from health.minutes where cpu_p50 is null",
    "select count(*) from health.minutes group by cpu_min",
    "select service from health.minutes order by cpu_max desc",
    "select count(*) from health.minutes a join health.minutes b on a.cpu_max = b.cpu_max",
    "select count(*) from health.minutes a join health.minutes b using (cpu_max)",
    "select service, max_by(service, cpu_mean) over () from health.minutes",
    "select (select max(cpu_max) from health.minutes)",
    "select 1 where exists (select * from health.minutes where cpu_max > 0)",
    "select try(cast(cpu_mean as varchar)) from health.minutes",
    "select json_object('c' value cpu_max) from health.minutes",
    "select sum(cpu_count) from health.minutes",
    "with x as (select cpu_max from health.minutes) select count(*) from x",
    "execute immediate 'select cpu_max from health.minutes'",
]
AS_TABLE = [
    "select * from table(exclude_columns(input => table(health.minutes), columns => descriptor(service)))",
    "table health.minutes",
    "select count(*) from (table health.minutes) x",
    "with x as (table health.minutes) select count(*) from x",
    "table health.minutes union all table health.minutes",
    "select (select count(*) from (table health.days) y)",
]
OTHERS = [
    "select count(*) from page_views.minutes",
    "select * from lake.page_views.days",
    "show tables from page_views",
    "show columns from page_views.days",
    "describe page_views.minutes",
    "use page_views",
    "show stats for page_views.days",
]
TABLES = [
    "select count(*) from health.panes",
    "select count(*) from health.ledger",
    "select count(*) from health.rejected",
    "select max(arrived_until) from health.panes",
    'select count(*) from health."panes$properties"',
    "show columns from health.panes",
    "execute immediate 'select count(*) from health.panes'",
]
CLOSED = [
    'select * from health."panes$files"',
    'select * from health."panes$partitions"',
    'select * from health."panes$snapshots"',
    'select * from health."panes$history"',
    'select * from health."panes$manifests"',
    'select * from health."panes$refs"',
    'select * from health."panes$metadata_log_entries"',
    "select * from lake.information_schema.views",
    "select * from lake.information_schema.table_privileges",
    "select * from lake.information_schema.roles",
    "select * from lake.information_schema.applicable_roles",
    "select * from system.information_schema.views",
    "select * from system.runtime.nodes",
    "select * from system.runtime.tasks",
    "select * from system.runtime.transactions",
    "select * from system.metadata.catalogs",
    "select * from system.metadata.table_comments",
    "select * from system.metadata.table_properties",
    "select * from system.metadata.materialized_views",
    "select * from table(lake.system.table_changes('health', 'panes', 1, 2))",
    "show create view health.minutes",
    "show create view health.days",
    "show create table health.panes",
    "show create schema health",
    "show roles",
    "show current roles",
    "show role grants",
    "show grants",
    "show grants on table health.minutes",
    "explain select 1",
    "explain select * from health.minutes",
    "explain (type io) select * from health.minutes",
    "explain (type validate) select cpu_max from health.minutes",
    "explain analyze select * from health.minutes",
    "explain analyze verbose select count(*) from health.days",
    "execute immediate 'explain select * from health.minutes'",
    "set session query_max_run_time = '1d'",
    "set session lake.projection_pushdown_enabled = false",
    "set role admin",
    "set session authorization bob_the_other",
    "call system.runtime.kill_query('20260101_000000_00000_aaaaa', 'no')",
    "call lake.system.rollback_to_snapshot('health', 'panes', 1)",
    "call lake.system.register_table('health', 'mine', 's3://lake/warehouse/health/panes')",
    "call lake.system.unregister_table('health', 'panes')",
    "call lake.system.flush_metadata_cache()",
    "delete from health.panes",
    "delete from health.minutes",
    "update health.panes set messages = 0",
    "merge into health.panes p using health.panes q on false when matched then delete",
    "truncate table health.panes",
    "insert into health.ledger select * from health.ledger",
    "drop table health.panes",
    "drop view health.minutes",
    "drop schema health cascade",
    "create schema mine",
    "create table health.mine as select 1 one",
    "create table health.mine (one integer)",
    "create view health.mine as select 1 one",
    "create view health.mine security invoker as select * from health.minutes",
    "create or replace view health.minutes as select 1 one",
    "create materialized view health.mine as select 1 one",
    "alter table health.panes rename to mine",
    "alter table health.panes add column mine bigint",
    "alter table health.panes set properties format = 'ORC'",
    "alter table health.panes set authorization eve",
    "alter view health.minutes set authorization eve",
    "alter schema health rename to mine",
    "alter table health.panes execute optimize",
    "alter table health.panes execute expire_snapshots(retention_threshold => '7d')",
    "alter table health.panes execute remove_orphan_files(retention_threshold => '7d')",
    "alter table health.panes execute drop_extended_stats",
    "comment on view health.minutes is 'mine'",
    "comment on table health.panes is 'mine'",
    "comment on column health.minutes.service is 'mine'",
    "analyze health.panes",
    "grant select on health.panes to user eve",
    "revoke select on health.panes from user eve",
    "deny select on health.panes to user eve",
    "create role mine",
    "drop role mine",
    "grant mine to user eve",
    "create catalog mine using iceberg",
    "drop catalog lake",
    "create function lake.health.one() returns bigint return 1",
    "drop function lake.health.one()",
]

OK, CLOSED_TO = "OK", "closed"
ALL = dict.fromkeys(("ann", "bob", "rob", "root", "service"), OK)
FOR_ROOT = {**dict.fromkeys(("ann", "bob", "rob"), CLOSED_TO), "root": OK, "service": OK}
WITHOUT_ROB = {**ALL, "rob": CLOSED_TO}
FOR_NO_PERSON = dict.fromkeys(("ann", "bob", "rob", "root"), CLOSED_TO)
"""What these would do is not tried as the service, which may."""

EXPECTED = (
    [(sql, ALL) for sql in READS]
    + [(sql, WITHOUT_ROB) for sql in (*HIDDEN, *AS_TABLE)]
    + [(sql, FOR_ROOT) for sql in (*OTHERS, *TABLES)]
    + [(sql, FOR_NO_PERSON) for sql in CLOSED]
)
CASES = [(sql, who, outcomes[who]) for sql, outcomes in EXPECTED for who in outcomes]
CLOSING = {"PERMISSION_DENIED", "NOT_SUPPORTED"}


def message(service: str) -> bytes:
    full = {"Total": 16.0, "Free": 4.0}
    return json.dumps(
        {"serviceName": service, "Timestamp": DAY.isoformat(), "CPU": 0.5, "RAM": full, "Disk": full}
    ).encode()


@pytest.fixture(scope="module")
def people(stack_environment: dict[str, str]) -> Iterator[dict[str, SqlClient]]:
    """By their names; the lake has a message of each service."""
    assert stack_environment
    with BulkProducer(ServiceSettings().kafka) as producer:
        producer.send("health", [message(service) for service in (OURS, THEIRS, ODD)])
    ours = TrinoClient(QuerySettings())
    sql = "select count(distinct service) from health.days where service in (?, ?, ?)"
    await_true(lambda: ours.rows(sql, (OURS, THEIRS, ODD))[0] == [[3]], 180, "the messages are in the lake")
    with store() as access:
        made = {
            "ann": person(access, f"ann-{MARK}", {"stream": "health", "where": {"service": [OURS]}}),
            "bob": person(access, f"bob-{MARK}", {"stream": "health", "where": {"service": [THEIRS, ODD]}}),
            "rob": person(access, f"rob-{MARK}", {"stream": "health", "hide": ["CPU"]}),
            "odd": person(access, f"odd-{MARK}", {"stream": "health", "where": {"service": [ODD]}}),
            "lost": person(access, f"lost-{MARK}", {"stream": "health", "where": {"planet": [OURS]}}),
            "unsure": person(access, f"unsure-{MARK}", {"stream": "*", "hide": ["gone"]}),
            "root": person(access, f"root-{MARK}", administrator=True),
        }
        made["nobody"] = SqlClient(made["ann"].name, made["bob"].key)
        yield made
        for each in {client.name for client in made.values()}:
            access.users.remove(each, even_last=True)


@pytest.mark.parametrize(("sql", "who", "expected"), CASES)
def test_each_gets_its_own(people: dict[str, SqlClient], sql: str, who: str, expected: str) -> None:
    if who == "service":
        TrinoClient(QuerySettings()).rows(sql)
        return
    outcome, text = people[who].outcome(sql)
    if expected == OK:
        assert outcome == OK, text
    else:
        assert outcome in CLOSING or outcome.endswith("NOT_FOUND"), (outcome, text)
    hidden = {"ann": [THEIRS, ODD], "bob": [OURS], "rob": ["cpu_mean", "cpu_max", "cpu_count"]}.get(who, [])
    assert not [each for each in hidden if each in text and each not in sql], text
    assert QuerySettings().trino_user.get_secret_value() not in text


def test_table_has_statements_enough() -> None:
    assert len({sql for sql, *_ in CASES}) == len(EXPECTED) >= 150


@pytest.mark.parametrize("sql", [sql for sql, _ in EXPECTED])
def test_nobody_gets_in(people: dict[str, SqlClient], sql: str) -> None:
    """With another's key."""
    assert people["nobody"].outcome(sql)[0] == "401"


def test_rows_are_of_the_grant(people: dict[str, SqlClient]) -> None:
    sql = "select distinct service from health.{} order by 1"
    for grain in ("minutes", "days"):
        assert people["ann"].rows(sql.format(grain)) == [[OURS]]
        assert people["bob"].rows(sql.format(grain)) == sorted([[ODD], [THEIRS]])
        assert people["odd"].rows(sql.format(grain)) == [[ODD]]
        everything = people["root"].rows(sql.format(grain))
        assert {OURS, THEIRS, ODD} <= {service for (service,) in everything}
        assert people["rob"].rows(sql.format(grain)) == everything


def test_rule_of_an_unknown_dimension_shows_no_row(people: dict[str, SqlClient]) -> None:
    assert people["lost"].rows("select count(*) from health.minutes") == [[0]]


def test_unknown_hidden_name_hides_everything(people: dict[str, SqlClient]) -> None:
    columns = [column for column, *_ in people["unsure"].rows("describe health.minutes")]
    assert columns == ["window_start", "messages"]
    assert people["unsure"].outcome("select service from health.minutes")[0] == "COLUMN_NOT_FOUND"
    assert ["page_views"] in people["unsure"].rows("show schemas")


def test_all_means_all_that_may_be_seen(people: dict[str, SqlClient]) -> None:
    cursor = people["rob"].connection().cursor()
    cursor.execute("select * from health.minutes")
    cursor.fetchall()
    shown = [column[0] for column in cursor.description]
    assert {"service", "window_start", "messages", "ram_mean"} <= {*shown}
    assert not [column for column in shown if column.startswith("cpu")]


def test_lists_have_only_what_may_be_seen(people: dict[str, SqlClient]) -> None:
    ann, rob = people["ann"], people["rob"]
    assert ann.rows("show schemas") == [["health"], ["information_schema"]]
    assert ann.rows("show tables from health") == [["days"], ["minutes"]]
    assert ann.rows("show catalogs") == [["lake"], ["system"]]
    sql = "select distinct table_schema from lake.information_schema.columns order by 1"
    assert ann.rows(sql) == [["health"], ["information_schema"]]
    for sql in (
        "select column_name from lake.information_schema.columns where table_schema = 'health'",
        "select column_name from system.jdbc.columns where table_cat = 'lake' and table_schem = 'health'",
        "show columns from health.minutes",
    ):
        names = {column for column, *_ in rob.rows(sql)}
        assert "ram_mean" in names
        assert not [name for name in names if name.startswith("cpu")]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from {}.minutes", "select nothing from {}.minutes", "  select 1\n  from lake.{}.days",
        "select 1 + 'a' from {}.days", 'select * from "{}"."minutes" where x = 1', "select * from {}.panes",
        "select '{}.minutes' from {}.minutes -- {}.minutes", "execute immediate 'select * from {}.minutes'",
        "select * from health.minutes a join {}.minutes b on a.service = b.service", "show columns from {}.minutes",
        "show tables from {}", "describe {}.days", "use {}", "show stats for {}.minutes", "show create view {}.minutes",
        "show create schema {}", "drop view {}.minutes", "drop table {}.panes", "create view {}.mine as select 1 one",
        "grant select on {}.minutes to user eve",
        "select * from lake.information_schema.tables where table_schema = '{}'",
        "select * from system.jdbc.columns where table_schem = '{}'", 'select * from {}."panes$files"',
    ],
)  # fmt: skip
def test_unseen_stream_is_as_a_missing_one(people: dict[str, SqlClient], sql: str) -> None:
    seen, missing = (people["ann"].outcome(sql.replace("{}", name)) for name in ("page_views", "nope_views"))
    assert (seen[0], seen[1].replace("page_views", "nope_views")) == missing


def test_queries_of_others_are_unseen(people: dict[str, SqlClient]) -> None:
    _, query = TrinoClient(QuerySettings()).rows("select 'to be kept to ourselves'")
    names = people["ann"].rows('select distinct "user" from system.runtime.queries')
    assert names == [[people["ann"].name]]
    with own_session() as session:
        session.auth = (people["ann"].name, people["ann"].key)
        base = f"https://{QuerySettings().trino}"
        assert session.get(f"{base}/v1/query/{query}").status_code in (403, 404, 410)
        assert session.put(f"{base}/v1/query/{query}/killed", data="no").status_code in (401, 403, 404, 410)
        assert query not in session.get(f"{base}/v1/query").text


def test_own_queries_are_unseen_over_http(people: dict[str, SqlClient]) -> None:
    """Trino would show its plan, the texts of views, counts of rows before they were filtered, and our name."""
    ann, base = people["ann"], f"https://{QuerySettings().trino}"
    secret = QuerySettings().trino_user.get_secret_value()
    cursor = ann.connection().cursor()
    cursor.execute("select service from health.minutes")
    cursor.fetchall()
    with own_session() as session:
        session.auth = (ann.name, ann.key)
        for path in (f"query/{cursor.query_id}", f"query/{cursor.query_id}?pruned=true"):
            assert session.get(f"{base}/v1/{path}").status_code == 403, path
        for path in ("query", "queryState", f"queryState/{cursor.query_id}"):
            answer = session.get(f"{base}/v1/{path}")
            assert answer.status_code >= 400, path
            assert "service from health" not in answer.text
            assert secret not in answer.text
        assert session.delete(f"{base}/v1/query/{cursor.query_id}").status_code == 403
        named = {"X-Trino-User": secret}
        assert session.get(f"{base}/v1/query/{cursor.query_id}", headers=named).status_code == 403


def logged(query: str) -> list[tuple[str, ...]]:
    """Who asked a statement, of which stream and how it ended, as the access log says."""
    fields = ", ".join(
        f"json_extract_scalar(from_utf8(payload), '$.{name}')" for name in ("door", "did", "who", "outcome", "stream")
    )
    sql = f"select {fields} from access_log.events where json_extract_scalar(from_utf8(payload), '$.what') = ?"
    rows, _ = TrinoClient(QuerySettings()).rows(sql, (query,))
    return [tuple(map(str, row)) for row in rows]


def test_refusals_are_logged_by_who_logged_in(people: dict[str, SqlClient]) -> None:
    ann, rob, root = people["ann"], people["rob"], people["root"]
    secret = QuerySettings().trino_user.get_secret_value()
    asked: list[tuple[SqlClient, str, dict[str, str], str, str]] = [
        (ann, "select count(*) from lake.page_views.minutes", {}, "SCHEMA_NOT_FOUND", "page_views"),
        (rob, "select cpu_mean from lake.health.minutes", {}, "COLUMN_NOT_FOUND", "health"),
        (ann, "select 1", {"X-Trino-User": root.name}, "PERMISSION_DENIED", "-"),
        (ann, "select 1", {"X-Trino-User": secret}, "PERMISSION_DENIED", "-"),
    ]
    wanted = {}
    for client, sql, headers, error, stream in asked:
        with own_session() as session:
            session.auth = (client.name, client.key)
            answer = last_answer(session, headers, sql)
        assert answer["error"]["errorName"] == error
        wanted[answer["id"]] = [("sql", "ask", client.name, "refused", stream)]
    await_true(lambda: {query: logged(query) for query in wanted} == wanted, 120, "what was refused is in the log")


def test_long_texts_are_read(people: dict[str, SqlClient]) -> None:
    sql = f"select '{'x' * 500_000}' from page_views.minutes"
    assert people["ann"].outcome(sql)[0] == "SCHEMA_NOT_FOUND"


def last_answer(session: requests.Session, headers: dict[str, str], sql: str = "select 1") -> dict[str, Any]:
    """What a statement that is asked with these headers ends in; with the status alone where it is not taken."""
    answer = session.post(f"https://{QuerySettings().trino}/v1/statement", data=sql, headers=headers)
    while answer.status_code == 200 and "nextUri" in answer.json():
        answer = session.get(answer.json()["nextUri"], headers=headers)
    if answer.status_code != 200:
        return {"error": {"errorName": str(answer.status_code)}}
    found: dict[str, Any] = answer.json()
    return found


def told(session: requests.Session, headers: dict[str, str]) -> str:
    """The error of a statement that is asked with these headers; empty if there is none."""
    return str(last_answer(session, headers).get("error", {}).get("errorName", ""))


def test_name_is_that_of_the_key(people: dict[str, SqlClient]) -> None:
    ann, secret = people["ann"], QuerySettings().trino_user.get_secret_value()
    for name in (people["bob"].name, people["root"].name, secret, "windowpane", f"{ann.name}/", "", "nobody-at-all"):
        assert SqlClient(name, ann.key).outcome("select 1")[0] in ("401", "HTTP"), name
    for key in ("", "wpk_", ann.key[:-1], ann.key + " ", ann.key.upper(), "' or true --"):
        assert SqlClient(ann.name, key).outcome("select 1")[0] == "401", key
    for name in (people["root"].name, secret, "windowpane"):
        with own_session() as session:
            session.auth = (ann.name, ann.key)
            assert told(session, {"X-Trino-User": name}) == "PERMISSION_DENIED", name


def test_service_is_known_by_its_token_alone(people: dict[str, SqlClient]) -> None:
    assert people
    user, base = QuerySettings().trino_user.get_secret_value(), f"https://{QuerySettings().trino}/v1/statement"
    claims = {"iss": "windowpane", "aud": "trino", "sub": user, "exp": int(time.time()) + 60}
    key = b"k" * 48
    forged: list[Any] = [
        service_token(key, user),
        jwt.encode(claims, "", "none"),
        "a.b.c",
        "",
    ]
    with own_session() as session:
        for token in forged:
            headers = {"Authorization": f"Bearer {token}", "X-Trino-User": user}
            assert session.post(base, data="select 1", headers=headers).status_code == 401, token
        assert session.post(base, data="select 1", headers={"X-Trino-User": user}).status_code == 401


def test_nothing_is_answered_without_tls(stack: Stack, people: dict[str, SqlClient]) -> None:
    ann = people["ann"]
    with own_session() as session:
        for auth in (None, (ann.name, ann.key)):
            for path in ("statement", "query", "node", "task", "thread"):
                answer = session.get(f"http://{stack.addresses.trino_internal}/v1/{path}", auth=auth)
                assert answer.status_code in (401, 403, 404, 405), path
            headers = {"X-Trino-User": QuerySettings().trino_user.get_secret_value()}
            address = f"http://{stack.addresses.trino_internal}/v1/statement"
            assert session.post(address, data="select 1", headers=headers, auth=auth).status_code == 403


@pytest.mark.parametrize("claim", [{"iss": "else"}, {"aud": "else"}, {"exp": 1}, {"sub": "somebody"}])
def test_token_for_something_else_is_refused(people: dict[str, SqlClient], claim: dict[str, Any]) -> None:
    assert people
    settings = QuerySettings()
    assert settings.trino_key is not None
    key = base64.b64decode(settings.trino_key.get_secret_value())
    user = settings.trino_user.get_secret_value()
    claims = {"iss": "windowpane", "aud": "trino", "sub": user, "exp": int(time.time()) + 60, **claim}
    headers = {"Authorization": f"Bearer {jwt.encode(claims, key, 'HS256')}", "X-Trino-User": user}
    with own_session() as session:
        assert told(session, headers) in ("401", "PERMISSION_DENIED")


def test_one_person_leaves_room_for_others(people: dict[str, SqlClient]) -> None:
    """Beyond what may wait of a person, its statements are refused, and nobody else's."""
    many = "unnest(sequence(1, 10000))"
    endless = f"select count(*) from {many} a cross join {many} b cross join {many} c"
    states, waiting = list[str](), list[str]()
    with own_session() as session:
        session.auth = (people["ann"].name, people["ann"].key)
        try:
            for _ in range(30):
                answer = session.post(f"https://{QuerySettings().trino}/v1/statement", data=endless).json()
                answer = session.get(answer["nextUri"]).json()
                states.append(answer.get("error", {}).get("errorName", answer["stats"]["state"]))
                waiting += [answer["nextUri"]] if "nextUri" in answer else []
            assert "QUERY_QUEUE_FULL" in states, states
            assert people["bob"].rows("select 1") == [[1]]
            assert TrinoClient(QuerySettings()).rows("select 1")[0] == [[1]]
        finally:
            for address in waiting:
                session.delete(address)
