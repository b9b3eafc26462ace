"""The access log's writer: it never waits, sends each event, and tells of each that it lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import orjson
import pytest
import structlog
from structlog.testing import capture_logs

from access.events import Did, Event, Outcome
from access.log import AccessLog, KafkaSender, Send, tell_now
from database.errors import LakeAwayError
from streams.errors import KafkaAwayError, WindowpaneError
from tests.conftest import free_port

ASKED = Event("ann", "key", Did.ASK, Outcome.DONE, "health")
REFUSED = Event("ann", "nobody", Did.LOG_IN, Outcome.REFUSED)


class Kafka:
    """What a log sent; while it is away nothing is taken, and while it is held the sender waits."""

    def __init__(self) -> None:
        self.lines: list[dict[str, str]] = []
        self.away = False
        self.free = threading.Event()
        self.free.set()
        self.got = threading.Condition()

    def __call__(self, lines: Sequence[bytes]) -> None:
        self.free.wait(10)
        with self.got:
            self.got.notify_all()
            if self.away:
                raise KafkaAwayError("Kafka is away")
            self.lines += map(orjson.loads, lines)

    def await_lines(self, count: int) -> list[dict[str, str]]:
        with self.got:
            assert self.got.wait_for(lambda: len(self.lines) >= count, 10)
            return self.lines


def is_user(name: str) -> bool:
    if name == "away":
        raise LakeAwayError("PostgreSQL is away")
    return name in ("ann", "bob")


@contextmanager
def logging_to(send: Send, *, most: int = 10_000, most_bytes: int = 1 << 20) -> Iterator[AccessLog]:
    log = AccessLog(send, is_user=is_user, is_stream={"health"}.__contains__, most=most, most_bytes=most_bytes)
    log.start()
    try:
        yield log
    finally:
        log.close(1)


def lost(log: AccessLog) -> dict[Did, int]:
    return {did: count for did, count in log.lost.items() if count}


def test_events_are_sent_in_order() -> None:
    kafka = Kafka()
    with logging_to(kafka) as log:
        for number in range(2_000):
            log.put(Event("ann", "key", Did.ASK, Outcome.DONE, "health", str(number)))
        sent = kafka.await_lines(2_000)
    assert [line["what"] for line in sent] == [str(number) for number in range(2_000)]
    assert (lost(log), log.waiting) == ({}, 0)


def test_what_waits_is_sent_at_the_end() -> None:
    kafka = Kafka()
    kafka.free.clear()
    log = AccessLog(kafka, is_user=is_user, is_stream={"health"}.__contains__)
    log.start()
    for _ in range(1_200):
        log.put(ASKED)
    kafka.free.set()
    log.close(5)
    assert (len(kafka.lines), lost(log)) == (1_200, {})


@pytest.mark.parametrize(
    ("name", "written"), [("ann", "ann"), ("eve", "?"), ("away", "?"), ("My password", "?"), ("\uff21NN", "?")]
)
def test_refused_logins_name_users_alone(name: str, written: str) -> None:
    kafka = Kafka()
    with logging_to(kafka) as log:
        log.put(Event(name, "nobody", Did.LOG_IN, Outcome.REFUSED))
        [line] = kafka.await_lines(1)
    assert line["who"] == written


def test_an_event_names_its_request() -> None:
    kafka = Kafka()
    with logging_to(kafka) as log, structlog.contextvars.bound_contextvars(request_id="b1e6"):
        log.put(ASKED)
        [line] = kafka.await_lines(1)
    assert line["request"] == "b1e6"


def test_what_kafka_does_not_take_is_sent_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("access.log._AGAIN_SECONDS", 0.01)
    kafka = Kafka()
    kafka.away = True
    with logging_to(kafka) as log, capture_logs() as told:
        with kafka.got:
            log.put(REFUSED)
            assert kafka.got.wait(10)
            assert kafka.got.wait(10)
        assert (log.waiting, lost(log)) == (1, {})
        kafka.away = False
        kafka.await_lines(1)
    assert [line["event"] for line in told] == ["access log waits", "access log sent again"]
    assert lost(log) == {}


def test_putting_never_waits() -> None:
    kafka = Kafka()
    kafka.free.clear()
    with logging_to(kafka, most=100) as log, capture_logs() as told:
        begun = time.monotonic()
        for _ in range(150):
            log.put(ASKED)
        assert time.monotonic() - begun < 2
        assert (log.waiting, lost(log)) == (90, {Did.ASK: 60})
        kafka.free.set()
    assert len([line for line in told if line["event"] == "access log lost"]) == 60


@pytest.mark.parametrize(("most", "most_bytes"), [(100, 1 << 20), (10_000, 20_000)])
def test_questions_and_messages_leave_room_for_the_rest(most: int, most_bytes: int) -> None:
    kafka = Kafka()
    kafka.free.clear()
    with logging_to(kafka, most=most, most_bytes=most_bytes) as log:
        while not lost(log):
            log.put(ASKED)
        for event in (*[REFUSED] * 3, replace(REFUSED, outcome=Outcome.DONE), replace(ASKED, did=Did.CHANGE_KEY)):
            log.put(event)
        assert lost(log) == {Did.ASK: 1}
        for did in (Did.ASK, Did.SEND):
            log.put(replace(REFUSED, did=did))
        assert lost(log) == {Did.ASK: 2, Did.SEND: 1}
        kafka.free.set()


def test_a_lost_refusal_is_counted_and_told() -> None:
    kafka = Kafka()
    kafka.free.clear()
    secret = "wpk_5tq2h7c4m3xw6k9z2p8r5v7n4b1d6f3g"
    with logging_to(kafka, most=3) as log, capture_logs() as told:
        for _ in range(5):
            log.put(Event("my password", "nobody", Did.LOG_IN, Outcome.REFUSED, what=secret, address="203.0.113.9"))
        assert lost(log) == {Did.LOG_IN: 2}
        kafka.free.set()
    lines = [line for line in told if line["event"] == "access log lost"]
    assert [(line["lost_did"], line["lost_address"], line["lost_who"]) for line in lines] == [
        ("log_in", "203.0.113.0", "?")
    ] * 2
    assert secret not in str(told)
    assert "my password" not in str(told)


def test_closing_without_kafka_tells_what_is_lost() -> None:
    kafka = Kafka()
    kafka.away = True
    with capture_logs() as told, logging_to(kafka) as log:
        for event in (ASKED, REFUSED, REFUSED):
            log.put(event)
    assert lost(log) == {Did.ASK: 1, Did.LOG_IN: 2}
    assert len([line for line in told if line["event"] == "access log lost"]) == 3
    log.put(ASKED)
    assert lost(log) == {Did.ASK: 2, Did.LOG_IN: 2}


def test_an_unexpected_error_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("access.log._AGAIN_SECONDS", 0.01)
    kafka, failures = Kafka(), [ValueError("odd")]

    def send(lines: Sequence[bytes]) -> None:
        if failures:
            raise failures.pop()
        kafka(lines)

    with logging_to(send) as log:
        log.put(ASKED)
        kafka.await_lines(1)


def nobody_listens() -> str:
    return f"127.0.0.1:{free_port()}"


@pytest.mark.parametrize(
    "tell",
    [
        lambda kafka: tell_now(kafka, ASKED, timeout_seconds=1),
        lambda kafka: KafkaSender(kafka, timeout_seconds=0.5)([b"{}"]),
    ],
)
def test_a_kafka_that_is_away_is_one_of_our_errors(tell: Callable[[str], None]) -> None:
    begun = time.monotonic()
    with pytest.raises(WindowpaneError):
        tell(nobody_listens())
    assert time.monotonic() - begun < 8
