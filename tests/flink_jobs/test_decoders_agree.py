"""The decoder of the HTTP edge and the decoder of the job decide the same about every message."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.decoder import Accepted, Decoder
from streams.reasons import Reason, Rejection
from streams.refusal_envelope import refusal
from tests.corpus import CASES, HEALTH, NAUGHTY_STRINGS, PLANS, SUITE, Case, health_with, said
from tests.flink_jobs.jvm import JavaDecoder

NEVER = 1 << 60
"""An arrival so late that no event time is ahead of it: the JVM's decoder does not know the arrival."""

PYTHON = {name: Decoder(plan) for name, plan in PLANS.items()}
FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=500)


def known_to_the_format(case: Case) -> Accepted | Rejection:
    """The expectation without what the job's SQL adds."""
    if case.expected != Rejection(".".join(PLANS[case.plan]["event_time"]["field"]), Reason.TOO_FAR_IN_THE_FUTURE):
        return case.expected
    return said(PYTHON[case.plan].decode(case.payload, NEVER))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_corpus(case: Case, java: JavaDecoder) -> None:
    assert java.decode(case.plan, case.payload) == known_to_the_format(case)


@pytest.mark.parametrize("name", SUITE)
def test_suite_agrees(name: str, java: JavaDecoder) -> None:
    agree(java, "health", SUITE[name])
    agree(java, "health", health_with(SUITE[name]))


def test_naughty_strings_agree(java: JavaDecoder) -> None:
    for text in NAUGHTY_STRINGS:
        message = json.loads(HEALTH) | {"serviceName": text, text: text}
        agree(java, "health", json.dumps(message).encode())
        agree(java, "health", json.dumps(message, ensure_ascii=False).encode())
        agree(java, "health", HEALTH.replace(b"checkout", text.encode()))


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 100_000,
        health_with(b'{"a":' * 100_000),
        health_with(b"9" * 1_000_000),
        HEALTH.replace(b"0.123", b"9" * 1_000_000),
        HEALTH.replace(b"0.123", b"0." + b"0" * 1_000_000 + b"1"),
        HEALTH.replace(b"1760000000000", b"1" * 1_000_000),
        HEALTH.replace(b"1760000000000", b'"2026-01-01T00:00:00.' + b"1" * 1_000_000 + b'Z"'),
        HEALTH.replace(b"checkout", b"\\ud83d\\ude00" * 80_000),
        health_with(b"{" + b",".join(b'"%d":1' % n for n in range(80_000)) + b',"7":1}'),
        health_with(b'"' + b"x" * ((1 << 20) - len(health_with(b'""'))) + b'"'),
        health_with(b'"' + b"x" * ((1 << 20) - len(health_with(b'""')) + 1) + b'"'),
        b"\xff" * (1 << 20),
    ],
    ids=range(12),
)
def test_hostile_sizes_agree(payload: bytes, java: JavaDecoder) -> None:
    agree(java, "health", payload)
    agree(java, "health", HEALTH)


@pytest.mark.parametrize("reason", Reason)
def test_refusals_agree(reason: Reason, java: JavaDecoder) -> None:
    rejection = Rejection("Timestamp", reason)
    assert java.decode("health", refusal(rejection, HEALTH)) == rejection


def agree(java: JavaDecoder, plan: str, payload: bytes) -> None:
    ours, theirs = said(PYTHON[plan].decode(payload, NEVER)), java.decode(plan, payload)
    assert theirs == ours
    if isinstance(ours, Accepted) and isinstance(theirs, Accepted):
        assert [*map(type, theirs.values)] == [*map(type, ours.values)]


