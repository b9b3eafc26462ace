"""The edge's decoder and the job's make the same of a field, by each rule of cleaning and by any row of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.cleaning import WHITE_SPACE
from streams.conditions import condition
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from streams.definition_files import parse_definition
from streams.reasons import Rejection
from tests.flink_jobs.jvm import JavaDecoder

RULES: list[dict[str, Any]] = [
    *({"rule": rule} for rule in ("trim", "collapse", "nfc", "lower", "upper", "number", "decimal_comma")),
    {"rule": "remove", "characters": "*\U0001f916"},
    {"rule": "keep", "characters": "0123456789,.-aé "},
    {"rule": "unit", "suffixes": ["kg", "g"]},
    {"rule": "replace", "pattern": "[^0-9a]+", "into": "-"},
    {"rule": "replace", "pattern": r"(a)|\b|\d+", "into": "\U0001f916"},
    {"rule": "date", "pattern": r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", "units": ["D", "M", "Y"]},
    {
        "rule": "date",
        "pattern": r"([0-9]{2})([0-9]{2})([0-9]{2})",
        "units": ["Y", "M", "D"],
        "pivot": 30,
        "offset": "Z",
    },
    {"rule": "choices", "spellings": {"a": "A", "": "none"}},
    {"rule": "words", "numbers": {"a": 1.0, "é": 2.5}},
    {"rule": "default", "value": 3.0},
    {"rule": "default", "value": "x"},
]
TEXTS = st.text(alphabet=WHITE_SPACE + "0123,.+-aAéßİΣǅ*gk\u0301\u0323\u0344\U0001f916\u0898\ud800\0", max_size=8)
VALUES = st.one_of(TEXTS, st.from_regex(r"\s?[+-]?\d{1,17}([,.]\d{1,16})? ?(kg)?", fullmatch=True), st.none(),
                   st.from_regex(r"\d{1,2}\.\d{1,2}\.\d{4}|\d{6}", fullmatch=True),
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


ATOMS = st.sampled_from(["a", "b", "\u00e9", ".", "[a-c]", "[^a]", r"\d", r"\W", r"\s", r"\b", "^", "$", "[[:alpha:]]"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}?"])).map(
            lambda p: f"({p[0]}){p[1]}"
        ),
    ),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=500)
@given(pattern=PATTERNS, text=st.text(alphabet="aab1\u00e9\n \U0001f916", max_size=12))
def test_fuzzed_patterns_agree(pattern: str, text: str, java: JavaDecoder) -> None:
    rule = {"rule": "replace", "pattern": pattern, "into": "<>"}
    decoded(java, [rule], "string", {"in": {"it": text}})


CONDITIONS = st.recursive(
    st.sampled_from(
        ["s == 'a'", "s != 'a'", "s in ['b', '']", "n < 1", "n >= 0.5", "n == 0", "n not in [1, 2]", "b", "b == false"]
    ),
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
    ),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(
    when=CONDITIONS,
    answers=st.fixed_dictionaries(
        {},
        optional={
            "s": st.sampled_from(["a", "b", "", None]),
            "n": st.sampled_from([-0.0, 0, 0.5, 1, 2.0]),
            "b": st.booleans(),
        },
    ),
)
def test_fuzzed_conditions_agree(when: str, answers: dict[str, Any], java: JavaDecoder) -> None:
    """Both say what the condition says of the answers."""
    kinds = {"s": "string", "n": "number", "b": "boolean", "it": "string"}
    conditioned = parse_definition(
        {
            "name": "conditioned",
            "title": "Conditioned",
            "topic": "conditioned",
            "event_time": {"field": "at"},
            "fields": {name: {"type": kind, "required": name == "it"} for name, kind in kinds.items()},
            "dimensions": {"it": {"field": "it"}},
            "clean": {"it": [{"rule": "upper", "when": when}]},
        },
        "conditioned.toml",
    )
    java.add_plan("conditioned", decoding_plan(conditioned))
    payload = json.dumps({"at": 1_760_000_000_000, **answers, "it": "x"}).encode()
    said = Decoder(decoding_plan(conditioned)).decode(payload, 1 << 60)
    given_answers = {name: value for name, value in answers.items() if value is not None}
    expected = "X" if condition(when).holds(given_answers) else "x"
    assert said == java.decode("conditioned", payload) == Accepted(1_760_000_000_000, (expected,))


@pytest.mark.parametrize("rule", ["lower", "upper", "nfc"])
def test_all_of_unicode_agrees(rule: str, java: JavaDecoder) -> None:
    letters = [chr(c) for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000]
    for at in range(0, len(letters), 1000):
        text = "".join(f"a\u0301{letter}\u0323" if rule == "nfc" else letter for letter in letters[at : at + 1000])
        decoded(java, [{"rule": rule}], "string", {"in": {"it": text}})


@pytest.mark.parametrize("pattern", [r"\w", r"\s", r"\D", ".", r"\b.", "[^a]", "[[:punct:]]", "[\u00e0-\u024f]"])
def test_all_of_unicode_matches_alike(pattern: str, java: JavaDecoder) -> None:
    letters = [chr(c) for c in range(1, 0x110000, 41) if not 0xD800 <= c < 0xE000]
    letters = [*map(chr, range(1, 0x400)), *letters]
    for at in range(0, len(letters), 500):
        rule = {"rule": "replace", "pattern": pattern, "into": "<>"}
        decoded(java, [rule], "string", {"in": {"it": "".join(letters[at : at + 500])}})
