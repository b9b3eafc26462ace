from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from streams.exclusions import exclusion, folded

FEW = st.text(alphabet="abAÉé", max_size=6)
MONITORS = [f"monitor-{n:03}/{n % 7}" for n in range(800)]


@given(texts=st.lists(FEW.filter(bool), min_size=1, max_size=6), values=st.lists(st.text("abcAÉé", max_size=12)))
def test_contains_one_of_the_texts(texts: list[str], values: list[str]) -> None:
    excludes = exclusion(texts)
    for value in values:
        assert excludes(value) == any(folded(text) in folded(value) for text in texts)


def test_long_values_are_read_too() -> None:
    excludes = exclusion(["needle"])
    assert excludes("x" * 10_000 + "NEEDLE")
    assert not excludes("x" * 10_000)


def test_hundreds_of_texts_cost_as_one() -> None:
    values = [f"Mozilla/5.0 monitor-monitor-{n:06}" for n in range(20_000)]

    def seconds(texts: list[str]) -> float:
        excludes, begin = exclusion(texts), time.process_time()
        assert not any(map(excludes, values))
        return time.process_time() - begin

    assert seconds([f"{text}!" for text in MONITORS]) < 5 * seconds(["monitor-000!"]) + 0.1
