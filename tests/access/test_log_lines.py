"""Lines of the access log: what they hold, how much of it, and what never."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from access.events import Did, Event, Outcome
from access.log_lines import MOST_CHARACTERS, claimed, line_of, shown, truncated
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from tests.definitions import ACCESS_LOG

AT = datetime(2026, 3, 1, 10, 17, 2, 120_000, tzinfo=UTC)
ASKED = Event("ann", "key", Did.ASK, Outcome.DONE, "health", "window", "203.0.113.9", "b1e6")
REFUSED = Event("ann", "nobody", Did.LOG_IN, Outcome.REFUSED, address="203.0.113.9")
KEY = "wpk_5tq2h7c4m3xw6k9z2p8r5v7n4b1d6f3g-a1b2c3"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"


def line(event: Event) -> dict[str, str]:
    return line_of(event, AT, {"health"}.__contains__)


def test_lines_hold_who_did_what() -> None:
    assert line(ASKED) == {
        "time": "2026-03-01T10:17:02.120000Z",
        "who": "ann",
        "door": "key",
        "did": "ask",
        "outcome": "done",
        "stream": "health",
        "what": "window",
        "address": "203.0.113.0",
        "request": "b1e6",
    }


@pytest.mark.parametrize("did", Did)
@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize(
    "change",
    [{}, {"who": "x" * 300}, {"what": "\ud800" * 3}, {"stream": "", "door": ""}, {"who": "", "request": "r" * 300}],
)
def test_every_line_is_a_message_of_the_stream(did: Did, outcome: Outcome, change: dict[str, str]) -> None:
    event = replace(ASKED, did=did, outcome=outcome, **change)
    written = orjson.dumps(line_of(event, datetime.now(UTC), lambda _: True))
    decoder = Decoder(decoding_plan(ACCESS_LOG))
    assert isinstance(decoder.decode(written, time.time_ns() // 1_000_000), Accepted)


@pytest.mark.parametrize(
    ("stream", "written"), [("", "-"), ("health", "health"), ("*", "*"), ("helth", "?"), ("' or 1=1 --", "?")]
)
def test_only_names_of_streams_are_written(stream: str, written: str) -> None:
    assert line(replace(ASKED, stream=stream))["stream"] == written


@pytest.mark.parametrize("name", ["ann", "correct horse battery staple", KEY, "x" * 5_000, ""])
def test_refused_logins_name_nobody(name: str) -> None:
    assert line(replace(REFUSED, who=name))["who"] == "?"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (REFUSED, "ann"),
        (replace(REFUSED, who="hunter2 is my password"), ""),
        (replace(REFUSED, who="ANN"), ""),
        (replace(REFUSED, outcome=Outcome.DONE), ""),
        (ASKED, ""),
    ],
)
def test_claimed_are_names_that_users_may_have(event: Event, expected: str) -> None:
    assert claimed(event) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("window", "window"),
        (KEY, "…"),
        (f"key {KEY} of ann", "key … of ann"),
        (f"Bearer {TOKEN}", "Bearer …"),
        (KEY.upper(), "…"),
        (f"x{KEY}", "x…"),
        ("wps_a wpl_b wpo_c", "… … …"),
        ("/invitation/wpl_abc?next=/", "/invitation/…"),
        ("postgresql://windowpane:secret@127.0.0.1/windowpane", "postgresql://…@127.0.0.1/windowpane"),
        ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "…"),
        ("two\nlines\x00\x1b[31m", "two lines  [31m"),
        ("heyjude", "heyjude"),
        ("a" * 300, "a" * (MOST_CHARACTERS - 1) + "…"),
    ],
)
def test_texts_hold_no_secret(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_a_secret_is_hidden_in_every_field() -> None:
    event = Event(KEY, KEY, Did.SEND, Outcome.FAILED, KEY, KEY, KEY, KEY)
    for written in (line(event), line(replace(event, did=Did.LOG_IN))):
        assert "wpk_" not in orjson.dumps(written).decode()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.9", "203.0.113.0"),
        ("203.0.113.0", "203.0.113.0"),
        ("127.0.0.1", "127.0.0.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("[2001:db8:1:2::1]", "2001:db8:1::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:203.0.113.9", "203.0.113.0"),
        ("unix:/tmp/socket", ""),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_addresses_are_truncated(address: str, expected: str) -> None:
    assert truncated(address) == expected
