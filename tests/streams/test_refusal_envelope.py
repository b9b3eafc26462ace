from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.decoder import Decoder
from streams.reasons import Reason, Rejection, printable
from streams.refusal_envelope import MOST_BYTES, refusal, unwrapped
from tests.corpus import ARRIVED_MS, HEALTH, PLANS

DECODER = Decoder(PLANS["health"])


@given(st.sampled_from(list(Reason)), st.none() | st.text(min_size=1).map(printable), st.binary(max_size=100))
def test_refusals_stay_what_they_are(reason: Reason, field: str | None, message: bytes) -> None:
    rejection = Rejection(field, reason)
    envelope = refusal(rejection, message)
    assert unwrapped(envelope) == (rejection, message)
    assert DECODER.decode(envelope, ARRIVED_MS) == rejection


def test_long_messages_are_cut() -> None:
    kept = unwrapped(refusal(Rejection(None, Reason.LARGER_THAN_1_MIB), b"x" * (2 << 20)))
    assert kept == (Rejection(None, Reason.LARGER_THAN_1_MIB), b"x" * MOST_BYTES)


@pytest.mark.parametrize("value", [b"", b"\0", b"\0\0\0\0", HEALTH, b"\0too large\0CPU", b"\0nonsense\0CPU\0" + HEALTH])
def test_anything_else_is_none(value: bytes) -> None:
    assert unwrapped(value) is None
