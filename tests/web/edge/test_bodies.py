"""Splitting bodies: exact bytes, limits, and every way an array can be broken."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import anyio
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.corpus import SUITE
from web.edge.bodies import JSON, NDJSON, Gunzip, is_packed, media_type, paced, split_messages
from web.edge.intake import SMALL_BYTES, Intake
from web.edge.json_grammar import first_fault
from web.edge.problems import ProblemError

MOST = 1000

numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def split(body: bytes, kind: str, most: int = MOST) -> list[bytes]:
    """The messages, each of which is where the splitter says it is."""
    messages = [(start, message) for start, message in split_messages(body, kind, most) if message]
    assert all(body[start:].startswith(message) for start, message in messages)
    return [message for _, message in messages]


def fault(text: bytes) -> int | None:
    steps = first_fault(text)
    try:
        while True:
            next(steps)
    except StopIteration as done:
        place: int | None = done.value
        return place


def unpack(packed: bytes, at_once: int = 1000) -> bytes:
    unpacker = Gunzip()
    parts = [
        part for start in range(0, len(packed), at_once) for part in unpacker.parts(packed[start : start + at_once])
    ]
    unpacker.finish()
    return b"".join(parts)


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
        (b"[" * 1000 + b"]" * 1000, [b"[" * 999 + b"]" * 999]),
        (b'\xef\xbb\xbf{"a":1}', [b'{"a":1}']),
    ],
)
def test_json_keeps_exact_bytes(body: bytes, messages: list[bytes]) -> None:
    assert split(body, JSON) == messages


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"[",
        b"[1",
        b"[1,",
        b"[1,]",
        b"[,1]",
        b"[,]",
        b"[1,,2]",
        b"[1]]",
        b"[1] x",
        b'["a',
        b"[1}",
        b"[[1]",
        b"[" * 4_000_000,
    ],
)
def test_broken_array_is_unparseable(body: bytes) -> None:
    with pytest.raises(ProblemError) as error:
        split(body, JSON)
    assert kind_of(error) == "unparseable"


@settings(max_examples=50)
@given(st.lists(json_values, max_size=6))
def test_array_splits_as_parser_does(values: list[object]) -> None:
    body = orjson.dumps(values)
    assert [orjson.loads(part) for part in split(body, JSON)] == values
    assert b"[" + b",".join(split(body, JSON)) + b"]" == body


@given(st.binary(max_size=200))
def test_any_bytes_split_or_fail_cleanly(noise: bytes) -> None:
    for kind in (JSON, NDJSON):
        with suppress(ProblemError):
            assert all(part in noise for part in split(noise, kind))


def test_lines_keep_exact_bytes() -> None:
    body = b'{"a":1}\r\n\n  \n\xff\xfe\n{"b": 2} \n'
    assert split(body, NDJSON) == [b'{"a":1}', b"\xff\xfe", b'{"b": 2}']


@pytest.mark.parametrize(("body", "kind"), [(b"1\n" * 1001, NDJSON), (b"[" + b"1," * 1000 + b"1]", JSON)])
def test_too_many_messages(body: bytes, kind: str) -> None:
    with pytest.raises(ProblemError) as error:
        split(body, kind)
    assert kind_of(error) == "too-large"


@pytest.mark.parametrize("text", ["application/json", "Application/JSON; charset=utf-8", " application/x-ndjson ;x=y"])
def test_known_types_with_parameters(text: str) -> None:
    assert media_type([text]) in (JSON, NDJSON)


@pytest.mark.parametrize("text", ["", "text/plain", "application/xml", ";", "application/jsonp"])
def test_other_types_refused(text: str) -> None:
    with pytest.raises(ProblemError) as error:
        media_type([text] if text else [])
    assert kind_of(error) == "unsupported-type"


@pytest.mark.parametrize(
    ("headers", "kind"),
    [(["application/json; charset=latin-1"], "unsupported-type"), (["application/json", "text/plain"], "unparseable")],
)
def test_odd_types_are_named(headers: list[str], kind: str) -> None:
    with pytest.raises(ProblemError) as error:
        media_type(headers)
    assert kind_of(error) == kind


@pytest.mark.parametrize(
    ("headers", "packed"),
    [([], False), (["identity"], False), (["X-GZIP"], True), (["gzip, identity"], True), (["identity", "gzip"], True)],
)
def test_packings_that_are_understood(headers: list[str], packed: bool) -> None:
    assert is_packed(headers) is packed


@pytest.mark.parametrize("headers", [["br"], ["gzip, gzip"], ["gzip", "gzip"], ["deflate"]])
def test_other_packings_are_named(headers: list[str]) -> None:
    with pytest.raises(ProblemError, match=headers[0]):
        is_packed(headers)


@pytest.mark.parametrize("at_once", [1, 7, 100_000])
def test_unpacking_returns_what_was_packed(at_once: int) -> None:
    parts = [b"x" * 1000, b"", bytes(range(256)) * 400]
    assert unpack(b"".join(map(gzip.compress, parts)), at_once) == b"".join(parts)


@pytest.mark.parametrize(
    "packed", [b"not gzip", gzip.compress(b"x" * 100, mtime=0)[:-4], gzip.compress(b"x", mtime=0) + b"more", b""]
)
def test_unpacking_refuses(packed: bytes) -> None:
    with pytest.raises(ProblemError) as error:
        unpack(packed)
    assert kind_of(error) == "unparseable"


def test_unpacked_parts_are_small() -> None:
    assert max(map(len, Gunzip().parts(gzip.compress(b"\0" * 10_000_000)))) <= 1 << 16


@pytest.mark.parametrize(("idle", "rate"), [(0.05, 1.0), (10.0, 1e9)])
def test_slow_bodies_end(idle: float, rate: float) -> None:
    async def slow() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x"
            await anyio.sleep(0.02 if rate > 1 else 60)

    async def read() -> None:
        with pytest.raises(ProblemError) as error:
            async for _ in paced(slow(), idle if rate == 1 else 0.05, rate):
                pass
        assert kind_of(error) == "too-slow"

    anyio.run(read)


def test_small_bodies_are_always_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.edge.intake.PATIENCE", 0.05)

    async def hold() -> None:
        intake = Intake(100)
        async with intake.hold() as large:
            await large.grow(SMALL_BYTES + 1000)  # one larger body always is
            async with intake.hold() as small:
                await small.grow(SMALL_BYTES)
                with pytest.raises(ProblemError) as error:
                    await small.grow(1)
                assert kind_of(error) == "busy"
        assert intake.pending == 0

    anyio.run(hold)


def test_a_larger_body_waits_for_room() -> None:
    async def hold() -> None:
        intake, second_in = Intake(100), anyio.Event()

        async def second() -> None:
            async with intake.hold() as held:
                await held.grow(SMALL_BYTES + 90)
                second_in.set()

        async with anyio.create_task_group() as group:
            async with intake.hold() as first:
                await first.grow(SMALL_BYTES + 90)
                group.start_soon(second)
                await anyio.wait_all_tasks_blocked()
                assert (second_in.is_set(), intake.pending) == (False, 90)
            await second_in.wait()
        assert intake.pending == 0

    anyio.run(hold)


@pytest.mark.parametrize("name", [name for name in SUITE if name[0] in "yn"])
def test_grammar_agrees_with_suite(name: str) -> None:
    assert (fault(SUITE[name]) is None) == name.startswith("y_")


@example(b"0", 1e31)
@given(st.binary(max_size=60) | st.text(alphabet='[]{}:,"\\u01ae-. ', max_size=40).map(str.encode), json_values)
def test_grammar_agrees_with_parser(noise: bytes, value: object) -> None:
    for text in (noise, orjson.dumps(value) + noise, orjson.dumps([value])):
        try:
            orjson.loads(text)
        except orjson.JSONDecodeError:
            # orjson refuses lone surrogates, and numbers that are too large for a double
            assert fault(text) is not None or b"\\u" in text or re.search(rb"e\+?\d{3}", text)
        else:
            assert fault(text) is None


def test_fault_is_where_it_is() -> None:
    assert fault(b'{"a": [1, 2,]}') == 12
    assert fault(b'{"a":' + b"[" * 100 + b" garbage") == 106
    assert fault(b'["' + b"x" * 100_000 + b'\xff"]') == 100_002
