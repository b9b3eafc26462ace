"""docs/security.md names the tests that hold what it promises: they are there, no line lacks one, numbers are right."""

from __future__ import annotations

import re

import pytest

from access.passwords import LONGEST, SHORTEST
from access.throttle import ACCOUNT, ADDRESS, PAIR
from tests.definitions import ACCESS_LOG
from tests.documentation import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+)`", PAGE)))

LEVEL_1 = {
    1: "2.1 2.2 2.3 2.4 2.5 3.1 3.2 5.1", 2: "1.1 2.1 2.2 3.1", 3: "2.1 2.2 3.1 4.1 4.2 5.1 5.2 5.3", 4: "1.1 4.1",
    5: "2.1 2.2 3.1 3.2", 6: "1.1 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 3.1 3.2 4.1 4.2", 7: "2.1 2.2 2.3 2.4 4.1 4.2",
    8: "1.1 2.1 2.2 3.1", 9: "1.1 1.2 1.3 2.1", 10: "4.1 4.2 4.3 4.4 4.5", 11: "3.1 3.2 4.1", 12: "1.1 2.1 2.2",
    13: "4.1", 14: "2.1 3.1", 15: "1.1 2.1 3.1",
}  # fmt: skip
"""Chapter of ASVS 5.0 → its requirements of level 1."""

NO_TEST = ("n/a: ", "by hand: ", "open: ", "[above](")


def rows(heading: str) -> dict[str, str]:
    """First → last cell of the table below a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (\S+) \|.*\| (.*) \|$", section, re.MULTILINE)
    return {first: last for first, last in cells if first != "|"}


@pytest.mark.parametrize("path", NAMED)
def test_named_tests_exist(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("OWASP ASVS 5.0, level 1", [f"{chapter}.{each}" for chapter, ids in LEVEL_1.items() for each in ids.split()]),
        ("OWASP API Security Top 10 (2023)", [f"API{number}" for number in range(1, 11)]),
    ],
)
def test_every_requirement_has_its_test(heading: str, expected: list[str]) -> None:
    held = rows(heading)
    assert list(held) == expected
    assert [each for each, how in held.items() if "`tests/" not in how and not how.startswith(NO_TEST)] == []


def test_numbers_of_guesses_are_those_of_the_code() -> None:
    assert f"Passwords have {SHORTEST} to {LONGEST:,} characters" in PAGE
    told = dict(re.findall(r"^\| (account and address|address|account)\b.*?\| (\d+) \|", PAGE, re.MULTILINE))
    assert told == {
        "account and address": str(PAIR.free),
        "address": str(ADDRESS.free),
        "account": str(ACCOUNT.free),
    }


def test_fields_of_the_access_log_are_described() -> None:
    section = PAGE.partition("\n## The access log\n")[2].partition("\n## ")[0]
    fields = {*ACCESS_LOG.fields, ACCESS_LOG.event_time.field}
    assert {field for field in fields if not re.search(rf"^\| .*`{field}`.* \|", section, re.MULTILINE)} == set()
    by = {
        name
        for names, last in re.findall(r"^\| (`.*?) \|.*\| (.*) \|$", section, re.MULTILINE)
        if last == "yes"
        for name in re.findall(r"`(\w+)`", names)
    }
    assert by == {*ACCESS_LOG.dimensions}
