"""What any running Windowpane does, asked over HTTP alone: the same on the embedded stack and in a container."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from compose.embedded.waiting import until

PER_MINUTE = 100


@dataclass(frozen=True)
class Sent:
    """A service's acknowledged messages: `PER_MINUTE` in each of so many whole minutes from `start` on."""

    service: str
    start: datetime
    minutes: int

    @property
    def group(self) -> dict[str, Any]:
        """What the window over exactly these minutes says of the service. CPU counts up from 0 by thousandths."""
        count = PER_MINUTE * self.minutes
        last = self.start + timedelta(minutes=self.minutes) - timedelta(milliseconds=600)
        same = {"count": count, "max_at": _text(self.start)}
        cpu = {"mean": (count - 1) / 2000, "min": 0.0, "max": (count - 1) / 1000}
        return {
            "service": self.service,
            "messages": count,
            "cpu": {"count": count, "max_at": _text(last), **cpu},
            "ram": {**same, "mean": 0.75, "min": 0.75, "max": 0.75},
            "disk": {**same, "mean": 0.0, "min": 0.0, "max": 0.0},
        }


def send(http: httpx.Client, minutes: int = 3) -> Sent:
    """Post messages of a new service to the stream `health`, a bad one among them; what was acknowledged."""
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)
    sent = Sent(f"service-{uuid.uuid4().hex[:8]}", start, minutes)
    lines = [_message(sent, number) for number in range(PER_MINUTE * minutes)]
    body = b"\n".join([*lines[:7], b'{"serviceName": ', *lines[7:]])
    headers = {"content-type": "application/x-ndjson"}
    answer = http.post("/v1/streams/health/messages", content=body, headers=headers, timeout=60)
    assert answer.status_code == 202, answer.text
    taken = answer.json()
    assert taken["accepted"] == len(lines)
    assert [rejection["index"] for rejection in taken["rejected"]] == [7]
    return sent


def assert_counted(http: httpx.Client, *all_sent: Sent, seconds: float = 120) -> None:
    """Every message is counted once, with the right measures: in the end, and never more than that on the way."""
    for sent in all_sent:
        groups: list[dict[str, Any]] = []

        def counted(sent: Sent = sent) -> bool:
            nonlocal groups
            groups = _groups(http, sent)
            assert sum(group["messages"] for group in groups) <= sent.group["messages"]
            return groups == [sent.group]

        try:
            until(counted, seconds, every=0.5)
        except TimeoutError:
            raise AssertionError(f"not within {seconds:.0f} s: {groups} is [{sent.group}]") from None


def _groups(http: httpx.Client, sent: Sent) -> list[dict[str, Any]]:
    end = sent.start + timedelta(minutes=sent.minutes)
    params = {"start": sent.start.isoformat(), "end": end.isoformat(), "service": sent.service}
    answer = http.get("/v1/streams/health/window", params=params, timeout=60)
    if answer.status_code == 503:  # it has just started: an engine does not answer yet
        return []
    assert answer.status_code == 200, answer.text
    groups: list[dict[str, Any]] = answer.json()["groups"]
    return groups


def _message(sent: Sent, number: int) -> bytes:
    at = sent.start + timedelta(milliseconds=600 * number)
    return orjson.dumps(
        {
            "serviceName": sent.service,
            "Timestamp": _text(at),
            "CPU": number / 1000,
            "RAM": {"Total": 16.0, "Free": 4.0},
            "Disk": {"Total": 500.0, "Free": 500.0},
        }
    )


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
