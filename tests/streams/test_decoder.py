from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import json_text
from streams.decoder import Accepted, Decoder
from streams.json_text import read_object
from streams.reasons import Reason, Rejection
from tests.corpus import ARRIVED_MS, CASES, HEALTH, NAUGHTY_STRINGS, PLANS, SUITE, Case, health_with, said

DECODERS = {name: Decoder(plan) for name, plan in PLANS.items()}


def decode(payload: bytes) -> Accepted | Rejection:
    return DECODERS["health"].decode(payload, ARRIVED_MS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_corpus(case: Case) -> None:
    assert said(DECODERS[case.plan].decode(case.payload, ARRIVED_MS)) == case.expected


def test_corpus_has_every_reason() -> None:
    seen = {case.expected.reason for case in CASES if isinstance(case.expected, Rejection)}
    # Of a size that no corpus needs, and of files, whose rows are messages only once they can be read.
    assert set(Reason) - seen == {Reason.LARGER_THAN_1_MIB, Reason.CANNOT_BE_READ}


@pytest.mark.parametrize("name", [name for name in SUITE if name.startswith("y_")])
def test_suite_valid_json(name: str) -> None:
    outcome = decode(health_with(SUITE[name]))
    accepted = isinstance(outcome, Accepted)
    assert accepted != ("duplicated" in name), outcome


@pytest.mark.parametrize("name", [name for name in SUITE if name.startswith("n_")])
def test_suite_broken_json(name: str) -> None:
    outcome = decode(health_with(SUITE[name]))
    assert isinstance(outcome, Rejection)
    assert outcome.field is None
    assert outcome.reason in (Reason.NOT_VALID_JSON, Reason.NOT_VALID_UTF_8, Reason.NESTED_TOO_DEEPLY)


@pytest.mark.parametrize("text", NAUGHTY_STRINGS)
def test_naughty_strings(text: str) -> None:
    message = json.loads(HEALTH) | {"serviceName": text}
    for payload in (json.dumps(message).encode(), json.dumps(message, ensure_ascii=False).encode()):
        outcome = decode(payload)
        if not text:
            assert outcome == Rejection("serviceName", Reason.TOO_SHORT)
        elif len(text) > 200:
            assert outcome == Rejection("serviceName", Reason.TOO_LONG)
        else:
            assert isinstance(outcome, Accepted)
            assert outcome.values[0] == text


@pytest.mark.parametrize("brackets", [b"[", b'{"a":', b'[{"":'])
def test_100000_levels(brackets: bytes) -> None:
    expected = Rejection(None, Reason.NESTED_TOO_DEEPLY)
    assert decode(brackets * 100_000) == expected
    assert decode(health_with(b"[" * 100_000 + b"]" * 100_000)) == expected


def test_one_mebibyte() -> None:
    padding = json_text.LARGEST - len(health_with(b'""'))
    assert isinstance(decode(health_with(b'"' + b"x" * padding + b'"')), Accepted)
    larger = Rejection(None, Reason.LARGER_THAN_1_MIB)
    assert decode(health_with(b'"' + b"x" * (padding + 1) + b'"')) == larger


@pytest.mark.parametrize(
    "payload",
    [
        health_with(b"9" * 1_000_000),
        health_with(b"[" + b"9," * 500_000 + b"9]"),
        health_with(b"{" + b",".join(b'"%d":1' % n for n in range(100_000)) + b"}"),
        health_with(b'"' + b"\\u0041" * 170_000 + b'"'),
        HEALTH.replace(b"0.123", b"0." + b"0" * 1_000_000),
        HEALTH.replace(b"1760000000000", b"1" * 1_000_000),
        HEALTH.replace(b"1760000000000", b'"2026-01-01T00:00:00.' + b"1" * 1_000_000 + b'Z"'),
        HEALTH.replace(b"checkout", b"\\ud800" * 150_000),
        b'"' + b"\\" * 1_000_000,
    ],
    ids=lambda payload: payload[-20:].decode(),
)
def test_hostile_sizes_stay_quick(payload: bytes) -> None:
    start = time.process_time()
    decode(payload)
    assert time.process_time() - start < 2


@given(st.binary(max_size=200))
def test_any_bytes_are_decided(payload: bytes) -> None:
    assert isinstance(decode(payload), Rejection)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats()
    | st.text(alphabet='ab:"\\é\ud800\0', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet="ab:\\", max_size=2), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(alphabet="ab:\\", max_size=2), _JSON, max_size=5), st.booleans())
def test_both_readers_agree(message: dict[str, object], as_ascii: bool) -> None:
    text = json.dumps(message, ensure_ascii=as_ascii).encode("utf-8", "surrogatepass")
    for payload in (text, text.replace(b'"b"', b'"a"'), text.replace(b'"a":', b'"a" :'), text[:-1]):
        first, second = read_object(payload), json_text._read_again(payload)
        assert first == second or repr(first) == repr(second)
