from __future__ import annotations

import re

import pytest

from compose.embedded.jars import LOCK, ROOTS, jars_of, parse_line, read_lock
from compose.errors import InstallError


def test_lock_pins_every_root() -> None:
    locked = {line.split()[1] for line in LOCK.read_text().splitlines() if not line.startswith("#")}
    assert {root.coordinate for roots in ROOTS.values() for root in roots} <= locked


def test_lock_lines_survive_a_round_trip() -> None:
    assert [parse_line(jar.line) for jar in read_lock()] == list(read_lock())


def test_lock_names_no_host() -> None:
    assert not re.search(r"https?:|\.com/|\.org/", LOCK.read_text())


def test_classifier_becomes_part_of_the_path() -> None:
    (jar,) = jars_of("objectstore")
    assert jar.path == "org/gaul/s3proxy/4.1.0/s3proxy-4.1.0-jar-with-dependencies.jar"


@pytest.mark.parametrize(
    "line", ["", "kafka a:b:jar:1 10", "kafka a:b 10 " + "0" * 64, "kafka a:b:jar:1 ten " + "0" * 64]
)
def test_unreadable_line_is_named(line: str) -> None:
    with pytest.raises(InstallError, match=re.escape(repr(line))):
        parse_line(line)
