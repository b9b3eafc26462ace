"""Lines of access logs are read as web servers write them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from systems.merchants.importing.access_logs import read_line
from systems.merchants.importing.files import lines_of
from systems.merchants.importing.occurrences import Bad, Found, Occurrence, Skip
from tests.documentation import ROOT

DATA = ROOT / "tests" / "data" / "web"
TIME = "[17/May/2015:10:05:03 +0200]"


def read(line: str) -> Found:
    return read_line(line.encode(), "example.org")


def found(line: str) -> Occurrence:
    outcome = read(line)
    assert isinstance(outcome, Occurrence), outcome
    return outcome


def test_a_combined_line_says_who_saw_what() -> None:
    each = found(f'192.0.2.7 - ann {TIME} "GET /a?utm_source=news HTTP/1.1" 200 12 "https://other.example/x" "Agent/1"')
    assert each.at_ms == datetime(2015, 5, 17, 8, 5, 3, tzinfo=UTC).timestamp() * 1000
    assert (each.sender.address, each.sender.agent) == ("192.0.2.7", "Agent/1")
    assert each.sent == {
        "name": "pageview",
        "url": "http://example.org/a?utm_source=news",
        "referrer": "https://other.example/x",
    }


@pytest.mark.parametrize(
    ("line", "agent"),
    [
        (f'h - - {TIME} "GET / HTTP/1.0" 200 -', "-"),
        (f'h - - {TIME} "GET / HTTP/1.0" 200 5 "-" "-"', ""),
        (f'h - - {TIME} "GET / HTTP/1.0" 200 5 "-" "a \\"b\\" \\xc3\\xbc" "more" 0.003', 'a "b" ü'),
        (f'h - John Smith {TIME} "GET / HTTP/1.0" 304 0 "-" "x"', "x"),
        (f'www.example.org:443 h - - {TIME} "GET / HTTP/1.0" 200 5 "-" "x"', "x"),
    ],
)
def test_forms_of_lines(line: str, agent: str) -> None:
    each = found(line)
    assert (each.sender.address, each.sender.agent, each.sent["name"]) == ("h", agent, "pageview")


def test_the_host_of_a_line_counts() -> None:
    assert found(f'Shop.example.org:80 h - - {TIME} "GET /a HTTP/1.0" 200 5').sent["url"] == "http://shop.example.org/a"
    assert found(f'h - - {TIME} "GET http://else.example/a HTTP/1.0" 200 5').sent["url"] == "http://else.example/a"


@pytest.mark.parametrize(
    ("request_line", "status", "outcome"),
    [
        ("GET /style.css?v=3 HTTP/1.1", 200, Skip.RESOURCE),
        ("GET /robots.txt HTTP/1.1", 200, Skip.RESOURCE),
        ("HEAD / HTTP/1.1", 200, Skip.METHOD),
        ("POST /login HTTP/1.1", 200, Skip.METHOD),
        ("GET /old HTTP/1.1", 301, Skip.REDIRECT),
        ("GET /broken HTTP/1.1", 500, Skip.ERROR),
        ("GET /secret HTTP/1.1", 403, Skip.ERROR),
        ("GET /video HTTP/1.1", 206, Skip.RESOURCE),
        ("-", 400, Bad("has a request that cannot be read")),
        ("GET /a b HTTP/1.1", 200, Bad("has a request that cannot be read")),
        ("\\x16\\x03\\x01", 400, Bad("has a request that cannot be read")),
    ],
)
def test_what_is_no_event(request_line: str, status: int, outcome: Found) -> None:
    assert read(f'h - - {TIME} "{request_line}" {status} 5 "-" "x"') == outcome


@pytest.mark.parametrize(
    ("path", "status", "name"),
    [
        ("/a.pdf", 200, "File Download"),
        ("/a.html", 200, "pageview"),
        ("/a.txt", 200, "pageview"),
        ("/gone", 404, "404"),
    ],
)
def test_what_is_which_event(path: str, status: int, name: str) -> None:
    assert found(f'h - - {TIME} "GET {path} HTTP/1.1" {status} 5').sent["name"] == name


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\0",
        "h - - [17/May/2015:10:05:03 +0200]",
        '"GET / HTTP/1.0" 200 5',
        f'h - - {TIME} "GET / HTTP/1.0" 20 5',
        f'h - - {TIME} "GET / HTTP/1.0 200 5',
        'h - - [17/Mai/2015:10:05:03 +0200] "GET / HTTP/1.0" 200 5',
        'h - - [31/Feb/2015:10:05:03 +0200] "GET / HTTP/1.0" 200 5',
        'h - - [17/May/2015:10:05:63 +0200] "GET / HTTP/1.0" 200 5',
        'h - - [17/May/2015:10:05:03 +9900] "GET / HTTP/1.0" 200 5',
        "x" * 40_000,
    ],
)
def test_bad_lines_say_why(line: str) -> None:
    assert isinstance(read(line), Bad)


@pytest.mark.parametrize(
    ("file", "events", "bad"), [("combined.log", 19, 0), ("common.log", 16, 10)], ids=["combined", "common"]
)
def test_real_logs_are_read(file: str, events: int, bad: int) -> None:
    outcomes = [read_line(line, "example.org") for line in lines_of(DATA / file)]
    assert sum(isinstance(each, Occurrence) for each in outcomes) == events
    assert sum(isinstance(each, Bad) for each in outcomes) == bad


def test_no_line_takes_long() -> None:
    """Whatever a client wrote into the log."""
    for part in ('\\"', '" "', "[", " - ", "\\x41", 'a" '):
        read(f'h - - {TIME} "GET /{part * 5_000} HTTP/1.1" 200 5 "-" "{part * 5_000}')
        read(part * 10_000)


def test_files_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    from gzip import compress

    from systems.merchants.importing.files import ImportFileError, look

    plain, packed, broken = (tmp_path / name for name in ("a.log", "b.log.1", "c.gz"))
    plain.write_bytes(b"one\ntwo")
    packed.write_bytes(compress(b"one\n") + compress(b"two"))
    broken.write_bytes(compress(b"one\ntwo" * 1000)[:-9])
    assert (look(plain).digest, look(plain).lines) == (look(packed).digest, look(packed).lines)
    assert look(plain).lines == 2
    assert [*lines_of(packed)] == [b"one", b"two"]
    with pytest.raises(ImportFileError, match="cannot be read to its end"):
        look(broken)
