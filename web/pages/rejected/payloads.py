"""Rejected payloads as people can read them: text where it is text, else a hex dump."""

from __future__ import annotations

from dataclasses import dataclass

_SHOWN_BYTES = 2_000
_HEX_BYTES = 512
_HEX_WIDTH = 16


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload ready to be shown. `hex` says that `text` is a hex dump; `left_out` counts bytes that are not shown."""

    text: str
    size: int
    hex: bool
    left_out: int


def payload_of(raw: bytes, size: int) -> Payload:
    """Plain UTF-8 text as it is, anything else as a hex dump; both cut to a size for a page.

    `size`: the length of the whole payload, of which `raw` may hold only the first bytes.
    """
    shown = raw[:_SHOWN_BYTES]
    try:
        text = shown.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_in_a_character = len(raw) > len(shown) and error.start >= len(shown) - 3
        text = shown[: error.start].decode("utf-8") if cut_in_a_character else "\0"
    if all(c.isprintable() or c in "\t\r\n" for c in text):
        return Payload(text, size, False, size - len(text.encode()))
    return Payload(_dump(raw[:_HEX_BYTES]), size, True, max(0, size - _HEX_BYTES))


def _dump(raw: bytes) -> str:
    """Offset, sixteen bytes in hex, and the same bytes as ASCII."""
    lines = []
    width = 3 * min(_HEX_WIDTH, len(raw))
    for start in range(0, len(raw), _HEX_WIDTH):
        part = raw[start : start + _HEX_WIDTH]
        readable = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{start:04x}  {part.hex(' '):<{width}} {readable}")
    return "\n".join(lines)
