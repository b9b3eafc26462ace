"""What is taken away is gone for SQL clients within ten seconds, also while they ask."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from access.grants import checked_grant
from access.store import AccessStore
from iceberg.settings import LakeSettings
from query.settings import QuerySettings
from tests.integration.live_streams import await_true
from tests.integration.sql_client import SqlClient, own_session, person, store

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("stack")]

SECONDS = 10
SQL = "select service, messages from health.days limit 1"


@pytest.fixture
def access(stack_environment: dict[str, str]) -> Iterator[AccessStore]:
    assert stack_environment
    with store() as opened:
        yield opened
        for user in opened.users.page(limit=1000):
            opened.users.remove(user.name, even_last=True)


def bites(client: SqlClient, outcome: str, sql: str = SQL) -> None:
    """Wait until a statement has this outcome; it must not take longer than ten seconds."""
    begun = time.monotonic()
    await_true(lambda: client.outcome(sql)[0] == outcome, 3 * SECONDS, f"{client.name} gets {outcome}")
    assert time.monotonic() - begun <= SECONDS


def reader(access: AccessStore, **more: object) -> SqlClient:
    client = person(access, f"reader-{uuid.uuid4().hex[:8]}", {"stream": "health", **more})
    await_true(lambda: client.outcome(SQL)[0] == "OK", 60, "the reader is let in")
    return client


def test_grant_that_is_removed(access: AccessStore) -> None:
    client = reader(access)
    (grant,) = access.grants.that_apply(client.name, "health")
    access.grants.remove(grant.id)
    bites(client, "SCHEMA_NOT_FOUND")


def test_grant_that_is_added(access: AccessStore) -> None:
    client = person(access, f"reader-{uuid.uuid4().hex[:8]}")
    assert client.outcome(SQL)[0] == "SCHEMA_NOT_FOUND"
    access.grants.add(checked_grant(f"user:{client.name}", "health", ["ask"], {}, []), by="test")
    bites(client, "OK")


@pytest.mark.parametrize(
    "take",
    [
        lambda access, user: access.users.change(user, disabled=True),
        lambda access, user: access.users.remove(user),
        lambda access, user: access.keys.revoke(access.keys.of(user)[0].id),
    ],
    ids=["disabled", "removed", "key revoked"],
)
def test_who_is_taken_away(access: AccessStore, take: Callable[[AccessStore, str], object]) -> None:
    person(access, f"root-{uuid.uuid4().hex[:8]}", administrator=True)
    client = reader(access)
    take(access, client.name)
    bites(client, "401")


def test_group_that_is_left(access: AccessStore) -> None:
    client = person(access, f"reader-{uuid.uuid4().hex[:8]}")
    access.users.change(client.name, groups=["shops"])
    grant = access.grants.add(checked_grant("group:shops", "health", ["ask"], {}, []), by="test")
    bites(client, "OK")
    access.users.change(client.name, groups=[])
    bites(client, "SCHEMA_NOT_FOUND")
    access.grants.remove(grant.id)


def test_first_user_closes_what_was_open(access: AccessStore) -> None:
    anybody = SqlClient("anybody", "anything")
    await_true(lambda: anybody.outcome("select count(*) from health.panes")[0] == "OK", 30, "anybody is let in")
    person(access, f"first-{uuid.uuid4().hex[:8]}", administrator=True)
    bites(anybody, "401")


def test_running_statement_has_no_successor(access: AccessStore) -> None:
    client = reader(access)
    cursor = client.connection().cursor()
    cursor.execute("select count(*) from health.minutes, unnest(sequence(1, 100))")
    access.users.change(client.name, disabled=True)
    cursor.fetchall()
    bites(client, "401")


@contextmanager
def without_users_table() -> Iterator[None]:
    """PostgreSQL refuses what is asked of users, as it does everything while it is away."""
    with psycopg.connect(LakeSettings().catalog_uri.get_secret_value(), autocommit=True) as connection:
        connection.execute("alter table windowpane.users rename to users_away")
        try:
            yield
        finally:
            connection.execute("alter table windowpane.users_away rename to users")


def test_names_of_open_mode_share_their_room(access: AccessStore) -> None:
    """Somebody without a user has as many names as they like."""
    assert not access.users.page()
    await_true(lambda: SqlClient("anybody", "anything").outcome("select 1")[0] == "OK", 30, "anybody is let in")
    many = "unnest(sequence(1, 10000))"
    endless = f"select count(*) from {many} a cross join {many} b cross join {many} c"
    states, waiting = list[str](), list[str]()
    with own_session() as session:
        try:
            for number in range(100):
                session.auth = (f"anybody-{number}", "anything")
                answer = session.post(f"https://{QuerySettings().trino}/v1/statement", data=endless).json()
                answer = session.get(answer["nextUri"]).json()
                states.append(answer.get("error", {}).get("errorName", answer["stats"]["state"]))
                waiting += [answer["nextUri"]] if "nextUri" in answer else []
                if states[-1] == "QUERY_QUEUE_FULL":
                    break
            assert "QUERY_QUEUE_FULL" in states, states
        finally:
            for address in waiting:
                session.delete(address)


def test_users_that_cannot_be_looked_up_are_refused(access: AccessStore) -> None:
    client = reader(access)
    with without_users_table():
        bites(client, "401")
        assert SqlClient("anybody", "anything").outcome("select 1")[0] == "401"
