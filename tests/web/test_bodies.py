"""Splitting bodies: exact bytes, limits, and every way an array can be broken."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import suppress

import anyio
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from web.bodies import JSON, NDJSON, gunzip, media_type, read_limited, split_messages
from web.problems import ProblemError

MOST = 1000

numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def kind_of(error: pytest.ExceptionInfo[ProblemError]) -> str:
    return error.value.problem.kind


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (b'{"a":1}', [b'{"a":1}']),
        (b' \r\n{"a":1}\t', [b'{"a":1}']),
        (b"[]", []),
        (b" [ ] ", []),
        (b'[{"a":1}, {"a":2}]', [b'{"a":1}', b'{"a":2}']),
        (b'[{"a":[1,2,{"b":"]"}]},7]', [b'{"a":[1,2,{"b":"]"}]}', b"7"]),
        (rb'[{"a":"\"],[{,"},{"b":"\\"}]', [rb'{"a":"\"],[{,"}', rb'{"b":"\\"}']),
        (b'[{"a":1e400,"a":1E400}]', [b'{"a":1e400,"a":1E400}']),
        (b"[nope, 1]", [b"nope", b"1"]),
        (b"42", [b"42"]),
        (b"[" * 100_000 + b"]" * 100_000, [b"[" * 99_999 + b"]" * 99_999]),
    ],
)
def test_json_keeps_exact_bytes(body: bytes, messages: list[bytes]) -> None:
    assert split_messages(body, JSON, MOST) == messages


@pytest.mark.parametrize(
    "body",
    [b"", b" \n", b"[", b"[1", b"[1,", b"[1,]", b"[,1]", b"[,]", b"[1,,2]", b"[1]]", b"[1] x", b'["a', b"[1}", b"[[1]"],
)
def test_broken_array_is_unparseable(body: bytes) -> None:
    with pytest.raises(ProblemError) as error:
        split_messages(body, JSON, MOST)
    assert kind_of(error) == "unparseable"


@settings(max_examples=50)
@given(st.lists(json_values, max_size=6))
def test_array_splits_as_parser_does(values: list[object]) -> None:
    body = orjson.dumps(values)
    assert [orjson.loads(part) for part in split_messages(body, JSON, MOST)] == values
    assert b"[" + b",".join(split_messages(body, JSON, MOST)) + b"]" == body


@given(st.binary(max_size=200))
def test_any_bytes_split_or_fail_cleanly(noise: bytes) -> None:
    for kind in (JSON, NDJSON):
        with suppress(ProblemError):
            assert all(part in noise for part in split_messages(noise, kind, MOST))


def test_lines_keep_exact_bytes() -> None:
    body = b'{"a":1}\r\n\n  \n\xff\xfe\n{"b": 2} \n'
    assert split_messages(body, NDJSON, MOST) == [b'{"a":1}', b"\xff\xfe", b'{"b": 2}']


@pytest.mark.parametrize(("body", "kind"), [(b"1\n" * 1001, NDJSON), (b"[" + b"1," * 1000 + b"1]", JSON)])
def test_too_many_messages(body: bytes, kind: str) -> None:
    with pytest.raises(ProblemError) as error:
        split_messages(body, kind, MOST)
    assert kind_of(error) == "too-large"


@pytest.mark.parametrize("text", ["application/json", "Application/JSON; charset=utf-8", " application/x-ndjson ;x=y"])
def test_known_types_with_parameters(text: str) -> None:
    assert media_type(text) in (JSON, NDJSON)


@pytest.mark.parametrize("text", ["", "text/plain", "application/xml", ";", "application/jsonp"])
def test_other_types_refused(text: str) -> None:
    with pytest.raises(ProblemError) as error:
        media_type(text)
    assert kind_of(error) == "unsupported-type"


def test_gunzip_returns_what_was_packed() -> None:
    assert gunzip(gzip.compress(b"x" * 1000), 1000) == b"x" * 1000


@pytest.mark.parametrize(
    ("packed", "kind"),
    [
        (gzip.compress(b"\0" * 10_000_000, mtime=0), "too-large"),
        (b"not gzip", "unparseable"),
        (gzip.compress(b"x" * 100, mtime=0)[:-4], "unparseable"),
        (gzip.compress(b"x", mtime=0) + b"more", "unparseable"),
        (b"", "unparseable"),
    ],
)
def test_gunzip_refuses(packed: bytes, kind: str) -> None:
    with pytest.raises(ProblemError) as error:
        gunzip(packed, 100_000)
    assert kind_of(error) == kind


def test_reading_stops_at_limit() -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 600

    async def read() -> None:
        with pytest.raises(ProblemError) as error:
            await read_limited(endless(), 1024)
        assert kind_of(error) == "too-large"

    anyio.run(read)
    assert taken == 2
