"""Secrets: their shape, their checksum, and what is stored."""

from __future__ import annotations

import re
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.grants import is_name
from access.key_text import SecretKind, is_secret, new_id, new_secret, same_hash, secret_hash

ONE = new_secret(SecretKind.KEY)


@pytest.mark.parametrize("kind", SecretKind)
def test_secrets_have_kind_and_checksum(kind: SecretKind) -> None:
    text = new_secret(kind)
    assert re.fullmatch(kind + "[a-z2-7]{38}", text)
    assert [other for other in SecretKind if is_secret(other, text)] == [kind]
    assert len(secret_hash(text)) == 32
    assert same_hash(secret_hash(text), secret_hash(text))
    assert not same_hash(secret_hash(text), secret_hash(new_secret(kind)))


@pytest.mark.parametrize(
    "text",
    ["", "wpk_", ONE + " ", ONE + "\n", " " + ONE, ONE.upper(), ONE[:-1], ONE + "a", "\uff57pk_" + ONE[4:]],
    ids=count(),
)
def test_other_texts_are_no_secrets(text: str) -> None:
    assert not is_secret(SecretKind.KEY, text)


@given(st.integers(4, len(ONE) - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_one_wrong_character_is_noticed(at: int, char: str) -> None:
    assert is_secret(SecretKind.KEY, ONE[:at] + char + ONE[at + 1 :]) is (ONE[at] == char)


def test_secrets_and_ids_do_not_repeat() -> None:
    assert len({new_secret(SecretKind.KEY) for _ in range(1000)} | {new_id() for _ in range(1000)}) == 2000
    assert is_name(new_id())
