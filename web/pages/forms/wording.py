"""The decoder's reasons in words for whoever filled in a form. Pure."""

from __future__ import annotations

from streams.definition import FieldRule
from streams.reasons import Reason

_WORDS = {
    Reason.MISSING: "Answer this question.",
    Reason.NULL: "Answer this question.",
    Reason.NOT_A_NUMBER: "Write a number, in digits, such as 12 or 3.5.",
    Reason.NOT_A_WHOLE_NUMBER: "Write a whole number, such as 12.",
    Reason.NOT_A_BOOLEAN: "Choose yes or no.",
    Reason.NOT_A_TIME: "Give a date and a time.",
    Reason.NOT_AN_ALLOWED_VALUE: "Choose one of the answers offered.",
    Reason.NOT_VALID_TEXT: "This has a character that cannot be kept; write it without.",
    Reason.IS_EXCLUDED: "This answer is not taken.",
}


def wording(reason: str, rule: FieldRule | None) -> str:
    """A reason, with the bound of the field's rule that was not kept."""
    if rule is not None:
        low, high = (rule.above if rule.min is None else rule.min), (rule.below if rule.max is None else rule.max)
        bounds = {
            Reason.TOO_SMALL: ("more than" if rule.min is None else "at least", low),
            Reason.TOO_LARGE: ("less than" if rule.max is None else "at most", high),
        }
        match reason:
            case Reason.TOO_SMALL | Reason.TOO_LARGE if bounds[Reason(reason)][1] is not None:
                how, bound = bounds[Reason(reason)]
                return (
                    f"Write a number that is {how} {bound:g}." if isinstance(bound, float) else f"Write {how} {bound}."
                )
            case Reason.TOO_SHORT:
                return f"Write at least {rule.min_length} characters."
            case Reason.TOO_LONG:
                return f"Write at most {rule.max_length} characters."
    return _WORDS.get(Reason(reason), f"This is {reason}.") if reason in [*Reason] else f"This is {reason}."
