"""Has the reports of sites sent when they are due, by a process of its own, which ends when they are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Self

import structlog
from pydantic import ValidationError

from services.own_process import OwnProcess
from streams.errors import WindowpaneError
from systems.merchants.reports.settings import SmtpSettings
from systems.merchants.reports.subscriptions import Subscriptions

_log = structlog.get_logger("keeper")

COMMAND = (sys.executable, "-m", "services.reports")
"""Its lines go where the keeper's go."""

SECONDS = 60.0
"""Time between looks whether any are due."""

LONGEST_SECONDS = 1800.0
"""How long a run may take; each is ended then, and what it has not sent is due still."""


class ReportSchedule:
    """At most one run at a time. `are_due` asks PostgreSQL; None: no reports are sent by this installation."""

    def __init__(self, are_due: Callable[[], bool] | None, command: Sequence[str] = COMMAND) -> None:
        self._are_due, self._process = are_due, OwnProcess(command)
        self._next = self._begun = 0.0

    @classmethod
    def of(cls, subscriptions: Subscriptions) -> Self:
        """As the environment says; wrong settings of e-mail are logged, and stop nothing else."""
        try:
            sends = SmtpSettings().sends
        except ValidationError as error:
            told = error.errors(include_input=False, include_url=False)[0]
            _log.warning("reports cannot be sent", setting=".".join(map(str, told["loc"])), wrong=told["msg"])
            sends = False
        return cls(subscriptions.are_due if sends else None)

    def look(self, now: float) -> None:
        """Note how a run ended; begin one if reports are due. `now`: seconds of a clock that never steps back."""
        if code := self._process.ended():
            _log.warning("sending reports failed", code=code)
        if self._process.is_running:
            if now - self._begun > LONGEST_SECONDS:
                self._process.terminate()
            return
        if self._are_due is None or now < self._next:
            return
        self._next = now + SECONDS
        try:
            due = self._are_due()
        except WindowpaneError:  # PostgreSQL is away, which others say
            return
        if due:
            self._begun = now
            self._process.begin()

    def close(self) -> None:
        """Stop a run: a mail that it is handing over is not sent again."""
        self._process.close()
