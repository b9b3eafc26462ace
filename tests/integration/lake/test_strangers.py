"""While there are no users whoever reaches Trino on this machine may read, and no more."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import httpx
import pytest
from trino.exceptions import TrinoUserError

from compose.embedded.stack import Stack
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from tests.integration.sql_client import SqlClient, own_session

pytestmark = pytest.mark.integration

REFUSED = [
    "delete from health.panes",
    "insert into health.ledger select * from health.ledger",
    "update health.panes set messages = 0",
    "truncate table health.panes",
    "drop table health.panes",
    "drop view health.minutes",
    "drop schema health cascade",
    "create schema mine",
    "create table health.mine as select 1 one",
    "create view health.mine as select 1 one",
    "create or replace view health.minutes as select 1 one",
    "create materialized view health.mine as select 1 one",
    "alter table health.panes rename to mine",
    "alter table health.panes add column mine bigint",
    "alter table health.panes set properties format = 'ORC'",
    "comment on table health.panes is 'mine'",
    "analyze health.panes",
    "grant select on health.panes to user eve",
    "alter table health.panes execute optimize",
    "alter table health.panes execute expire_snapshots(retention_threshold => '7d')",
    "alter table health.panes execute remove_orphan_files(retention_threshold => '7d')",
    "alter table health.panes execute drop_extended_stats",
    "alter table health.panes execute optimize_manifests",
    "alter table health.panes execute rollback_to_snapshot(1)",
    "call system.rollback_to_snapshot('health', 'panes', 1)",
    "call system.register_table('health', 'mine', 's3://lake/warehouse/health/panes')",
    "call system.unregister_table('health', 'panes')",
    "call system.runtime.kill_query('20260101_000000_00000_aaaaa', 'no')",
    "set session query_max_run_time = '1d'",
    "set session lake.statistics_enabled = false",
    "explain select * from health.minutes",
    "explain analyze select * from health.minutes",
    'select * from health."panes$snapshots"',
    "select * from system.runtime.nodes",
    "select * from system.runtime.tasks",
    "select * from system.metadata.catalogs",
    "create function lake.health.one() returns bigint return 1",
]


def ask(sql: str, user: str = "eve") -> list[list[Any]]:
    return SqlClient(user, "anything").rows(sql)


@pytest.mark.parametrize("user", ["eve", "windowpane-elsewhere"])
@pytest.mark.parametrize("sql", REFUSED)
@pytest.mark.usefixtures("stack")
def test_stranger_changes_nothing(sql: str, user: str) -> None:
    with pytest.raises(TrinoUserError) as refused:
        ask(sql, user)
    closed = ("PERMISSION_DENIED", "NOT_SUPPORTED", "SCHEMA_NOT_FOUND", "TABLE_NOT_FOUND")
    assert refused.value.error_name in closed, refused.value


@pytest.mark.usefixtures("stack")
def test_stranger_reads_what_we_read() -> None:
    """Views too, whose owner is ours."""
    ours = TrinoClient(QuerySettings())
    for sql in (
        "select count(*) >= 0 from health.minutes",
        "select max(arrived_until) < timestamp '2000-01-01 00:00:00 UTC' from health.ledger",
        "select table_name from information_schema.tables where table_schema = 'health' order by 1",
        "select count(*) > 0 from page_views.days union all select true",
    ):
        assert ask(sql) == ours.rows(sql)[0]
    assert ask("select 1", "windowpane") == [[1]]


def test_stranger_sees_no_query_of_others(stack: Stack) -> None:
    ours = TrinoClient(QuerySettings())
    _, query = ours.rows("select 'to be kept to ourselves'")
    secret = QuerySettings().trino_user.get_secret_value()
    assert len(secret) > 40
    queries = ask('select "user", query from system.runtime.queries')
    assert queries
    assert {user for user, _ in queries} == {"eve"}
    with own_session() as session:
        for path in ("/v1/query", "/v1/node", "/v1/task", "/v1/thread", "/v1/jmx/mbean", "/ui/api/query", "/v1/info"):
            answer = session.get(f"https://{stack.addresses.trino}{path}", auth=("eve", "anything"))
            assert secret not in answer.text
            assert query not in answer.text, path
        session.auth, base = ("eve", "anything"), f"https://{stack.addresses.trino}"
        assert session.get(f"{base}/v1/query/{query}").status_code in (403, 404, 410)
        assert session.put(f"{base}/v1/query/{query}/killed", data="no").status_code in (401, 403, 404, 410)
        assert session.get(f"{base}/ui/", allow_redirects=False).status_code in (303, 404)


def test_guessed_name_of_the_environment_opens_nothing(stack: Stack) -> None:
    """Servers trust each other by a token, signed with that name if there is no secret."""

    def status(secret: str) -> int:
        headers = {"X-Trino-Internal-Bearer": token(secret)}
        return httpx.get(f"http://{stack.addresses.trino_internal}/v1/task", headers=headers).status_code

    assert status(json.loads(stack.layout.secrets.read_text())["trino_internal"]) == 200
    assert status("windowpane") in (401, 403)


def token(secret: str) -> str:
    """That of a server of this environment which knows this secret."""
    claims = {"sub": "windowpane", "exp": int(time.time()) + 600}
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256"}, claims)]
    key = hashlib.sha256(secret.encode()).digest()
    signature = urlsafe_b64encode(hmac.digest(key, b".".join(parts), "sha256")).rstrip(b"=")
    return b".".join([*parts, signature]).decode()
