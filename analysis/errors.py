"""Errors of statistics.

AnalysisError                   a number cannot honestly be given
├── NotEnoughDataError          too little was given; names the field, what is needed and what was found
├── UnusableDataError           what was given is not counts of consecutive days, or a setting is out of its bounds
└── NoFitError                  a model did not settle on these counts
"""

from __future__ import annotations

from streams.errors import WindowpaneError


class AnalysisError(WindowpaneError):
    """A number cannot honestly be given."""


class NotEnoughDataError(AnalysisError):
    """Too little was given. `field`: of what; `needed` and `found`: in words, as "14 days"."""

    def __init__(self, field: str, needed: str, found: str) -> None:
        self.field, self.needed, self.found = field, needed, found
        super().__init__(f"{field}: {needed} needed, {found} given; take a longer time or a larger region")


class UnusableDataError(AnalysisError):
    """What was given cannot be used. `field`: of what; `problem`: why, and what would do."""

    def __init__(self, field: str, problem: str) -> None:
        self.field, self.problem = field, problem
        super().__init__(f"{field}: {problem}")


class NoFitError(AnalysisError):
    """A model did not settle on these counts. `model`: which, in words."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(f"the {model} did not settle on these counts; take a longer time or a larger region")
