"""Errors of statistics.

AnalysisError                   a number cannot honestly be given
├── NotEnoughDataError          too little was given; names the field, what is needed and what was found
├── UnusableDataError           what was given is not counts of consecutive days, or a setting is out of its bounds
├── LeakError                   a predictor is the target under another name; names it, and says how it was found
└── NoFitError                  a model did not settle on these counts
"""

from __future__ import annotations

from collections.abc import Mapping

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


class LeakError(AnalysisError):
    """A model that would be asked what it was told. `predictors`: which tell the target, each with how."""

    def __init__(self, target: str, predictors: Mapping[str, str]) -> None:
        self.target, self.predictors = target, dict(predictors)
        told = "; ".join(f"{name} {how}" for name, how in self.predictors.items())
        super().__init__(f"{target} cannot be predicted honestly: {told}; leave it out of the predictors")


class NoFitError(AnalysisError):
    """A model did not settle on these counts. `model`: which, in words."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(f"the {model} did not settle on these counts; take a longer time or a larger region")
