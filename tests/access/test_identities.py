"""How long an identity is kept, what drives it out, and what happens while PostgreSQL does not answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from access.asker import Asker, Door
from access.identities import AWAY, FRESH, MISSING, Identities
from access.key_text import SecretKind, new_secret
from database.errors import LakeAwayError

SECRET = new_secret(SecretKind.KEY)
ANN = Asker(Door.KEY, "ann", groups=frozenset({"shops"}), key="k1")


class Kept:
    """Stands for PostgreSQL: askers by secret, how often it was asked, and whether it answers."""

    def __init__(self) -> None:
        self.askers: dict[str, Asker] = {SECRET: ANN}
        self.asked = 0
        self.away = False
        self.time = 0.0

    def ask(self, secret: str) -> Asker | None:
        self.asked += 1
        if self.away:
            raise LakeAwayError("away")
        return self.askers.get(secret)

    def clock(self) -> float:
        return self.time


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def identities(kept: Kept) -> Identities:
    return Identities(kept.ask, most=10, clock=kept.clock)


def test_postgres_is_asked_once_while_fresh(identities: Identities, kept: Kept) -> None:
    assert identities.known(SECRET) is MISSING
    assert [identities.find(SECRET) for _ in range(3)] == [ANN] * 3
    kept.time = FRESH - 0.01
    assert (identities.known(SECRET), kept.asked) == (ANN, 1)
    kept.time = FRESH
    assert identities.known(SECRET) is MISSING
    del kept.askers[SECRET]
    assert (identities.find(SECRET), identities.known(SECRET), kept.asked) == (None, None, 2)


def test_nobody_is_kept_too(identities: Identities, kept: Kept) -> None:
    wrong = new_secret(SecretKind.KEY)
    assert [identities.find(wrong) for _ in range(5)] == [None] * 5
    assert (identities.known(wrong), kept.asked) == (None, 1)
    kept.askers[wrong] = ANN
    kept.time = FRESH
    assert (identities.find(wrong), identities.known(wrong)) == (ANN, ANN)


def test_wrong_secrets_drive_nobody_out(identities: Identities) -> None:
    identities.find(SECRET)
    for _ in range(50):
        identities.find(new_secret(SecretKind.KEY))
    assert identities.known(SECRET) == ANN
    assert len(identities._nobody) == 10


def test_the_one_used_longest_ago_is_driven_out(identities: Identities, kept: Kept) -> None:
    others = [new_secret(SecretKind.KEY) for _ in range(10)]
    kept.askers |= dict.fromkeys(others, ANN)
    for each in [SECRET, *others[:9], SECRET, others[9]]:
        identities.find(each)
    assert (identities.known(SECRET), identities.known(others[0])) == (ANN, MISSING)


def test_without_postgres_it_is_closed_soon(identities: Identities, kept: Kept) -> None:
    identities.find(SECRET)
    kept.away, kept.time = True, AWAY - 0.01
    assert identities.known(SECRET) is MISSING
    assert identities.find(SECRET) == ANN
    kept.time = AWAY
    with pytest.raises(LakeAwayError):
        identities.find(SECRET)
    kept.away = False
    kept.time += 0.01
    assert identities.find(SECRET) == ANN


def test_without_postgres_nobody_new_is_let_in(identities: Identities, kept: Kept) -> None:
    kept.away = True
    with pytest.raises(LakeAwayError):
        identities.find(SECRET)


@pytest.mark.parametrize(
    "what", [{"user": "ann"}, {"group": "shops"}, {"key": "k1"}, {"secret": SECRET}, {"user": "bob", "key": "k1"}]
)
def test_what_is_forgotten_is_asked_for_again(identities: Identities, what: dict[str, str]) -> None:
    identities.find(SECRET)
    identities.forget(**what)
    assert identities.known(SECRET) is MISSING


@pytest.mark.parametrize("what", [{"user": "bob"}, {"group": "banks"}, {"key": "k2"}, {"session": "s1"}, {}])
def test_others_are_kept(identities: Identities, what: dict[str, str]) -> None:
    identities.find(SECRET)
    identities.forget(**what)
    assert identities.known(SECRET) == ANN
    identities.forget_all()
    assert identities.known(SECRET) is MISSING


def test_what_was_good_is_no_guess(identities: Identities, kept: Kept) -> None:
    assert not identities.was_good(SECRET)
    identities.find(SECRET)
    identities.forget_all()
    kept.time = 1000.0
    assert (identities.was_good(SECRET), identities.known(SECRET)) == (True, MISSING)
    del kept.askers[SECRET]
    assert identities.find(SECRET) is None
    assert not identities.was_good(SECRET)


def test_what_was_good_is_bounded(identities: Identities, kept: Kept) -> None:
    many = [new_secret(SecretKind.KEY) for _ in range(20)]
    kept.askers |= dict.fromkeys(many, ANN)
    for each in many:
        identities.find(each)
    assert [identities.was_good(each) for each in many] == [False] * 10 + [True] * 10


def test_what_was_read_before_a_revocation_is_not_kept(kept: Kept) -> None:
    reading, go_on = Event(), Event()

    def slow(secret: str) -> Asker | None:
        found = kept.ask(secret)
        reading.set()
        assert go_on.wait(10)
        return found

    identities = Identities(slow)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(identities.find, SECRET)
        assert reading.wait(10)
        identities.forget(key="k1")
        go_on.set()
        assert answer.result() == ANN
    assert identities.known(SECRET) is MISSING


def test_one_of_many_asks(kept: Kept) -> None:
    go_on = Event()

    def slow(secret: str) -> Asker | None:
        assert go_on.wait(10)
        return kept.ask(secret)

    identities = Identities(slow)
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(identities.find, SECRET) for _ in range(8)]
        go_on.set()
        assert [each.result() for each in answers] == [ANN] * 8
    assert kept.asked == 1


def test_what_was_used_is_told_once(identities: Identities, kept: Kept) -> None:
    token = new_secret(SecretKind.SESSION)
    kept.askers[token] = Asker(Door.SESSION, "ann", session="s1")
    for secret in (SECRET, SECRET, token, new_secret(SecretKind.KEY)):
        identities.find(secret)
    assert identities.take_used() == ({"k1"}, {"s1"})
    assert identities.take_used() == (set(), set())
    identities.known(SECRET)
    assert identities.take_used() == ({"k1"}, set())
