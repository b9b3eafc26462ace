"""Waits for a condition, never for a length of time."""

from __future__ import annotations

from collections.abc import Callable

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed


def until(condition: Callable[[], bool], patience: float, every: float = 0.2) -> None:
    """Ask `condition` every so many seconds until it holds.

    Raises:
        TimeoutError: it did not hold within `patience` seconds.
    """
    asking = Retrying(
        stop=stop_after_delay(patience), wait=wait_fixed(every), retry=retry_if_result(lambda held: not held)
    )
    try:
        asking(condition)
    except RetryError:
        raise TimeoutError from None
