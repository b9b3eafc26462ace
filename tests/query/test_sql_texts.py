"""What SQL clients write, as our Java reads it: keys as our Python makes them, and statements of any length."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from access.key_text import SecretKind, is_secret, new_secret
from tests.query.java_program import java_program

LONG = 2_000_000


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return java_program(tmp_path_factory.mktemp("classes"), "TextByLine", ("KeyText", "Named"))


def answers(program: list[str], what: str, lines: list[str], folder: Path) -> list[str]:
    text = "\n".join(lines)
    done = subprocess.run(
        [*program, what], input=f"{text}\n", capture_output=True, text=True, check=True, cwd=folder, timeout=60
    )
    return done.stdout.splitlines()


def test_keys_are_told_from_what_is_none(program: list[str], tmp_path: Path) -> None:
    keys = [new_secret(kind) for kind in SecretKind for _ in range(200)]
    wrong = ["", "wpk_", "anything", *(key[:-1] for key in keys), *(key.upper() for key in keys)]
    wrong += [key[:9] + ("a" if key[9] != "a" else "b") + key[10:] for key in keys]
    texts = [*keys, *wrong, *(f"{key} " for key in keys)]
    expected = [str(is_secret(SecretKind.KEY, text)).lower() for text in texts]
    assert expected.count("true") == 200
    assert answers(program, "keys", texts, tmp_path) == expected


@pytest.mark.parametrize(
    ("sql", "where"),
    [
        ("select * from gone.minutes", "1:15"),
        (f"select '{'x' * LONG}' from gone.minutes", f"1:{LONG + 16}"),
        ("select '" + "''" * LONG + "' from gone.minutes", f"1:{2 * LONG + 16}"),
        (f'select 1 as "{"/*" * LONG}" from gone.minutes', f"1:{2 * LONG + 21}"),
        (f"select /*{'*' * LONG}*/ 1 from gone.minutes", f"1:{LONG + 20}"),
        ("select 'gone.minutes', \"it's\" from lake.gone.minutes", "1:36"),
        ("select '''' from gone.minutes", "1:18"),
        ('select * from "gone"."minutes"', "1:15"),
        ("execute immediate 'select * from gone.minutes'", "1:34"),
        ("select 'gone.minute'", ""),
    ],
    ids=["plain", "long text", "marks", "long name", "comment", "in a text", "ends", "in marks", "immediate", "none"],
)
def test_tables_are_found_in_any_text(program: list[str], tmp_path: Path, sql: str, where: str) -> None:
    assert answers(program, "statements", [sql], tmp_path) == [where]
