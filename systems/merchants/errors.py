"""Errors of merchants' sites. PostgreSQL away is `database.errors.LakeAwayError`.

SiteError
├── InvalidSiteError        a site, goal, funnel, link, member or annotation cannot be as asked; names what is wrong
└── UnknownSiteError        there is no such site, or part of one, within the asker's scope
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from streams.errors import WindowpaneError


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one value. `index`: of the site in a list of many."""

    field: str
    reason: str
    index: int | None = None

    def __str__(self) -> str:
        at = "" if self.index is None else f"{self.index}: "
        return f"{at}{self.field}: {self.reason}"


class SiteError(WindowpaneError):
    """What was asked of a site cannot be."""


class InvalidSiteError(SiteError):
    """Values break rules; nothing was changed. `wrong`: at least one of them."""

    def __init__(self, wrong: Iterable[Wrong]) -> None:
        self.wrong = tuple(wrong)
        super().__init__(str(self.wrong[0]))

    @classmethod
    def of(cls, field: str, reason: str) -> InvalidSiteError:
        """Of one value."""
        return cls([Wrong(field, reason)])


class UnknownSiteError(SiteError):
    """What is out of scope is as what is not there. `kind`: site, goal, funnel, link, member, annotation, import."""

    def __init__(self, kind: str = "site") -> None:
        self.kind = kind
        super().__init__(f"There is no such {kind}.")
