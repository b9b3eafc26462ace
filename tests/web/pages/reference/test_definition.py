"""A definition's rules are said in words."""

from __future__ import annotations

import pytest

from streams.definition import FieldRule
from web.pages.reference.definition import field_rules


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (FieldRule(type="number", min=0.0, max="RAM.Total"), ["at least 0", "at most RAM.Total"]),
        (FieldRule(type="number", above=0.0, required=False), ["may be missing", "above 0"]),
        (FieldRule(type="string", min_length=1, max_length=200), ["1 to 200 characters"]),
        (FieldRule(type="string", min_length=1), ["1 to any number of characters"]),
        (FieldRule(type="string", values=("a", "b")), ["one of a, b"]),
        (
            FieldRule(type="string", required=False, excluded=True),
            ["may be missing", "messages that have it do not count"],
        ),
        (FieldRule(type="string", excluded=("a", "b")), ["messages do not count where it contains a, b"]),
        (
            FieldRule(type="string", excluded=tuple("abcdefghijkl")),
            ["messages do not count where it contains a, b, c, d, e, f, g, h, i, j or one of 2 more"],
        ),
    ],
)
def test_rules_are_said_in_words(rule: FieldRule, words: list[str]) -> None:
    assert list(field_rules(rule)) == words
