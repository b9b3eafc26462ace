"""What SQL clients see by some grants is what questions see: our Java beside our Python, with made-up grants."""

from __future__ import annotations

import random
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pytest

from access.columns import columns_of
from access.grants import Grant, checked_grant
from tests.access.test_scope import NAMES, SHOPS, UNIVERSE, VALUES, asked, in_scope
from tests.query.java_program import java_program
from web.access.processes import scope_of_results


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that answers lines of grants."""
    return java_program(
        tmp_path_factory.mktemp("classes"), "SightByLine", ("Scopes", "Grant", "Names", "StreamSight", "Results")
    )


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
            condition, columns, *_ = answer.split("\t")
            scope = asked(grants)
            assert scope is not None
            seen = rows.execute(f"select site, till from panes where {condition}").fetchall()
            hidden = set() if columns == "*" else NAMES - {*columns.split(",")}
            expected = [(row["site"], row["till"]) for row in in_scope(scope)]
            assert (sorted(seen), hidden) == (sorted(expected), scope.hidden), grants
    rows.close()


def test_sql_clients_see_of_results_what_pages_show(program: list[str], tmp_path: Path) -> None:
    """By grants to ask, and perhaps others that show single messages."""
    names = ";".join(f"{row['name']}:{row['dimension']}:{','.join(row['made_of'])}" for row in columns_of(SHOPS, {}))
    cases = [(ask, detail if number % 3 else None) for number, (ask, detail) in enumerate(_pairs(2000))]
    lines = [line_of(ask) + (f"\t{line_of(detail)}" if detail else "") for ask, detail in cases]
    given = "\n".join([names, *lines])
    answers = subprocess.run(program, input=f"{given}\n", capture_output=True, text=True, check=True, cwd=tmp_path)
    shown = 0
    with duckdb.connect(":memory:") as rows:
        rows.execute("create macro arrays_overlap(one, other) as list_has_any(one, other)")
        rows.execute("create table results (fields varchar[], result varchar, problem varchar)")
        kept = [([name], result, None) for name in sorted(NAMES) for result in ("{}", None)]
        rows.executemany("insert into results values (?, ?, ?)", [*kept, ([], None, "why not")])
        for (ask, detail), answer in zip(cases, answers.stdout.splitlines(), strict=True):
            _, _, condition, columns = answer.split("\t")
            sight = scope_of_results("shops", asked(ask), asked(detail) if detail else None, None).sight
            assert (sight is not None) == bool(columns), (ask, detail)
            if sight is None:
                continue
            shown += 1
            found = rows.execute(f"select fields, result from results where {condition}").fetchall()
            told = [each for each in kept if not {*each[0]} & sight.hidden and (sight.detail or each[1])]
            expected = [*((fields, result) for fields, result, _ in told), ([], None)]
            assert (sorted(found, key=str), columns == "*") == (sorted(expected, key=str), sight.detail), (ask, detail)
    assert shown > 100


def _pairs(count: int) -> Iterator[tuple[list[Grant], list[Grant]]]:
    return zip(made_up(seed=8, count=count), made_up(seed=9, count=count), strict=True)
