"""How long a job remembers, as people write it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_HORIZON = re.compile(r"([1-9][0-9]{0,3}) (minute|hour|day)s?")
_MINUTES = {"minute": 1, "hour": 60, "day": 1440}


def _horizon(text: str) -> str:
    if not _HORIZON.fullmatch(text) or horizon_minutes(text) > _MINUTES["day"]:
        raise ValueError("minutes or hours, like '1 hour', at least '1 minute' and at most '24 hours'")
    return text


def horizon_minutes(horizon: str) -> int:
    """Its length in minutes."""
    number, unit = horizon.removesuffix("s").split(" ")
    return int(number) * _MINUTES[unit]


def horizon_ms(horizon: str) -> int:
    """Its length in milliseconds."""
    return horizon_minutes(horizon) * 60_000


Horizon = Annotated[str, AfterValidator(_horizon)]
"""A length of time up to a day, such as `1 hour`: whatever starts a job has to read as much again."""
