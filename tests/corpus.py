"""The golden corpus and the openly licensed bad input, as test cases for both decoders."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.decoder import Accepted
from streams.reasons import Rejection

_DATA = Path(__file__).parent / "data"
ARRIVED_MS = 1_760_000_600_000
PLANS: dict[str, dict[str, Any]] = json.loads((_DATA / "corpus" / "plans.json").read_text("utf-8"))

Outcome = Accepted | Rejection


@dataclass(frozen=True)
class Case:
    """One message and what must be decided about it."""

    name: str
    plan: str
    payload: bytes
    expected: Outcome


def _case(line: str) -> Case:
    raw = json.loads(line)
    payload = raw["text"].encode() if "text" in raw else base64.b64decode(raw["base64"])
    expect = raw["expect"]
    expected: Outcome = (
        Rejection(expect["field"], expect["reason"])
        if "reason" in expect
        else Accepted(expect["event_time"], tuple(expect["values"]))
    )
    return Case(raw["name"], raw["plan"], payload, expected)


CASES = [_case(line) for line in (_DATA / "corpus" / "cases.jsonl").read_text("utf-8").splitlines()]

SUITE = {path.name: path.read_bytes() for path in sorted((_DATA / "JSONTestSuite").glob("*.json"))}
"""File name → bytes. `y_` is valid JSON, `n_` is not, and of `i_` the suite leaves it open."""

NAUGHTY_STRINGS: list[str] = json.loads((_DATA / "naughty_strings" / "blns.json").read_text("utf-8"))

SQL_INJECTIONS = [
    line for path in sorted((_DATA / "sql_injection").glob("*.txt")) for line in path.read_text("utf-8").splitlines()
]

HEALTH = (
    b'{"serviceName":"checkout","Timestamp":1760000000000,"CPU":0.123,'
    b'"RAM":{"Total":16.0,"Free":3.2},"Disk":{"Total":500.0,"Free":77.1}}'
)


def said(outcome: Outcome) -> Outcome:
    """The outcome without what a rejection carries beside its field and reason."""
    return outcome if isinstance(outcome, Accepted) else Rejection(outcome.field, outcome.reason)


def health_with(extra: bytes) -> bytes:
    """A good health message with one more field, `"extra"`, whose value is these bytes."""
    return HEALTH[:-1] + b',"extra":' + extra + b"}"
