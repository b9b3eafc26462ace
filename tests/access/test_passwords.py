"""What may be a password, and what is stored of one."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from access.errors import InvalidAccessError
from access.passwords import LONGEST, checked_password, is_outdated, is_password, password_hash


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "has 10 to"),
        ("x" * 9, "has 10 to"),
        ("ab" * LONGEST, "has 10 to"),
        ("\U0001d4ea" * LONGEST * 9, "has 10 to"),
        ("annabel.lee", "is the name"),
        ("AnnabeL.LeE", "is the name"),
        ("annabel lee", None),
        ("aaaaaaaaaaaa", "one character"),
        ("half a \ud800 one", "half a character"),
        ("qwertyuiop", "commonest"),
        ("Password2026", "commonest"),
        ("password!!!!", "commonest"),
        ("PASSWORD123\uff01", "commonest"),
        ("password at the corner", None),
        ("password-of-the-corner-1234", None),
    ],
)
def test_passwords_follow_rules(password: str, reason: str | None) -> None:
    if reason is None:
        assert checked_password(password, "annabel.lee")
        return
    with pytest.raises(InvalidAccessError, match=reason):
        password_hash(password, "annabel.lee")


def test_only_the_same_password_is_right() -> None:
    stored = password_hash("correct horse battery", "ann")
    assert stored.startswith("$argon2id$")
    assert (is_password("correct horse battery", stored), is_outdated(stored)) == (True, False)
    for wrong in ("correct horse batter", "", "Correct horse battery", "\ud800", "correct horse battery" * 999, "\0"):
        assert not is_password(wrong, stored)
    assert stored != password_hash("correct horse battery", "ann")


def test_the_same_text_typed_otherwise_is_right() -> None:
    assert is_password("caf\u00e9 at the corner", password_hash("cafe\u0301 at the corner", "ann"))


def test_without_a_password_none_is_right() -> None:
    assert not is_password("", None)
    assert not is_password("correct horse battery", "not a hash")


def test_older_parameters_are_told() -> None:
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse"))


def test_unknown_users_take_as_long() -> None:
    stored = password_hash("correct horse battery", "ann")

    def seconds(of: str | None) -> float:
        begun = time.process_time()
        is_password("another password", of)
        return time.process_time() - begun

    pairs = [(seconds(stored), seconds(None)) for _ in range(15)]
    known, unknown = (statistics.median(each) for each in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_many_at_once_are_all_answered() -> None:
    stored = password_hash("correct horse battery", "ann")
    with ThreadPoolExecutor(8) as pool:
        right = pool.map(lambda number: is_password("correct horse battery"[: 20 + number % 2], stored), range(16))
    assert [*right] == [False, True] * 8
