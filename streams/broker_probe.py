"""Whether a Kafka broker answers, asked by one exchange of its protocol, which costs no client and no thread."""

from __future__ import annotations

import secrets
import socket
import struct

_API_VERSIONS, _PRODUCE, _FETCH = 18, 0, 1
_LONGEST_ANSWER = 1 << 16


def broker_answers(bootstrap: str, seconds: float) -> bool:
    """Whether what listens at `host:port` answers an ApiVersions request as a broker that has finished starting does.

    Raises OSError when nothing does within so many seconds; ValueError for what is no address.
    """
    host, _, port = bootstrap.rpartition(":")
    correlation = secrets.randbits(31)
    body = struct.pack(">hhih", _API_VERSIONS, 0, correlation, -1)
    with socket.create_connection((host, int(port)), seconds) as connection, connection.makefile("rb") as file:
        connection.sendall(struct.pack(">i", len(body)) + body)
        try:
            (size,) = struct.unpack(">i", file.read(4))
            return 0 < size <= _LONGEST_ANSWER and is_api_versions(file.read(size), correlation)
        except struct.error:
            return False


def is_api_versions(answer: bytes, correlation: int) -> bool:
    """Whether a broker answered this request without an error, and can be sent to and read from.

    Raises struct.error for what is too short.
    """
    answered, error, count = struct.unpack_from(">ihi", answer)
    keys = {key for key, _, _ in struct.iter_unpack(">hhh", answer[10:])}
    return answered == correlation and error == 0 and count == len(keys) and {_PRODUCE, _FETCH, _API_VERSIONS} <= keys
