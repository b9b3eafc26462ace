"""Published answers made dirty: the stream's rules bring back what was meant, and reject what cannot be read."""

from __future__ import annotations

import json
from itertools import count

from streams.cleaning import cleaning
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from streams.reasons import Rejection
from systems.students.dirt import Dirtied, dirtied, published
from tests.definitions import ON_DEMAND

STUDENTS = ON_DEMAND["student_answers"]
NOW = 1_800_000_000_000


def made(seed: int = 1) -> list[Dirtied]:
    return [*dirtied(seed, count(NOW - 10**9))]


def test_the_same_seed_makes_the_same() -> None:
    assert made() == made()
    assert made() != made(2)
    assert len({each.sent["id"] for each in made()} | {each.sent["id"] for each in made(2)}) == 2 * len([*published()])


def test_what_is_dirty_is_cleaned_to_what_it_means() -> None:
    plan = decoding_plan(STUDENTS)
    fields = zip(STUDENTS.fields, plan["fields"], strict=True)
    rules = {name: cleaning(field.get("clean", ())) for name, field in fields}
    dirty = 0
    for each in made():
        if each.means is not None:
            assert {name: rules[name](value, ()) for name, value in each.sent.items() if name in rules} == {
                name: value for name, value in each.means.items() if name in rules
            }
            dirty += each.sent != each.means
    assert dirty > 350


def test_what_is_spoilt_is_rejected_and_all_else_taken() -> None:
    decoder = Decoder(decoding_plan(STUDENTS))
    outcomes = [(decoder.decode(json.dumps(each.sent).encode(), NOW), each.means) for each in made()]
    assert all(isinstance(outcome, Rejection if means is None else Accepted) for outcome, means in outcomes)
    assert 4 < sum(means is None for _, means in outcomes) < 40
