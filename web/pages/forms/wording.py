"""The decoder's reasons in words for whoever filled in a form. Pure."""

from __future__ import annotations

from streams.definition import FieldRule
from streams.reasons import Reason
from web.pages.forms.phrases import Phrases

_WORDS = {
    Reason.MISSING: "missing",
    Reason.NULL: "missing",
    Reason.NOT_A_NUMBER: "a_number",
    Reason.NOT_A_WHOLE_NUMBER: "whole_number",
    Reason.NOT_A_BOOLEAN: "yes_or_no",
    Reason.NOT_A_TIME: "a_time",
    Reason.NOT_AN_ALLOWED_VALUE: "one_offered",
    Reason.NOT_VALID_TEXT: "bad_text",
    Reason.IS_EXCLUDED: "not_taken",
}
"""Reason → the phrase that says it."""


def wording(reason: str, rule: FieldRule | None, words: Phrases) -> str:
    """A reason, with the bound of the field's rule that was not kept."""
    if rule is not None:
        low, high = (rule.above if rule.min is None else rule.min), (rule.below if rule.max is None else rule.max)
        bounds = {
            Reason.TOO_SMALL: (words.more_than if rule.min is None else words.at_least, low),
            Reason.TOO_LARGE: (words.less_than if rule.max is None else words.at_most, high),
        }
        match reason:
            case Reason.TOO_SMALL | Reason.TOO_LARGE if bounds[Reason(reason)][1] is not None:
                how, bound = bounds[Reason(reason)]
                return how.format(f"{bound:g}" if isinstance(bound, float) else bound)
            case Reason.TOO_SHORT:
                return words.longer.format(rule.min_length)
            case Reason.TOO_LONG:
                return words.shorter.format(rule.max_length)
    known = _WORDS.get(Reason(reason)) if reason in [*Reason] else None
    return str(getattr(words, known)) if known else f"This is {reason}."
