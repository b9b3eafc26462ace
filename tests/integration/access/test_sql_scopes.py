"""SQL shows of a stream what the service shows: the same grants come to the same rows and columns at both."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from access.grants import Action
from access.scope import Scope, hidden_with, scope_of
from access.store import AccessStore
from query.aggregates import view_columns_of_names
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from services.settings import ServiceSettings
from streams import load_definition
from streams.producer import BulkProducer
from tests.definitions import SHIPPED
from tests.integration.live_streams import await_true
from tests.integration.sql_client import person, store

pytestmark = pytest.mark.integration

HEALTH = load_definition(SHIPPED["health"])
MARK = uuid.uuid4().hex[:8]
SERVICES = tuple(f"{name}-{MARK}" for name in ("a", "b", "c"))
NAMES = ("service", "serviceName", "cpu", "CPU", "ram", "RAM.Free", "RAM.Total", "disk", "gone")


@pytest.fixture(scope="module")
def access(stack_environment: dict[str, str]) -> Iterator[AccessStore]:
    """Where users and grants are kept; the lake has a message of each service."""
    assert stack_environment
    room = {"Total": 16.0, "Free": 4.0}
    now = datetime(2026, 3, 1, tzinfo=UTC).isoformat()
    bodies = [{"serviceName": name, "Timestamp": now, "CPU": 0.5, "RAM": room, "Disk": room} for name in SERVICES]
    with BulkProducer(ServiceSettings().kafka) as producer:
        producer.send("health", [json.dumps(body).encode() for body in bodies])
    ours, sql = (
        TrinoClient(QuerySettings()),
        "select count(distinct service) from health.days where service in (?, ?, ?)",
    )
    await_true(lambda: ours.rows(sql, SERVICES)[0] == [[3]], 180, "the messages are in the lake")
    with store() as opened:
        yield opened
        for user in opened.users.page(limit=1000):
            opened.users.remove(user.name, even_last=True)


def random_grant(chance: random.Random) -> dict[str, Any]:
    """One to ask, of some rows or all, without some names or none."""
    rows = {"service": chance.sample(SERVICES, chance.randint(1, 3))} if chance.random() < 0.7 else {}
    rows |= {"planet": ["earth"]} if chance.random() < 0.15 else {}
    hide = chance.sample(NAMES, chance.choice([0, 0, 1, 2]))
    return {"stream": chance.choice(["health", "health", "*"]), "where": rows, "hide": hide}


def shown_rows(scope: Scope) -> set[str]:
    return {
        service
        for service in SERVICES
        if any(all(name == "service" and service in values for name, values in rule) for rule in scope.rows)
    }


def shown_columns(scope: Scope, columns: list[str]) -> set[str]:
    of_names = view_columns_of_names(HEALTH)
    if scope.hidden == hidden_with(HEALTH, ["no such name"]):
        return {"window_start", "messages"}
    return {*columns} - {column for name in scope.hidden for column in of_names.get(name, ())}


@pytest.mark.parametrize("seed", range(40))
def test_same_grants_show_the_same(access: AccessStore, seed: int) -> None:
    chance = random.Random(seed)
    client = person(access, f"seed-{seed}-{MARK}", *[random_grant(chance) for _ in range(chance.randint(1, 4))])
    scope = scope_of(access.grants.that_apply(client.name, "health"), HEALTH, Action.ASK)
    assert scope is not None
    every = [column for column, *_ in TrinoClient(QuerySettings()).rows("describe health.days")[0]]
    assert {column for column, *_ in client.rows("describe health.days")} == shown_columns(scope, every)
    count = "select sum(messages) from health.days"
    answered = client.rows(f"{count} where messages > 0")[0][0] or 0
    if scope.all_rows:
        assert answered == TrinoClient(QuerySettings()).rows(count)[0][0][0]
    elif "service" in shown_columns(scope, every):
        sql = "select distinct service from health.days"
        assert {service for (service,) in client.rows(sql)} == shown_rows(scope)
    else:
        assert answered == len(shown_rows(scope))
