from __future__ import annotations

import pytest

from sources.guessing.dialects import Dialect, dialect_of, encoding_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n", Dialect(",", 0, 1)),
        ("name;price\nx;1,5\ny;2,5\n", Dialect(";", 0, 1)),
        ("a\tb\n1\t2\n", Dialect("\t", 0, 1)),
        ("a|b|c\n1|2|3\n", Dialect("|", 0, 1)),
        ("1,2\n3,4\n", Dialect(",", 0, 0)),
        ("Ministry of Health\n\nname,number\nA,1\nB,2\n", Dialect(",", 2, 1)),
        ("place,1/22/20,1/23/20\nA,1,2\nB,3,4\n", Dialect(",", 0, 1)),
        ("name,town\nAda,Rome\nBea,Bern\n", Dialect(",", 0, 1)),
        ('note,n\n"one, two",1\n"three, four",2\n', Dialect(",", 0, 1)),
        ("lonely\n1\n", Dialect(",", 0, 1)),
        ("", Dialect(",", 0, 1)),
    ],
)
def test_dialects_are_guessed(text: str, expected: Dialect) -> None:
    assert dialect_of(text) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"), ("cp1252", "cp1252"), ("ascii", "utf-8"),
    ],
)  # fmt: skip
def test_encodings_are_guessed(written: str, expected: str) -> None:
    text = "name,number\nMünchen,1\nKöln,2\n" if written != "ascii" else "name\nx\n"
    assert encoding_of((text * 20).encode(written)) == expected


def test_a_character_may_be_cut_off() -> None:
    assert encoding_of(("ü" * 100).encode()[:-1]) == "utf-8"
