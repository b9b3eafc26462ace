"""Whatever bytes are in Kafka, the job stays up, and each message is counted, or kept with its reason and its bytes."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from streams.producer import BulkProducer
from streams.reasons import Rejection
from tests import corpus
from tests.definitions import HEALTH, SHIPPED
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import LiveStream

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

TEXT = SHIPPED["health"].read_text("utf-8").replace('topic = "health"', 'topic = "{topic}"')
DECODER = Decoder(decoding_plan(HEALTH))
MIB = 1024 * 1024


@dataclass(frozen=True)
class Fed:
    """A stream that was fed with every message of a list, and what is expected of each."""

    live: LiveStream
    job: str
    payloads: list[bytes]
    expected: list[Accepted | Rejection]
    heartbeats: int


def padded(size: int) -> bytes:
    """A good message of so many bytes."""
    return corpus.health_with(b'"' + b"x" * (size - len(corpus.health_with(b'""'))) + b'"')


def all_payloads() -> list[bytes]:
    deep = 100_000
    return [
        *(case.payload for case in corpus.CASES if case.plan == "health"),
        *corpus.SUITE.values(),
        *(corpus.health_with(payload) for payload in corpus.SUITE.values()),
        *(name.encode("utf-8", "surrogatepass") for name in corpus.NAUGHTY_STRINGS),
        padded(MIB),
        padded(MIB + 1),
        b"x" * (MIB + 1),
        b"\x00" * 1000,
        b"[" * deep,
        b'{"a":' * deep,
        corpus.health_with(b"[" * deep + b"]" * deep),
        b"{}",
    ]  # fmt: skip


def expectations(payloads: list[bytes]) -> list[Accepted | Rejection]:
    """By the golden corpus where it has the message, else by the decoder that is held to it; as of now.

    The corpus' plan says nothing of an earliest event time.
    """
    golden = {case.payload: case.expected for case in corpus.CASES if case.plan == "health"}
    now_ms = int(time.time() * 1000)
    outcomes = []
    for payload in payloads:
        expected = golden.get(payload)
        past = isinstance(expected, Accepted) and expected.event_time < HEALTH.event_time.min_ms
        if expected is None or past or (isinstance(expected, Rejection) and "future" in expected.reason):
            expected = DECODER.decode(payload, now_ms)
        outcomes.append(expected)
    return outcomes


@pytest.fixture(scope="module")
def fed(stream_factory: StreamFactory) -> Fed:
    live = stream_factory(TEXT)
    live.send([corpus.HEALTH])
    live.await_accounted()
    [job] = live.jobs()
    payloads = all_payloads()
    before = int(live.rows("select sum(heartbeats) from {stream}.ledger")[0][0])
    live.send(payloads)
    with BulkProducer(live.kafka) as producer:
        producer.send_heartbeats({live.name: live.definition.partitions})
    live.await_accounted()
    return Fed(live, job.id, payloads, expectations(payloads), before + live.definition.partitions)


def test_payloads_are_of_every_kind(fed: Fed) -> None:
    reasons = {outcome.reason for outcome in fed.expected if isinstance(outcome, Rejection)}
    assert {"empty", "larger than 1 MiB", "not valid UTF-8", "not valid JSON", "nested too deeply"} <= reasons
    assert {"not an object", "duplicate key", "missing", "null", "not a number", "not finite", "too large"} <= reasons
    assert sum(isinstance(outcome, Accepted) for outcome in fed.expected) > 10


def test_job_stays_up(fed: Fed) -> None:
    [job] = fed.live.jobs()
    assert (job.id, job.state) == (fed.job, "RUNNING")
    assert fed.live.flink.get(f"/jobs/{job.id}/exceptions")["exceptionHistory"]["entries"] == []


def test_each_is_rejected_for_its_reason(fed: Fed) -> None:
    """Field, reason and raw bytes, each as often as it was sent."""
    expected = Counter(
        (outcome.reason, outcome.field, payload)
        for payload, outcome in zip(fed.payloads, fed.expected, strict=True)
        if isinstance(outcome, Rejection)
    )
    rows = fed.live.rows("select reason, field, payload from {stream}.rejected")
    rejected = Counter((reason, name, bytes(payload)) for reason, name, payload in rows)
    wrong = (rejected - expected) | (expected - rejected)
    assert [(reason, name, payload[:60], count) for (reason, name, payload), count in wrong.items()] == []


def test_the_good_ones_are_counted(fed: Fed) -> None:
    expected = Counter(
        (str(outcome.values[0]), outcome.event_time - outcome.event_time % 60_000)
        for outcome in [*fed.expected, DECODER.decode(corpus.HEALTH, int(time.time() * 1000))]
        if isinstance(outcome, Accepted)
    )
    rows = fed.live.rows(
        "select service, window_start, sum(messages) from {stream}.panes where grain = 'minute' group by 1, 2"
    )
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    counted = {(service, round((start - epoch).total_seconds() * 1000)): messages for service, start, messages in rows}
    assert counted == dict(expected)


def test_the_ledger_balances(fed: Fed) -> None:
    assert fed.live.gaps() == []
    sums = "sum(accepted), sum(rejected), sum(heartbeats), sum(last_offset - first_offset + 1)"
    [[accepted, rejected, heartbeats, offsets]] = fed.live.rows(f"select {sums} from {{stream}}.ledger")
    assert accepted + rejected + heartbeats == offsets
    assert accepted == 1 + sum(isinstance(outcome, Accepted) for outcome in fed.expected)
    assert rejected == sum(isinstance(outcome, Rejection) for outcome in fed.expected)
    assert heartbeats >= fed.heartbeats
