"""The edge's decoder and the job's make the same of a field, by each rule of cleaning and by any row of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.cleaning import WHITE_SPACE
from streams.decoder import Accepted, Decoder
from streams.reasons import Rejection
from tests.flink_jobs.jvm import JavaDecoder

RULES: list[dict[str, Any]] = [
    *({"rule": rule} for rule in ("trim", "collapse", "nfc", "lower", "upper", "number", "decimal_comma")),
    {"rule": "remove", "characters": "*\U0001f916"},
    {"rule": "keep", "characters": "0123456789,.-aé "},
    {"rule": "unit", "suffixes": ["kg", "g"]},
    {"rule": "choices", "spellings": {"a": "A", "": "none"}},
    {"rule": "words", "numbers": {"a": 1.0, "é": 2.5}},
    {"rule": "default", "value": 3.0},
    {"rule": "default", "value": "x"},
]
TEXTS = st.text(alphabet=WHITE_SPACE + "0123,.+-aAéßİΣǅ*gk\u0301\u0323\u0344\U0001f916\u0898\ud800\0", max_size=8)
VALUES = st.one_of(TEXTS, st.from_regex(r"\s?[+-]?\d{1,17}([,.]\d{1,16})? ?(kg)?", fullmatch=True), st.none(),
                   st.booleans(), st.integers(-9, 9), st.just([]), st.just({}))  # fmt: skip


def plan(rules: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    field = {"path": ["in", "it"], "type": kind, "required": False, "clean": rules}
    return {
        "event_time": {"field": ["at"], "max_ahead_ms": 1},
        "fields": [field],
        "columns": [{"name": "it", "kind": "field", "field": 0}],
    }


def decoded(java: JavaDecoder, rules: list[dict[str, Any]], kind: str, message: dict[str, Any]) -> Accepted | Rejection:
    """What both decoders say."""
    payload = json.dumps({"at": 1_760_000_000_000, **message}).encode()
    java.add_plan("cleaned", plan(rules, kind))
    ours = Decoder(plan(rules, kind)).decode(payload, 1 << 60)
    assert java.decode("cleaned", payload) == ours
    return ours


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=1500)
@given(
    rules=st.lists(st.sampled_from(RULES), min_size=1, max_size=4),
    kind=st.sampled_from(["string", "number", "integer", "boolean"]),
    message=st.one_of(VALUES.map(lambda value: {"in": {"it": value}}), st.sampled_from([{}, {"in": None}, {"in": 1}])),
)
def test_fuzzed_rules_agree(rules: list[dict[str, Any]], kind: str, message: dict[str, Any], java: JavaDecoder) -> None:
    decoded(java, rules, kind, message)


@pytest.mark.parametrize(
    ("rules", "kind", "value", "cleaned"),
    [
        (["trim", "collapse"], "string", "\u00a0 a \t b\n", "a b"),
        (["nfc"], "string", "Mu\u0308ller", "M\u00fcller"),
        (["lower"], "string", "\u00c4B\u0130", "\u00e4b\u0130"),
        (["upper"], "string", "a\u00df", "A\u00df"),
        (["trim", "decimal_comma"], "number", " -12,5 ", -12.5),
        (["number"], "integer", "+012", 12.0),
        (["decimal_comma"], "number", "1.5", None),
    ],
)
def test_rule_makes(rules: list[str], kind: str, value: str, cleaned: Any, java: JavaDecoder) -> None:
    said = decoded(java, [{"rule": rule} for rule in rules], kind, {"in": {"it": value}})
    expected = Rejection("in.it", "not a number") if cleaned is None else Accepted(1_760_000_000_000, (cleaned,))
    assert said == expected


@pytest.mark.parametrize("rule", ["lower", "upper", "nfc"])
def test_all_of_unicode_agrees(rule: str, java: JavaDecoder) -> None:
    letters = [chr(c) for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000]
    for at in range(0, len(letters), 1000):
        text = "".join(f"a\u0301{letter}\u0323" if rule == "nfc" else letter for letter in letters[at : at + 1000])
        decoded(java, [{"rule": rule}], "string", {"in": {"it": text}})
