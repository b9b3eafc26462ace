"""The model of a process: which records it reads, and what is asked of them."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_EVERY = re.compile(r"(\d{1,4}) (minute|hour|day)s?")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("a lower-case name of letters, digits and _, at most 41 of them")
    return text


def _every(text: str) -> str:
    found = _EVERY.fullmatch(text)
    if not found or not int(found[1]):
        raise ValueError('how often, as "1 day", "6 hours" or "30 minutes"')
    return text


ProcessName = Annotated[str, AfterValidator(_name)]
Fields = tuple[str, ...]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Correlating(_Model):
    """Which numbers go together: `fields`, or all that the process reads."""

    fields: Fields = ()
    method: Literal["spearman", "pearson"] = "spearman"


class Differing(_Model):
    """Whether groups differ: the number `of`, by each label of `by`."""

    of: str
    by: Fields = Field(min_length=1)


class Predicting(_Model):
    """How well `target` is told by the other fields; see `analysis.prediction.PredictionSettings`."""

    target: str
    predictors: Fields = ()
    left_out: Fields = ()
    model: Literal["forest", "linear"] = "forest"
    groups: str = ""
    naive: str = ""
    fair_by: Fields = ()
    folds: int = Field(default=10, ge=2, le=20)
    trees: int = Field(default=200, ge=10, le=1000)


class Clustering(_Model):
    """Which rows are alike by some numbers."""

    fields: Fields = Field(min_length=1)
    counts: tuple[Annotated[int, Field(ge=2, le=20)], ...] = (2, 3, 4, 5)


class Process(_Model):
    """One process. `fields`: what it reads of the stream's records; all numbers, texts and booleans if none is named.

    `every`: how often it runs by itself. `after`: that it runs by itself once a replay was published or rolled back;
    never, if it says neither. `sample`: rows that are held for all that is not counted over every row. `about`: for
    whom it holds, in the words of whoever declares it.
    """

    name: ProcessName
    title: str = Field(min_length=1, max_length=120)
    stream: ProcessName
    about: str = Field(default="", max_length=2000)
    fields: Fields = ()
    every: Annotated[str, AfterValidator(_every)] | None = None
    after: Literal["publication"] | None = None
    seed: int = Field(default=0, ge=0, le=2**31)
    sample: int = Field(default=20_000, ge=100, le=200_000)
    correlations: Correlating | None = None
    differences: Differing | None = None
    prediction: Predicting | None = None
    clusters: Clustering | None = None
    drift: bool = True

    @model_validator(mode="after")
    def _known(self) -> Process:
        if self.fields and (foreign := sorted(self.named - {*self.fields})):
            raise ValueError(f"fields lacks {foreign[0]}, which is asked about")
        return self

    @property
    def named(self) -> frozenset[str]:
        """All fields that something is asked about by name."""
        found: set[str] = set()
        if self.correlations:
            found |= {*self.correlations.fields}
        if self.differences:
            found |= {self.differences.of, *self.differences.by}
        if each := self.prediction:
            found |= {each.target, *each.predictors, *each.left_out, each.groups, each.naive, *each.fair_by}
        if self.clusters:
            found |= {*self.clusters.fields}
        return frozenset(found - {""})

    @property
    def steps(self) -> tuple[str, ...]:
        """What it does, in order."""
        asked = [name for name in ("correlations", "differences", "prediction", "clusters") if getattr(self, name)]
        return ("descriptives", *(("drift",) if self.drift else ()), *asked)

    @property
    def runs_itself(self) -> bool:
        """Whether it ever does."""
        return self.every is not None or self.after is not None

    @property
    def every_seconds(self) -> int | None:
        """How often it runs by itself."""
        found = _EVERY.fullmatch(self.every) if self.every else None
        return int(found[1]) * _SECONDS[found[2]] if found else None

    @property
    def digest(self) -> str:
        """What tells declarations apart that may give other results."""
        return hashlib.sha256(self.model_dump_json(exclude={"title", "about", "every", "after"}).encode()).hexdigest()[
            :16
        ]
