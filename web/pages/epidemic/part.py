"""A part of a page by itself: what is wrong with one leaves the others."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.requests import Request

from streams.errors import WindowpaneError
from web.access.away import problem_for
from web.edge.problems import Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """What was asked for, or why there is none."""

    value: T | None
    problem: Problem | None = None


async def part_of(request: Request, making: Awaitable[T]) -> Part[T]:
    """What is made, or the problem that keeps it from being made."""
    try:
        return Part(await making)
    except WindowpaneError as error:
        return Part(None, problem_for(request, error))
