"""Rejected payloads as text or as a hex dump."""

from __future__ import annotations

import pytest

from web.pages.rejected.payloads import Payload, payload_of


def shown(raw: bytes) -> Payload:
    return payload_of(raw, len(raw))


@pytest.mark.parametrize("raw", [b"", b'{"CPU": 7}', "Zürich → 東京".encode(), b"two\nlines\ttab"])
def test_text_is_shown_as_text(raw: bytes) -> None:
    assert shown(raw) == Payload(raw.decode(), len(raw), False, 0)


@pytest.mark.parametrize("raw", [b"\xff\x00garbage", b"\xef\xbb", b"bell\x07", "right\u202eleft".encode()])
def test_other_bytes_are_dumped(raw: bytes) -> None:
    payload = shown(raw)
    assert payload.hex
    assert raw.hex(" ")[:20] in payload.text


def test_long_payloads_are_cut() -> None:
    text = shown(("é" * 10_000 + "x").encode())
    assert not text.hex
    assert text.size == 20_001
    assert text.left_out == 20_001 - len(text.text.encode())
    dump = shown(b"\xff" * 5000)
    assert dump.left_out == 5000 - 512
    assert len(dump.text.splitlines()) == 32
