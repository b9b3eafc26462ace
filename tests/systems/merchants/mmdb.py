"""Writes a small database in MaxMind's format, of IPv4, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

_MARKER = b"\xab\xcd\xefMaxMind.com"
_RECORD_BITS = 24


class Sized(int):
    """A whole number of one of the format's types: 5 is of 16 bits, 6 of 32, 9 of 64."""

    kind: int

    def __new__(cls, kind: int, value: int) -> Sized:
        made = super().__new__(cls, value)
        made.kind = kind
        return made


def write_database(path: Path, networks: Mapping[str, Mapping[str, Any]]) -> Path:
    """The database of some networks, none of them within another, and what it says of each."""
    data = b""
    nodes: list[list[int | None]] = [[None, None]]
    leaves: dict[tuple[int, int], int] = {}
    for text, record in networks.items():
        network = IPv4Network(text)
        at = 0
        for depth in range(network.prefixlen):
            side = int(network.network_address) >> (31 - depth) & 1
            if depth == network.prefixlen - 1:
                leaves[at, side] = len(data)
            elif nodes[at][side] is None:
                nodes.append([None, None])
                nodes[at][side] = len(nodes) - 1
            at = nodes[at][side] or 0
        data += _encoded(record)
    tree = b"".join(
        (len(nodes) + 16 + leaves[at, side] if (at, side) in leaves else nodes[at][side] or len(nodes)).to_bytes(
            3, "big"
        )
        for at in range(len(nodes))
        for side in (0, 1)
    )
    told = {
        "node_count": Sized(6, len(nodes)),
        "record_size": Sized(5, _RECORD_BITS),
        "ip_version": Sized(5, 4),
        "database_type": "Test",
        "languages": ["en"],
        "binary_format_major_version": Sized(5, 2),
        "binary_format_minor_version": Sized(5, 0),
        "build_epoch": Sized(9, 1_772_360_000),
        "description": {"en": "Of tests"},
    }
    path.write_bytes(tree + bytes(16) + data + _MARKER + _encoded(told))
    return path


def _encoded(value: Any) -> bytes:
    match value:
        case Sized():
            size = (value.bit_length() + 7) // 8
            head = bytes([value.kind << 5 | size]) if value.kind <= 7 else bytes([size, value.kind - 7])
            return head + int(value).to_bytes(size, "big")
        case str():
            text = value.encode()
            return bytes([2 << 5 | len(text)]) + text
        case list():
            return bytes([len(value), 11 - 7]) + b"".join(map(_encoded, value))
        case _:
            inside = b"".join(_encoded(name) + _encoded(each) for name, each in value.items())
            return bytes([7 << 5 | len(value)]) + inside
