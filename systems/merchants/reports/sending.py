"""Sends the reports that are due: asks for the numbers, hands the mails over, and notes what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from enum import StrEnum
from typing import Protocol

import structlog

from streams.errors import WindowpaneError
from systems.merchants.reports.mailing import MailError
from systems.merchants.reports.rendering import message_of
from systems.merchants.reports.report import Report
from systems.merchants.reports.subscriptions import Due, Subscriptions

_log = structlog.get_logger("reports")


class Outcome(StrEnum):
    """What became of a report that was due."""

    SENT = "sent"
    NOTHING = "nothing to tell"
    NOT_ALLOWED = "who asked for it may not see the site"
    ELSEWHERE = "sent by another process"
    LATER = "to be tried again"
    REFUSED = "refused for good"


class Mailing(Protocol):
    """Hands a mail over."""

    def send(self, message: EmailMessage) -> None:
        """Raises MailError."""


Ask = Callable[[Due], Report | None]
"""The report, without the address by which it is ended; None: whoever asked for it may not see it.

Raises WindowpaneError.
"""


@dataclass(frozen=True)
class Sending:
    """`sender`: from whom; `home`: where the service's pages are, without a slash at its end."""

    subscriptions: Subscriptions
    ask: Ask
    mailer: Mailing
    sender: str
    home: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def send_due(self) -> list[Outcome]:
        """All that are due now. Raises LakeError when PostgreSQL does not answer."""
        done: list[Outcome] = []
        tried: set[tuple[int, object]] = set()
        while waiting := [each for each in self.subscriptions.due() if _key(each) not in tried]:
            for due in waiting:
                tried.add(_key(due))
                outcome = self._send(due)
                _log.info("report", site=due.site.name, report=due.subscription.id, outcome=str(outcome))
                done.append(outcome)
        return done

    def _send(self, due: Due) -> Outcome:
        if due.site.deleted_at is not None:
            self.subscriptions.skip(due, "the site is deleted")
            return Outcome.NOT_ALLOWED
        try:
            report = self.ask(due)
        except WindowpaneError as error:
            self.subscriptions.failed(due, str(error), claimed=False)
            return Outcome.LATER
        if report is None:
            self.subscriptions.skip(due, Outcome.NOT_ALLOWED)
            return Outcome.NOT_ALLOWED
        if report.now.nothing and report.before.nothing:
            self.subscriptions.skip(due)
            return Outcome.NOTHING
        return self._hand_over(due, report)

    def _hand_over(self, due: Due, report: Report) -> Outcome:
        subscription = due.subscription
        ended_at = f"{self.home}/reports/unsubscribe/{subscription.token}"
        message = message_of(
            replace(report, unsubscribe=ended_at),
            number=subscription.id,
            to=subscription.address,
            sender=self.sender,
            at=self.clock(),
        )
        if not self.subscriptions.claim(due):
            self.subscriptions.leave(due)
            return Outcome.ELSEWHERE
        try:
            self.mailer.send(message)
        except MailError as error:
            self.subscriptions.failed(due, str(error), for_good=error.refused)
            return Outcome.REFUSED if error.refused else Outcome.LATER
        self.subscriptions.sent(due)
        return Outcome.SENT


def _key(due: Due) -> tuple[int, object]:
    return due.subscription.id, due.first_day
