"""Commits to a table that others commit to as well."""

from __future__ import annotations

from pyiceberg.exceptions import CommitFailedException, ValidationException
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

__all__ = ["repeated_when_overtaken"]

repeated_when_overtaken = retry(
    retry=retry_if_exception_type((CommitFailedException, ValidationException)),
    stop=stop_after_attempt(10),
    wait=wait_random_exponential(0.1, max=5),
    reraise=True,
)
"""Decorates a function that refreshes a table and commits to it: it begins anew when another's commit came first."""
