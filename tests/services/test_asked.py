"""What SQL clients asked gets to the access log: every line, once Kafka takes them, and nobody's name but users'."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote_plus

import orjson
import pytest

from access.events import Did, Outcome
from services.asked import Asked, events_of
from streams.errors import KafkaAwayError

AT = 1_772_360_222_120


def line(who: str, outcome: str, stream: str, what: str, address: str = "203.0.113.9") -> str:
    return "\t".join([str(AT), *map(quote_plus, (who, outcome, stream, what, address))]) + "\n"


DONE = line("ann", "done", "health", "20260301_101702_00001_abcde")


class Kafka:
    def __init__(self) -> None:
        self.away = False
        self.lines: list[dict[str, str]] = []

    def __call__(self, lines: Sequence[bytes]) -> None:
        if self.away:
            raise KafkaAwayError("Kafka is away")
        self.lines += map(orjson.loads, lines)


def test_lines_become_events() -> None:
    [(event, at)] = events_of(DONE)
    assert (event.who, event.door, event.did, event.outcome, event.stream) == (
        "ann",
        "sql",
        Did.ASK,
        Outcome.DONE,
        "health",
    )
    assert at.isoformat() == "2026-03-01T10:17:02.120000+00:00"


@pytest.mark.parametrize("broken", ["", "\n", "x\n", DONE[:20], "1\t2\t3", DONE.replace("done", "odd"), "\t" * 5])
def test_broken_lines_are_left_out(broken: str) -> None:
    assert [event.who for event, _ in events_of(f"{broken}\n{DONE}")] == ["ann"]


def test_a_file_is_taken_once_kafka_has_it(tmp_path: Path) -> None:
    kafka, file = Kafka(), tmp_path / "asked"
    asked = Asked(file, kafka, is_user={"ann"}.__contains__, is_stream={"health"}.__contains__)
    asked._step()
    file.write_text(DONE * 1_200)
    asked._step()
    assert (file.exists(), kafka.lines) == (False, [])
    file.write_text(line("ann", "refused", "", "log_in"))
    kafka.away = True
    with pytest.raises(KafkaAwayError):
        asked._step()
    kafka.away = False
    asked._step()
    asked._step()
    assert [each["who"] for each in kafka.lines] == ["ann"] * 1_201
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(("name", "written"), [("ann", "ann"), ("my password", "?"), ("eve", "?")])
def test_refused_logins_name_users_alone(tmp_path: Path, name: str, written: str) -> None:
    kafka, file = Kafka(), tmp_path / "asked"
    asked = Asked(file, kafka, is_user={"ann"}.__contains__, is_stream={"health"}.__contains__)
    file.write_text(line(name, "refused", "", "log_in", ""))
    asked._step()
    asked._step()
    [told] = kafka.lines
    assert (told["who"], told["did"], told["outcome"], told["stream"]) == (written, "log_in", "refused", "-")


@pytest.mark.parametrize(
    ("outcome", "stream", "written"),
    [
        ("refused", "health", "health"),
        ("refused", "my password", "?"),
        ("refused", "", "-"),
        ("done", "gone", "gone"),
    ],
)
def test_refused_statements_name_streams_alone(tmp_path: Path, outcome: str, stream: str, written: str) -> None:
    kafka, file = Kafka(), tmp_path / "asked"
    asked = Asked(file, kafka, is_user={"ann"}.__contains__, is_stream={"health"}.__contains__)
    file.write_text(line("ann", outcome, stream, "20260301_101702_00001_abcde"))
    asked._step()
    asked._step()
    [told] = kafka.lines
    assert (told["who"], told["did"], told["outcome"], told["stream"]) == ("ann", "ask", outcome, written)
