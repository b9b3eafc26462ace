"""What may be done once is done once, whoever tries it at the same time, and whoever is killed while doing it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from access.claims import LEASE, Claim, Held
from access.store import AccessStore
from tests.access.conftest import Clock


def test_of_many_at_once_one_takes_it(store: AccessStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        claims = [*pool.map(lambda n: store.claims.take("asked", "once ann", f"id {n}"), range(24))]
    [taken] = [each for each in claims if each.held is Held.TAKEN]
    assert {each for each in claims if each != taken} == {Claim(Held.BUSY, taken.submission)}
    store.claims.done("asked", "once ann")
    assert store.claims.take("asked", "once ann", "another") == Claim(Held.DONE, taken.submission)
    assert store.claims.take("asked", "once bob", "another").held is Held.TAKEN
    assert store.claims.take("other", "once ann", "another").held is Held.TAKEN


def test_what_was_not_done_is_tried_again_by_the_same_id(store: AccessStore) -> None:
    assert store.claims.look("asked", "x") is None
    store.claims.take("asked", "x", "first")
    assert store.claims.look("asked", "x") == Claim(Held.BUSY, "first")
    assert store.claims.take("asked", "x", "first") == Claim(Held.TAKEN, "first")
    store.claims.free("asked", "x")
    assert store.claims.look("asked", "x") is None
    assert store.claims.take("asked", "x", "second") == Claim(Held.TAKEN, "first")
    store.claims.done("asked", "x")
    store.claims.free("asked", "x")
    assert store.claims.look("asked", "x") == Claim(Held.DONE, "first")


def test_whoever_was_killed_keeps_nobody_waiting(store: AccessStore, clock: Clock) -> None:
    store.claims.take("asked", "x", "first")
    clock.go_on(seconds=LEASE.total_seconds() - 1)
    assert store.claims.take("asked", "x", "second").held is Held.BUSY
    clock.go_on(seconds=1)
    assert store.claims.take("asked", "x", "second") == Claim(Held.TAKEN, "first")


def test_a_removed_stream_leaves_none(store: AccessStore) -> None:
    store.claims.take("asked", "x", "first")
    store.claims.remove_of("asked")
    assert store.claims.take("asked", "x", "second") == Claim(Held.TAKEN, "second")
