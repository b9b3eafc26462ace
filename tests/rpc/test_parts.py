"""Messages in parts: bounded by number and bytes, in their order, and none is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from windowpane_client import client
from windowpane_client.client import _parts

LARGE = client._PART_BYTES


@given(st.lists(st.sampled_from([0, 1, 300, LARGE // 2, LARGE - 1, LARGE, LARGE + 1]), max_size=12))
def test_parts_are_bounded_and_whole(sizes: list[int]) -> None:
    lengths = list[int]()
    parts = [*_parts("health", (b"x" * size for size in sizes), lengths)]
    assert [len(each) for part in parts for each in part.messages] == sizes
    assert lengths == [len(part.messages) for part in parts]
    for part in parts:
        size = sum(map(len, part.messages))
        assert size <= LARGE or len(part.messages) == 1
        assert part.stream == "health"


def test_parts_have_a_thousand_messages_at_most() -> None:
    lengths = list[int]()
    assert len([*_parts("health", (b"{}" for _ in range(2500)), lengths)]) == 3
    assert lengths == [1000, 1000, 500]


def test_parts_are_made_as_they_are_taken() -> None:
    made = 0

    def messages() -> object:
        nonlocal made
        while True:
            made += 1
            yield {"n": made}

    parts = _parts("health", messages(), [])  # type: ignore[arg-type]
    assert len(next(parts).messages) == 1000
    assert made == 1001
