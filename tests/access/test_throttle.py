"""How long a login must wait after others failed, and who is not kept from logging in by that."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from access import throttle
from access.errors import RefusedLoginError, ThrottledError
from access.records import Records
from access.store import AccessStore
from access.tables import FAILED_LOGINS
from access.throttle import ACCOUNT, ADDRESS, PAIR, Bound, Throttle
from tests.access.conftest import Clock

HERE, THERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def logins(engine: sa.Engine, clock: Clock) -> Throttle:
    return Throttle(Records(engine, clock))


def waits(logins: Throttle, user: str, address: str) -> int:
    """Seconds to wait; 0: the try was counted."""
    try:
        logins.begin(user, address)
    except ThrottledError as error:
        return error.seconds
    return 0


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (16, 900), (10**9, 900)]
)
def test_waits_double_up_to_the_longest(failures: int, seconds: int) -> None:
    assert Bound(5, timedelta(minutes=15)).wait(failures) == timedelta(seconds=seconds)


def test_an_account_waits_after_five(logins: Throttle, clock: Clock) -> None:
    assert [waits(logins, "ann", HERE) for _ in range(7)] == [0] * PAIR.free + [1, 1]
    clock.go_on(seconds=1)
    assert [waits(logins, "ann", HERE), waits(logins, "ann", HERE)] == [0, 2]
    assert (waits(logins, "ann", THERE), waits(logins, "bob", HERE)) == (0, 0)


def test_an_address_waits_after_twenty(logins: Throttle) -> None:
    assert [waits(logins, f"user{number}", HERE) for number in range(22)] == [0] * ADDRESS.free + [1, 1]
    assert waits(logins, "user1", THERE) == 0


def test_one_host_has_many_addresses_of_ipv6(logins: Throttle) -> None:
    seen = [waits(logins, "ann", f"2001:db8::{number:x}") for number in range(6)]
    assert seen == [0] * 5 + [1]
    assert waits(logins, "ann", "2001:db8:0:1::1") == 0
    assert [waits(logins, "bob", each) for each in ("::ffff:192.0.2.9", "192.0.2.9") * 3] == [0] * 5 + [1]


def test_many_addresses_lock_nobody_out_for_long(logins: Throttle) -> None:
    tries = [waits(logins, "ann", f"203.0.113.{number % 250}") for number in range(ACCOUNT.free * 2)]
    assert tries[: ACCOUNT.free] == [0] * ACCOUNT.free
    assert 0 < waits(logins, "ann", THERE) <= ACCOUNT.longest.total_seconds()


def test_who_has_a_session_there_is_not_locked_out(store: AccessStore, logins: Throttle) -> None:
    store.users.add("ann", by="root", password="correct horse battery")
    store.sessions.log_in("ann", "correct horse battery", address=THERE, agent="")
    for number in range(ACCOUNT.free + 5):
        waits(logins, "ann", f"203.0.113.{number % 250}")
    assert waits(logins, "ann", HERE) > 0
    store.sessions.log_in("ann", "correct horse battery", address=THERE, agent="")


def test_who_has_a_session_there_waits_for_no_other_account(store: AccessStore, logins: Throttle) -> None:
    for name in ("ann", "bob"):
        store.users.add(name, by="root", password="correct horse battery")
    store.sessions.log_in("ann", "correct horse battery", address=HERE, agent="")
    for number in range(ADDRESS.free + 5):
        waits(logins, f"user{number}", HERE)
    for _ in range(3):  # also a right password takes nothing from what the address has to wait
        store.sessions.log_in("ann", "correct horse battery", address=HERE, agent="")
    with pytest.raises(ThrottledError):
        store.sessions.log_in("bob", "correct horse battery", address=HERE, agent="")
    assert [waits(logins, "ann", HERE) for _ in range(PAIR.free + 1)] == [0] * PAIR.free + [1]


def test_right_passwords_are_not_counted(store: AccessStore) -> None:
    store.users.add("ann", by="root", password="correct horse battery")
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(RefusedLoginError):
                store.sessions.log_in("ann", "wrong horse battery", address=HERE, agent="")
        store.sessions.log_in("ann", "correct horse battery", address=HERE, agent="")


def test_right_passwords_wait_too(store: AccessStore, clock: Clock) -> None:
    store.users.add("ann", by="root", password="correct horse battery")
    for _ in range(5):
        with pytest.raises(RefusedLoginError):
            store.sessions.log_in("ann", "wrong horse battery", address=HERE, agent="")
    with pytest.raises(ThrottledError, match="try again in 1 s"):
        store.sessions.log_in("ann", "correct horse battery", address=HERE, agent="")
    clock.go_on(seconds=1)
    store.sessions.log_in("ann", "correct horse battery", address=HERE, agent="")


def test_unknown_users_wait_as_known_ones(store: AccessStore) -> None:
    store.users.add("ann", by="root", password="correct horse battery")

    def told(name: str, address: str) -> list[str]:
        said = []
        for _ in range(7):
            try:
                store.sessions.log_in(name, "wrong horse battery", address=address, agent="")
            except (RefusedLoginError, ThrottledError) as error:
                said.append(str(error))
        return said

    assert told("ann", HERE) == told("nobody", THERE)


def test_failures_are_forgotten(logins: Throttle, clock: Clock) -> None:
    for _ in range(6):
        waits(logins, "ann", HERE)
    clock.go_on(hours=1, seconds=1)
    assert [waits(logins, "ann", HERE) for _ in range(6)] == [0] * 5 + [1]


def test_tries_at_once_are_no_way_round(logins: Throttle) -> None:
    with ThreadPoolExecutor(8) as pool:
        waited = [*pool.map(lambda _: waits(logins, "ann", HERE), range(30))]
    assert waited.count(0) == PAIR.free


def test_rows_are_bounded(logins: Throttle, engine: sa.Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_ROWS", 30)
    monkeypatch.setattr(throttle, "_TRIES_BETWEEN_REMOVALS", 1)
    for number in range(40):
        clock.go_on(seconds=1)
        waits(logins, f"user{number}" * 99, f"203.0.113.{number}")
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(FAILED_LOGINS)).scalar_one() <= 33
        longest = sa.select(sa.func.max(sa.func.length(FAILED_LOGINS.c.of)))
        assert connection.execute(longest).scalar_one() < 120
