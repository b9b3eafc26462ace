"""What each asker may take: requests, messages and bytes a second, questions at once; 429 says when to come back."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from math import ceil
from typing import Self

from access.addresses import plain_address
from access.asker import Asker, Door
from query.limits import Limits
from web.edge.problems import FieldError, ProblemError
from web.edge.rates import Rate
from web.edge.shares import Shares
from web.settings import WebSettings

_UNLIMITED = frozenset({Door.OPEN, Door.OPERATOR})
"""Whoever is at the machine itself."""


@dataclass(frozen=True)
class Allowances:
    """Requests are counted by key and by user, all else by user, whatever the key."""

    requests: Rate
    messages: Rate
    sizes: Rate
    unknown: Rate
    entrances: Rate
    noted: Rate
    questions: Shares
    longest: timedelta
    answer_bytes: int

    @classmethod
    def of(cls, settings: WebSettings) -> Self:
        """As they are set."""
        return cls(
            Rate("requests", settings.limit_requests),
            Rate("messages", settings.limit_messages, unit="messages"),
            Rate("bytes", settings.limit_bytes, unit="content-bytes"),
            Rate("unknown", settings.limit_unknown_requests, 10.0),
            Rate("unknown", settings.limit_unknown_requests, 10.0),
            Rate("noted", 1, 1.0),
            Shares(settings.limit_questions, settings.limit_questions_waiting),
            timedelta(days=settings.limit_window_days),
            settings.limit_answer_bytes,
        )

    def take(self, asker: Asker, address: str) -> None:
        """Count a request. Raises ProblemError beyond what there is."""
        if asker.door is Door.NOBODY:
            _take(self.unknown, network_of(address), "requests by somebody unknown")
        elif asker.door not in _UNLIMITED:
            callers = _callers(asker)
            for who in callers:
                _refuse(self.requests, who, self.requests.wait(who), "requests")
            for who in callers:
                self.requests.spend(who)

    def enter(self, address: str) -> None:
        """Count a login, or what else anybody may send; apart, so that wrong keys keep nobody from logging in.

        Raises ProblemError.
        """
        _take(self.entrances, network_of(address), "requests by somebody unknown")

    def may_note(self, address: str) -> bool:
        """Whether the access log is to have one more line of somebody unknown: one a second of each address."""
        return self.noted.take(network_of(address)) == 0.0

    def fail(self, address: str) -> None:
        """Count a secret that opened nothing."""
        self.unknown.take(network_of(address))

    def check_unknown(self, address: str) -> None:
        """Raises ProblemError while there were too many of those from an address."""
        network = network_of(address)
        _refuse(self.unknown, network, self.unknown.wait(network), "requests by somebody unknown")

    def check_messages(self, asker: Asker) -> None:
        """Raises ProblemError while too many were sent; before a body is read."""
        if asker.door not in _UNLIMITED:
            for rate, what in ((self.messages, "messages"), (self.sizes, "bytes")):
                _refuse(rate, asker.name, rate.wait(asker.name), what)

    def count_messages(self, asker: Asker, messages: int, size: int) -> None:
        """Count what a body had."""
        if asker.door not in _UNLIMITED:
            self.messages.spend(asker.name, messages)
            self.sizes.spend(asker.name, size)

    def check_window(self, asker: Asker, length: timedelta) -> None:
        """Raises ProblemError for a window that is longer than may be asked for."""
        if length > self.longest and asker.door not in _UNLIMITED:
            reason = f"the window is longer than {self.longest.days:,} days, the most that you may ask for"
            raise ProblemError("invalid-values", f"end: {reason}", (FieldError("end", reason),))

    def check_answer(self, asker: Asker, size: int) -> None:
        """Raises ProblemError for an answer that is larger than may be had."""
        if size > self.answer_bytes and asker.door not in _UNLIMITED:
            reason = f"the answer has more than {self.answer_bytes:,} bytes, the most that you may have; ask for less"
            raise ProblemError("invalid-values", f"by: {reason}", (FieldError("by", reason),))

    def question(self, asker: Asker, limits: Limits) -> AbstractAsyncContextManager[None]:
        """While one question is asked, by a user together with its keys. Raises ProblemError or TooSlowError."""
        return nullcontext() if asker.door in _UNLIMITED else self.questions.one(asker.name, limits)

    def is_limited(self, asker: Asker) -> bool:
        """Whether anything is counted of this asker."""
        return asker.door not in _UNLIMITED and asker.door is not Door.NOBODY

    def headers(self, asker: Asker) -> dict[str, str]:
        """What an answer says of what is left."""
        if not self.is_limited(asker):
            return {}
        return self.requests.headers(min(_callers(asker), key=self.requests.left))


def network_of(address: str) -> str:
    """Who has an address of IPv6 has a /64 of them; one of IPv4 that is written as IPv6 is that."""
    known = plain_address(address)
    if known is None:
        return address[:64]
    return str(ip_network((known, 64), strict=False) if known.version == 6 else known)


def _callers(asker: Asker) -> tuple[str, ...]:
    """A key is no user, though its id may be a user's name."""
    user = f"user {asker.name}"
    return (user,) if asker.key is None else (f"key {asker.key}", user)


def _take(rate: Rate, who: str, what: str) -> None:
    _refuse(rate, who, rate.take(who), what)


def _refuse(rate: Rate, who: str, wait: float, what: str) -> None:
    if wait > 0:
        headers = {"Retry-After": str(max(1, ceil(wait))), **rate.headers(who)}
        raise ProblemError("throttled", f"More {what} than {rate.most:,} a second; slow down.", (), headers)
