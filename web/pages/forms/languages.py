"""In which of its languages a form is shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from streams.form import Form
from web.pages.forms.phrases import PHRASES, Phrases

_RIGHT_TO_LEFT = {"ar", "ckb", "dv", "fa", "he", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
_SCRIPTS_RIGHT_TO_LEFT = {"Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"}
_MOST_WANTED = 50
_WANTED = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")


@dataclass(frozen=True, slots=True)
class Language:
    """One that a form is shown in. `tag`: its own, empty for a form that names none; `spoken`: of the phrases."""

    tag: str
    spoken: str
    phrases: Phrases

    @property
    def direction(self) -> str:
        """Of its lines, as HTML says it."""
        return direction(self.tag)

    @property
    def phrases_direction(self) -> str:
        """Of the lines of its phrases."""
        return direction(self.spoken)


def direction(tag: str) -> str:
    """Of the lines of a language; where it has several scripts, its tag tells."""
    primary, *rest = tag.split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    leftwards = script in _SCRIPTS_RIGHT_TO_LEFT if script else primary in _RIGHT_TO_LEFT
    return "rtl" if leftwards else "ltr"


def language(form: Form, asked: str, accepted: str) -> Language:
    """The one that was asked for, else the first that the browser accepts, else the form's first."""
    tags = [*form.languages]
    chosen = asked if asked in form.languages else next(_accepted(tags, accepted), tags[0] if tags else "")
    spoken = chosen.partition("-")[0]
    known = spoken if spoken in PHRASES else "en"
    return Language(chosen, known, PHRASES[known])


def _accepted(tags: Sequence[str], header: str) -> Iterator[str]:
    """Those of a form that `Accept-Language` (RFC 9110) names, the most wanted first; `de-AT` is met by `de` too."""
    wanted = []
    for part in header.split(",")[:_MOST_WANTED]:
        if (found := _WANTED.fullmatch(part)) and (weight := float(found[2] or 1)) > 0:
            wanted.append((weight, found[1].lower()))
    for _, each in sorted(wanted, key=lambda pair: -pair[0]):
        primary = each.partition("-")[0]
        yield from (tag for tag in tags if tag.lower() == each)
        yield from (tag for tag in tags if tag.lower().partition("-")[0] == primary)
