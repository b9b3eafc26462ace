"""The key of a message is the same whoever sends it, and lies where a Java producer would send it."""

from __future__ import annotations

import json

import pytest
from confluent_kafka import Message
from confluent_kafka import Producer as Client
from kafka.partitioner.default import murmur2

from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from streams.keys import message_keys
from streams.producer import _settings
from tests.definitions import HEALTH, changed

KEYED = changed("key", "serviceName")
GOOD = {
    "serviceName": "café ☕",
    "Timestamp": 1_700_000_000_000,
    "CPU": 0.5,
    "RAM": {"Total": 4.0, "Free": 1.0},
    "Disk": {"Total": 9.0, "Free": 1.0},
}


def test_decoder_and_sender_agree() -> None:
    payload = json.dumps(GOOD).encode()
    decoder = Decoder(decoding_plan(KEYED))
    row = decoder.decode(payload, 1_700_000_000_000)
    assert isinstance(row, Accepted)
    assert [decoder.key(row)] == message_keys(KEYED, [payload]) == ["café ☕".encode()]


def test_streams_without_a_key_send_none() -> None:
    payload = json.dumps(GOOD).encode()
    decoder = Decoder(decoding_plan(HEALTH))
    row = decoder.decode(payload, 1_700_000_000_000)
    assert isinstance(row, Accepted)
    assert decoder.key(row) is None
    assert message_keys(HEALTH, [payload]) is None


def test_dotted_fields_may_be_keys() -> None:
    dotted = HEALTH.model_copy(update={"key": "user.id"})
    assert message_keys(dotted, [b'{"user": {"id": "7"}}', b'{"user": "7"}']) == [b"7", None]


@pytest.mark.parametrize(
    "payload", [b"", b"[", b"[]", b"7", b"null", b"{}", b'{"serviceName": 5}', b"\xff", b"[" * 9999]
)
def test_what_will_be_rejected_has_no_key(payload: bytes) -> None:
    assert message_keys(KEYED, [payload]) == [None]


def test_keys_lie_where_java_producers_send_them() -> None:
    """The library's own broker for tests; Java's hash as kafka-python has it."""
    client = Client(_settings("", 10, 2, 1000) | {"test.mock.num.brokers": 1, "bootstrap.servers": ""})
    keys = [f"visitor {number} ☕".encode() for number in range(200)]
    found: dict[bytes, int] = {}

    def delivered(_: object, message: Message) -> None:
        found[bytes(message.key() or b"")] = message.partition() or 0

    for key in keys:
        client.produce("any", b"{}", key, on_delivery=delivered)
    assert client.flush(20) == 0
    partitions = 4  # of a topic that the broker makes by itself
    assert found == {key: (murmur2(key) & 0x7FFFFFFF) % partitions for key in keys}