def mutated(seed: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with a few pieces cut out, doubled, or replaced by something awkward."""
    single = [bytes([c]) for c in b'"\\{}[],:0-. \0\xff']
    awkward = st.sampled_from([b"", *single, b"e9", b"null", b"\xc3\xa9"]) | st.binary(max_size=3)
    piece = st.tuples(st.integers(0, len(seed)), st.integers(0, 12), awkward, st.booleans())

    def apply(pieces: list[tuple[int, int, bytes, bool]]) -> bytes:
        text = seed
        for at, length, new, doubled in pieces:
            old = text[at : at + length]
            text = text[:at] + (old + new + old if doubled else new) + text[at + length :]
        return text

    return st.lists(piece, min_size=1, max_size=3).map(apply)


@FUZZ
@given(payload=mutated(HEALTH))
def test_fuzzed_bytes_agree(payload: bytes, java: JavaDecoder) -> None:
    agree(java, "health", payload)


_NUMBERS = (
    st.integers(-(10**20), 10**20).map(str)
    | st.floats(allow_nan=False, allow_infinity=False).map(repr)
    | st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True).filter(str.isascii)
    | st.decimals(-12, 12, places=6).map(str)
)
_TEXTS = st.text(max_size=6).map(json.dumps) | st.from_regex(r'"(\\u[0-9a-fA-F]{4}|[a-c]){0,4}"', fullmatch=True)
_CLOCK = r"[0-2][0-9]:[0-5][0-9]"
_RFC3339 = rf"[0-9]{{4}}-[01][0-9]-[0-3][0-9][Tt]{_CLOCK}:[0-6][0-9](\.[0-9]{{1,9}})?([Zz]|[+-]{_CLOCK})"
_DATES = st.datetimes(min_value=datetime(1970, 1, 1)).map("{:%Y-%m-%dT%H:%M:%S.%fZ}".format)
_TIMES = (_DATES | st.datetimes().map(str) | st.from_regex(_RFC3339, fullmatch=True)).map(json.dumps)
_GOOD_TIMES = st.integers(0, 10**14).map(str) | _DATES.map(json.dumps)
_WORDS = ["null", "true", "false", "{}", "[]", '"a"', '"b"', "1760000000000"]
_VALUES = _NUMBERS | _TEXTS | _TIMES | st.sampled_from(_WORDS)


@st.composite
def every_type(draw: st.DrawFn) -> str:
    """A message for the plan `every_type`: mostly well-typed, a value now and then replaced, dropped or repeated."""
    small = st.decimals(-11, 11, places=3).map(str)
    fitting = {
        "kind": st.sampled_from(['"a"', '"b"', '"é"']),
        "name": st.sampled_from(['"ab"', '"abcd"', '"éé"', "null"]),
        "n": st.integers(-5, 2**53).map(str),
        "flag": st.sampled_from(["true", "false", "null"]),
        "x": small,
    }
    meta = {"at": draw(_GOOD_TIMES), "seen": draw(_GOOD_TIMES)}
    if draw(st.integers(0, 3)) == 0:
        meta[draw(st.sampled_from([*meta]))] = draw(_TIMES | _VALUES)
    message: dict[str, Any] = {key: draw(value) for key, value in fitting.items()}
    message["meta"] = written([*meta.items()])
    message["deep"] = written([("er", written([("v", draw(small | _NUMBERS))]))])
    pairs = draw(st.permutations([*message.items()]))
    if draw(st.booleans()):
        odd = draw(st.sampled_from([*message, "other"]))
        pairs = [pair for pair in pairs if pair[0] != odd or draw(st.booleans())]
        pairs += [(odd, draw(_VALUES))] * draw(st.integers(0, 1))
    return written(pairs)


def written(pairs: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{json.dumps(key)}:{value}" for key, value in pairs) + "}"


_FEW = st.text(alphabet="abAÉé\U0001f916", max_size=5)


@FUZZ
@given(texts=st.lists(_FEW.filter(bool), min_size=1, max_size=5), values=st.lists(_FEW, min_size=1, max_size=5))
def test_fuzzed_exclusions_agree(texts: list[str], values: list[str], java: JavaDecoder) -> None:
    plan = {**PLANS["excluding"], "fields": [*PLANS["excluding"]["fields"]]}
    plan["fields"][1] = {**plan["fields"][1], "excluded": texts}
    java.add_plan("fuzzed", plan)
    ours = Decoder(plan)
    for value in values:
        payload = json.dumps({"path": "/", "at": 1_760_000_000_000, "agent": value + value}).encode()
        assert java.decode("fuzzed", payload) == said(ours.decode(payload, NEVER))


@FUZZ
@given(message=every_type())
def test_fuzzed_values_agree(message: str, java: JavaDecoder) -> None:
    agree(java, "every_type", message.encode())
