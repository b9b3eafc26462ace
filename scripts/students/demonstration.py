"""Answers of students that were published, sent as people and other programs write them."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator

import orjson

from compose.embedded.stack import Stack
from compose.embedded.waiting import until
from scripts.questions.asking import RefusedError, get, post
from services.settings import ServiceSettings
from streams.errors import WindowpaneError
from systems.students.dirt import dirtied, published

STREAM = "student_answers"
DAYS = 14
_SEED = 2008
_PATIENCE = 60.0
_DAY_MS = 86_400_000


def demonstrate(stack: Stack, say: Callable[[str], None]) -> None:
    """Send them through the stream's own door, once; what cannot be read is rejected there. Raises WindowpaneError."""
    settings, sent = ServiceSettings(), stack.layout.home / "students-sent"
    if not sent.exists():
        _await_stream(settings)
        answers = b"".join(orjson.dumps(each.sent) + b"\n" for each in dirtied(_SEED, _times()))
        told = post(settings, f"/v1/streams/{STREAM}/messages", answers, "application/x-ndjson")
        # The ids are the same each time, so what is sent again because this note is missing counts once.
        sent.write_text(str(told["accepted"]), "utf-8")
        reasons = Counter(f"{each['field']} {each['reason']}" for each in told["rejected"])
        said = ", ".join(f"{reason} ({count})" if count > 1 else reason for reason, count in reasons.most_common())
        say(f"{told['accepted']} answers were taken, {len(told['rejected'])} were rejected: {said}")
    say(f"{settings.url}/forms/{STREAM} is their form, {settings.url}/forms/{STREAM}/results shows what was answered")


def _await_stream(settings: ServiceSettings) -> None:
    """Until the web service knows the stream, which may have come while it ran. Raises WindowpaneError."""

    def known() -> bool:
        try:
            return get(settings, f"/v1/streams/{STREAM}") is not None
        except RefusedError:
            return False

    try:
        until(known, _PATIENCE, every=0.5)
    except TimeoutError:
        raise WindowpaneError(f"the web service does not know {STREAM}; look at: windowpane status") from None


def _times() -> Iterator[int]:
    """When each was answered: within the last days, in order."""
    chance, now = random.Random(_SEED), time.time_ns() // 1_000_000
    return iter(sorted(now - round(DAYS * _DAY_MS * chance.random()) for _ in published()))
