"""From nothing to a page that answers: engines, then streams, then our services."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPException

from compose.embedded.engines import SERVICES
from compose.embedded.jar_cache import Progress
from compose.embedded.probes import http_get
from compose.embedded.stack import Stack
from compose.embedded.waiting import until
from compose.errors import EngineError
from services.operator import operator_headers
from services.settings import ServiceSettings

PATIENCE = 240.0
PROBLEMS_PATIENCE = 30.0
"""What is wrong with a stream for so long waits for a person."""
EARLY = ("keeper", "web")
"""What may start before the streams are applied: it waits for them, and finds them there from the second `up` on."""


def bring_up(
    stack: Stack, say: Callable[[str], None], progress: Progress, *, live_input: bool = True, engines_only: bool = False
) -> dict[str, str]:
    """Start what does not run yet; returns the stack's variables once the page is ready.

    Raises:
        WindowpaneError: one line about what is wrong.
    """
    # In a new home the keeper begins when all streams are there: their jobs are submitted faster together.
    early = EARLY if stack.layout.jobs_record.exists() else ("web",)
    environment = stack.start_engines(say, progress, () if engines_only else early)
    if engines_only:
        return environment
    say("Applying the streams")
    os.environ.update(environment)
    # It brings the engines' clients, which take a second to load: not before the engines are being started.
    from scripts.streams.provision import provision

    provision(say)
    stack.start_services(say, [name for name in SERVICES if live_input or name != "agent"])
    if stack.layout.clinical_users.exists():
        stack.start_services(say, ["clinical_site"])
    _await_ready(stack, say)
    return environment


def _await_ready(stack: Stack, say: Callable[[str], None]) -> None:
    """Until /readyz says 200, or that nothing is not ready but streams with which something is wrong.

    What is wrong with one stream keeps nobody from the others; it is said. The last answer names what is not ready.
    """
    answer, begun = "no answer", time.monotonic()
    problems: dict[str, str] = {}

    def ready() -> bool:
        nonlocal answer, problems
        try:
            status, body = http_get(stack.addresses.web, "/readyz", partial(operator_headers, ServiceSettings()))
        except (OSError, HTTPException) as error:
            answer = str(error)
            return False
        answer = body.decode(errors="replace")[:300]
        if status == 200 or time.monotonic() - begun < PROBLEMS_PATIENCE:
            return status == 200
        readiness = json.loads(body)
        if "engines" not in readiness:  # it does not know yet who asks
            return False
        problems = readiness["problems"]
        away = {name for name, said in readiness["engines"].items() if said != "ok"}
        return not away and {name for name, said in readiness["streams"].items() if said != "ok"} <= problems.keys()

    try:
        until(ready, PATIENCE, every=0.5)
    except TimeoutError:
        raise EngineError(f"the page is not ready after {PATIENCE:.0f} s ({answer}); see ./windowpane status") from None
    for name, wrong in problems.items():
        say(f"{name}: {wrong}")
