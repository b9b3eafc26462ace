"""Classes of screens by the width of the page, and languages as browsers name them. Pure."""

from __future__ import annotations

import re

_WIDTHS = ((576, "small"), (992, "medium"), (1440, "large"))

_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?(?![A-Za-z0-9])")


def screen_of(width: int) -> str:
    """`small` below 576 pixels, `medium` below 992, `large` below 1440, else `wide`; empty where it is unknown."""
    if width <= 0:
        return ""
    return next((name for below, name in _WIDTHS if width < below), "wide")


def language_of(accepted: str) -> str:
    """The first language of a header Accept-Language, such as `de-AT`; without its script; empty if there is none."""
    match = _LANGUAGE.match(accepted)
    if match is None:
        return ""
    language, _, region = match.groups()
    return f"{language.lower()}-{region.upper()}" if region else language.lower()
