"""Cleaning makes what its words say, by an oracle of its own, of what students might have typed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from streams.cleaning import Clean, cleaning
from streams.cleaning_rules import CleanRule
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from streams.definition_files import parse_definition
from streams.reasons import Rejection
from streams.records import record_fields
from tests.streams import cleaning_oracle
from tests.streams.dirty_students import AT, definition, dirtied, published, truth

RULES: list[dict[str, Any]] = [
    *({"rule": rule} for rule in ("trim", "collapse", "nfc", "lower", "upper", "number", "decimal_comma")),
    {"rule": "remove", "characters": "*\U0001f916!=()"},
    {"rule": "keep", "characters": "0123456789,.+-aeiou "},
    {"rule": "unit", "suffixes": ["points", "years", "y."]},
    {"rule": "replace", "pattern": "[^0-9a-z]+"},
    {"rule": "replace", "pattern": "[ ,./]+(years|points)?", "into": "-"},
    {"rule": "date", "format": "D.M.YYYY"},
    {"rule": "date", "format": "MM/DD/YY", "pivot": 30},
    {"rule": "date", "format": "YYYY-MM-DDThh:mm", "offset": "+01:00"},
    {"rule": "choices", "spellings": {"yes": "no", "teacher": "at_home", "13": "", "": "never"}},
    {"rule": "words", "numbers": {"none": 0.0, "other": 2.5, "GP": 1.0}},
    {"rule": "default", "value": 3.0},
    {"rule": "default", "value": "x"},
]
ROWS = published()
DATES = ["31.12.2007", "1.2.2008", "30.2.2008", "29.02.2000", "1.1.0000", "01/02/29", "01/02/30", "13/01/07"]
TIMES = ["2008-01-02T03:04", "2008-01-02T24:00", "2008-1-2T3:04", "2008-01-02T03:04Z"]
TYPED = {value for row in ROWS for value in dirtied(row, 1).values() if isinstance(value, str)}
CELLS = sorted({*TYPED, *DATES, *TIMES, "1" * 501, "12 34 " * 50})
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([*CELLS, *sorted({value for row in ROWS for value in row.values()})]),
    st.from_regex(r"[0-3]?[0-9][./-][01]?[0-9][./-]([0-9]{2}){1,2}(T[0-2][0-9]:[0-5][0-9])?", fullmatch=True),
    st.text(alphabet=" \t\x1c\x85\u00a0\u3000012,.+-aAeEi\u0301\u00df\u0130\u03a3*!y\U0001f916\0\ud800", max_size=8),
    st.sampled_from([None, True, 0, 2.5, [], {"a": 1}]),
)


def planned(*rules: dict[str, Any]) -> Clean:
    """The rules as a definition says them, in one."""
    return cleaning([_READER.validate_json(json.dumps(rule)).planned() for rule in rules])


_READER: TypeAdapter[CleanRule] = TypeAdapter(CleanRule)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_each_rule_alone_does_as_said(rule: dict[str, Any]) -> None:
    clean = planned(rule)
    values = [None, "", *CELLS]
    expected = [cleaning_oracle.cleaned([rule], value) for value in values]
    assert [clean(value, ()) for value in values] == expected
    assert expected != values


@settings(max_examples=1500, deadline=None)
@given(rules=st.lists(st.sampled_from(RULES), min_size=1, max_size=6), value=VALUES)
def test_any_rules_in_any_order_do_as_said(rules: list[dict[str, Any]], value: Any) -> None:
    made, expected = planned(*rules)(value, ()), cleaning_oracle.cleaned(rules, value)
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


def test_rules_have_their_condition() -> None:
    rules = {"mark": [{"rule": "unit", "suffixes": ["%"], "when": 'school == "GP" and not late'}, {"rule": "number"}]}
    fields = {
        "school": {"type": "string"},
        "late": {"type": "boolean", "required": False},
        "mark": {"type": "number"},
    }
    marks = parse_definition(
        {
            "name": "marks",
            "title": "Marks",
            "topic": "marks",
            "event_time": {"field": "at"},
            "fields": fields,
            "dimensions": {"school": {"field": "school"}},
            "clean": {"school": [{"rule": "upper"}], **rules},
        },
        "marks.toml",
    )
    decoder = Decoder(decoding_plan(marks))

    def accepts(**answers: Any) -> bool:
        return isinstance(decoder.decode(json.dumps({"at": AT, "mark": "5%", **answers}).encode(), AT), Accepted)

    assert [accepts(school="gp"), accepts(school="gp", late=False)] == [True, True]
    assert [accepts(school="ms"), accepts(school="gp", late=True)] == [False, False]
