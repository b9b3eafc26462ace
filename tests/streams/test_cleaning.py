"""Cleaning makes what its words say, by an oracle of its own, of what students might have typed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.cleaning import cleaning
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from streams.reasons import Rejection
from streams.records import record_fields
from tests.streams import cleaning_oracle
from tests.streams.dirty_students import AT, definition, dirtied, published, truth

RULES: list[dict[str, Any]] = [
    *({"rule": rule} for rule in ("trim", "collapse", "nfc", "lower", "upper", "number", "decimal_comma")),
    {"rule": "remove", "characters": "*\U0001f916!=()"},
    {"rule": "keep", "characters": "0123456789,.+-aeiou "},
    {"rule": "unit", "suffixes": ["points", "years", "y."]},
    {"rule": "choices", "spellings": {"yes": "no", "teacher": "at_home", "13": "", "": "never"}},
    {"rule": "words", "numbers": {"none": 0.0, "other": 2.5, "GP": 1.0}},
    {"rule": "default", "value": 3.0},
    {"rule": "default", "value": "x"},
]
ROWS = published()
CELLS = sorted({value for row in ROWS for value in dirtied(row, 1).values() if isinstance(value, str)})
VALUES = st.one_of(
    st.sampled_from([*CELLS, *sorted({value for row in ROWS for value in row.values()})]),
    st.text(alphabet=" \t\x1c\x85\u00a0\u3000012,.+-aAeEi\u0301\u00df\u0130\u03a3*!y\U0001f916\0\ud800", max_size=8),
    st.sampled_from([None, True, 0, 2.5, [], {"a": 1}]),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_each_rule_alone_does_as_said(rule: dict[str, Any]) -> None:
    clean = cleaning([rule])
    values = [None, "", *CELLS]
    expected = [cleaning_oracle.cleaned([rule], value) for value in values]
    assert [clean(value) for value in values] == expected
    assert expected != values


@settings(max_examples=3000, deadline=None)
@given(rules=st.lists(st.sampled_from(RULES), min_size=1, max_size=6), value=VALUES)
def test_any_rules_in_any_order_do_as_said(rules: list[dict[str, Any]], value: Any) -> None:
    made, expected = cleaning(rules)(value), cleaning_oracle.cleaned(rules, value)
    assert (type(made), made) == (type(expected), expected) or made == expected is not None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dirtied_answers_become_what_they_were(seed: int) -> None:
    cleans, plain = definition(), definition(cleans=False)
    first = len(cleans.dimensions)
    names = [each.field for each in record_fields(cleans)]
    by_rules, without = (Decoder(decoding_plan(each)) for each in (cleans, plain))
    refused = 0
    for row in ROWS:
        payload = json.dumps(dirtied(row, seed)).encode()
        made = by_rules.decode(payload, AT)
        assert isinstance(made, Accepted), payload
        assert dict(zip(names, made.values[first:], strict=True)) == truth(row), payload
        refused += isinstance(without.decode(payload, AT), Rejection)
    assert refused == len(ROWS) > 300
