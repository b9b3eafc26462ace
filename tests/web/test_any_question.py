"""Whatever is asked, it is answered or refused with the field that is wrong; nothing that is asked fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.served import empty_stream

PARAMS = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T11:00:00Z", "step": "hour"}
HEALTH_PATH = "/v1/streams/health"
JSON = {"content-type": "application/json"}

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """The application itself, without threads of its own."""
    with empty_stream() as app, asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
        yield lambda *what, **more: runner.run(client.request(*what, **more))
        runner.run(client.aclose())


TEXTS = st.text(max_size=20) | st.sampled_from(
    [
        *("", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00+01:00", "2026-13-01T00:00Z", "\uff12026-03-01T00:00:00Z"),
        *("-1", "1e5", "nan", "0.5,0.99", "service", "hour", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:00"),
        *("A" * 500, "\x00"),
    ]
)
NAMES = st.text(max_size=5) | st.sampled_from(
    [
        *("start", "end", "by", "service", "as_known_at", "changed_since"),
        *("quantiles", "step", "measure", "reason", "limit", "after"),
    ]
)
KINDS = st.sampled_from(["window", "series", "rejected"])
FUZZED = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check_answered(answer: httpx.Response) -> None:
    assert answer.status_code in (200, 400, 414, 422), answer.text
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert all(error["field"] is not None and error["reason"] for error in answer.json()["errors"])


@FUZZED
@given(kind=KINDS, pairs=st.lists(st.tuples(NAMES, TEXTS), max_size=6), complete=st.booleans())
def test_any_address_is_answered_or_refused(ask: Ask, kind: str, pairs: list[tuple[str, str]], complete: bool) -> None:
    asked = [*(PARAMS.items() if complete else ()), *pairs]
    check_answered(ask("GET", f"{HEALTH_PATH}/{kind}?{urlencode(asked)}"))


@FUZZED
@given(kind=KINDS, query=st.binary(max_size=40))
def test_any_bytes_are_answered_or_refused(ask: Ask, kind: str, query: bytes) -> None:
    text = "".join(f"%{byte:02X}" if byte % 3 else chr(byte) for byte in query if byte > 32 and byte not in b"#\x7f")
    check_answered(ask("GET", f"{HEALTH_PATH}/{kind}?{quote(text, safe='%&=;+')}"))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@FUZZED
@given(kind=KINDS, body=st.dictionaries(NAMES, JSON_VALUES, max_size=5) | JSON_VALUES, complete=st.booleans())
def test_any_body_is_answered_or_refused(ask: Ask, kind: str, body: Any, complete: bool) -> None:
    asked = {**PARAMS, **body} if complete and isinstance(body, dict) else body
    check_answered(ask("POST", f"{HEALTH_PATH}/{kind}", content=json.dumps(asked).encode(), headers=JSON))
