from __future__ import annotations

import asyncio
import ctypes
from pathlib import Path

import confluent_kafka
import pytest
from confluent_kafka import Producer as Client

from streams.errors import KafkaAwayError, ProducerBusyError
from streams.producer import BulkProducer, Producer

NOBODY = "127.0.0.1:1"
OUT_OF_ORDER = 45


def break_fatally(client: Client) -> None:
    """Put the real client into the state that a fatal error leaves it in, as its library offers for tests."""
    [library] = Path(confluent_kafka.__file__).parent.with_name("confluent_kafka.libs").glob("librdkafka*.so*")
    handle = ctypes.c_void_p.from_address(id(client) + object.__basicsize__)
    raise_fatal = ctypes.CDLL(str(library)).rd_kafka_test_fatal_error
    assert raise_fatal(handle, OUT_OF_ORDER, b"made by a test") == 0


def test_fatal_error_reconnects_once(caplog: pytest.LogCaptureFixture) -> None:
    async def send() -> None:
        producer = Producer(NOBODY, timeout_seconds=1)
        broken = producer._client
        break_fatally(broken)
        sends = (producer.send("any", [b"x"] * 2_500) for _ in range(2))
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
        # The new client took them; there is no broker.
        assert [type(outcome) for outcome in outcomes] == [KafkaAwayError, KafkaAwayError]
        assert producer._client is not broken
        assert producer._retired == [broken]
        assert producer.waiting == 0
        await producer.close(timeout_seconds=0.1)

    asyncio.run(send())
    assert [record.message for record in caplog.records] == [
        "kafka producer reset: Unable to produce message: Local: Fatal error"
    ]


def test_bulk_goes_on_after_fatal_error() -> None:
    producer = BulkProducer(NOBODY, timeout_seconds=1)
    break_fatally(producer._client)
    for _ in range(2):  # the first meets the old client, the second waits for the new one
        with pytest.raises(KafkaAwayError):
            producer.send_heartbeats({"any": 1})


def test_one_message_is_counted_until_it_is_settled() -> None:
    async def send() -> None:
        producer = Producer(NOBODY, timeout_seconds=1, most_messages=1)
        sending = asyncio.ensure_future(producer.send_one("any", b"x", b"key"))
        await asyncio.sleep(0)
        assert producer.waiting == 1
        with pytest.raises(ProducerBusyError):
            await producer.send_one("any", b"y")
        with pytest.raises(KafkaAwayError):
            await sending
        given_up = asyncio.ensure_future(producer.send_one("any", b"x"))
        await asyncio.sleep(0)
        given_up.cancel()
        assert producer.waiting == 1  # whoever goes away takes nothing back
        while producer.waiting:
            await asyncio.sleep(0.05)
        await producer.close(timeout_seconds=0.1)

    asyncio.run(send())
