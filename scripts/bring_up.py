"""From nothing to a page that answers: engines, then streams, then our services."""

from __future__ import annotations

import os
from collections.abc import Callable
from http.client import HTTPException

from compose.embedded.downloads import Progress
from compose.embedded.engines import SERVICES
from compose.embedded.probes import http_get
from compose.embedded.stack import Stack
from compose.embedded.waiting import until
from compose.errors import EngineError

__all__ = ["bring_up"]

PATIENCE = 240.0
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
    from scripts.provision import provision

    provision(say)
    stack.start_services(say, [name for name in SERVICES if live_input or name != "agent"])
    _await_ready(stack)
    return environment


def _await_ready(stack: Stack) -> None:
    """Until /readyz says 200; its last answer names what is not ready."""
    answer = "no answer"

    def ready() -> bool:
        nonlocal answer
        try:
            status, body = http_get(stack.addresses.web, "/readyz")
        except (OSError, HTTPException) as error:
            answer = str(error)
            return False
        answer = body.decode(errors="replace")[:300]
        return status == 200

    try:
        until(ready, PATIENCE, every=0.5)
    except TimeoutError:
        raise EngineError(f"the page is not ready after {PATIENCE:.0f} s ({answer}); see ./windowpane status") from None
