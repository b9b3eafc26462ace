"""What SQL clients see by some grants is what questions see: our Java beside our Python, with made-up grants."""

from __future__ import annotations

import random
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from access.columns import columns_of
from access.grants import Grant, checked_grant
from tests.access.test_scope import NAMES, SHOPS, UNIVERSE, VALUES, asked, in_scope
from tests.query.java_program import java_program


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that answers lines of grants."""
    return java_program(tmp_path_factory.mktemp("classes"), "SightByLine", ("Scopes", "Grant", "Names", "StreamSight"))


def made_up(seed: int, count: int) -> Iterator[list[Grant]]:
    """Grants of one to five, of which some name a dimension that there is not."""
    rng = random.Random(seed)
    for _ in range(count):
        yield [
            checked_grant(
                "user:ann",
                "shops",
                ["ask"],
                {
                    name: rng.sample(VALUES, rng.randint(1, 3))
                    for name in rng.sample(["site", "till", "gone"], rng.choice([0, 1, 1, 1, 2, 2, 3]))
                },
                rng.sample(sorted(NAMES), rng.choice([0, 0, 1, 2])),
            )
            for _ in range(rng.randint(1, 5))
        ]


def line_of(grants: Sequence[Grant]) -> str:
    def rule(grant: Grant) -> str:
        return ";".join(f"{name}={','.join(values)}" for name, values in grant.where)

    return "&".join(f"{rule(grant)}|{','.join(sorted(grant.hide))}" for grant in grants)


def test_sql_clients_see_what_questions_see(program: list[str], tmp_path: Path) -> None:
    names = ";".join(f"{row['name']}:{row['dimension']}:{','.join(row['made_of'])}" for row in columns_of(SHOPS, {}))
    cases = [*made_up(seed=7, count=3000)]
    lines = "\n".join([names, *map(line_of, cases)])
    answers = subprocess.run(program, input=f"{lines}\n", capture_output=True, text=True, check=True, cwd=tmp_path)
    with sqlite3.connect(":memory:") as rows:
        rows.execute("create table panes (site, till)")
        rows.executemany("insert into panes values (:site, :till)", UNIVERSE)
        for grants, answer in zip(cases, answers.stdout.splitlines(), strict=True):
            condition, _, columns = answer.partition("\t")
            scope = asked(grants)
            assert scope is not None
            seen = rows.execute(f"select site, till from panes where {condition}").fetchall()
            hidden = set() if columns == "*" else NAMES - {*columns.split(",")}
            expected = [(row["site"], row["till"]) for row in in_scope(scope)]
            assert (sorted(seen), hidden) == (sorted(expected), scope.hidden), grants
    rows.close()
