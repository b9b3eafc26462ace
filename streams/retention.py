"""How long a stream keeps what it has: messages in Kafka, panes by grain, and what the lake has of single messages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

_PERIOD = re.compile(r"([1-9][0-9]{0,5}) (hour|day|week)s?")
_HOURS = {"hour": 1, "day": 24, "week": 168}
_MOST_HOURS = 24 * 36_500


def _period(text: str) -> str:
    if not _PERIOD.fullmatch(text) or _hours(text) > _MOST_HOURS:
        raise ValueError("hours, days or weeks, like '30 days', at least '1 hour' and at most '36500 days'")
    return text


def _hours(period: str) -> int:
    number, unit = period.removesuffix("s").split(" ")
    return int(number) * _HOURS[unit]


Period = Annotated[str, AfterValidator(_period)]
"""A length of time that people write, such as `30 days`."""


class Retention(BaseModel):
    """How long each is kept, at least; None: for ever. Of the ledger everything is.

    Panes and `records` count from when things happened, the others from when messages arrived.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kafka: Period | None = None
    minutes: Period | None = None
    hours: Period | None = None
    days: Period | None = None
    records: Period | None = None
    events: Period | None = None
    rejected: Period | None = None

    @property
    def kafka_ms(self) -> int | None:
        """How long Kafka keeps a message, in milliseconds."""
        return None if self.kafka is None else _hours(self.kafka) * 3_600_000

    def of(self, what: str) -> timedelta | None:
        """How long one of them is kept."""
        period: str | None = getattr(self, what)
        return None if period is None else timedelta(hours=_hours(period))
