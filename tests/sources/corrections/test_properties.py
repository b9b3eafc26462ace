"""In whatever order files come, twice, cut or whole: the sum of changes is the newest state of every key."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.corrections import withdraw
from sources.definition import Corrections
from tests.sources.corrections.landing import Landing, Message, sent

Facts: TypeAlias = dict[tuple[str, str], Decimal]
"""Region and date → what a file says."""

REGIONS = st.sampled_from(["A", "B"])
DATES = st.sampled_from([f"2020-01-0{day}" for day in range(1, 5)])
VALUES = st.integers(-50, 50).map(lambda number: Decimal(number) / 4)
CONTENTS = st.dictionaries(st.tuples(REGIONS, DATES), VALUES, max_size=6)

unhurried = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def deliveries(draw: st.DrawFn) -> list[Facts]:
    """Files as they come: some twice, some cut, some corrected, in any order."""
    files = draw(st.lists(CONTENTS, min_size=1, max_size=3))
    copies = draw(st.lists(st.sampled_from(files), max_size=2))
    cut = draw(st.sampled_from(files))
    part = dict(list(cut.items())[: draw(st.integers(0, len(cut)))])
    return draw(st.permutations([*files, *copies, part]))


def messages(facts: Facts, name: str) -> list[Message]:
    """As a mapping makes them."""
    return [{"region": region, "date": date, name: float(value)} for (region, date), value in facts.items()]


def after(state: Facts, file: Facts, replaces: str) -> Facts:
    """What stands after a file, by the definition of what it replaces."""
    if replaces == "whole":
        return dict(file)
    dates = [date for _, date in file]
    if replaces == "dates":
        return {**{key: value for key, value in state.items() if key[1] not in dates}, **file}
    if replaces == "span" and file:
        outside = {key: value for key, value in state.items() if not min(dates) <= key[1] <= max(dates)}
        return {**outside, **file}
    return {**state, **file}


def daily(totals: Facts) -> Facts:
    """What each date has over the one before it, by region."""
    numbers = {}
    for region, date in totals:
        before = [other for name, other in totals if name == region and other < date]
        numbers[region, date] = totals[region, date] - (totals[region, max(before)] if before else 0)
    return numbers


def without_zeros(facts: dict[Any, Decimal]) -> dict[Any, Decimal]:
    """A sum of 0 is no sum."""
    return {key: value for key, value in facts.items() if value}


@given(deliveries(), st.sampled_from(["whole", "span", "dates", "rows"]), st.booleans())
@unhurried
def test_sum_of_changes_is_the_newest_state(files: list[Facts], replaces: Any, running: bool) -> None:
    """After each file, not only after the last; and the last again sends nothing."""
    rules = Corrections(
        key=("region", "date"),
        replaces=replaces,
        date="date",
        new_from="cumulative" if running else None,
        hold_if_lost=1.0,
    )
    with tempfile.TemporaryDirectory() as folder:
        landing, state = Landing(Path(folder), rules), Facts()
        for file in files:
            landing.land(messages(file, "cumulative" if running else "change"))
            state = after(state, file, replaces)
            assert landing.state == without_zeros(daily(state) if running else state)
        assert landing.land(messages(files[-1], "cumulative" if running else "change")) == []


@given(CONTENTS, st.permutations(range(4)), st.sampled_from(["dates", "rows"]))
@unhurried
def test_order_of_files_of_different_dates_is_nothing(facts: Facts, order: list[int], replaces: Any) -> None:
    """A folder may be read in any order, and each file twice."""
    rules = Corrections(key=("region", "date"), replaces=replaces, date="date", new_from="cumulative", hold_if_lost=1.0)
    by_day = [{key: value for key, value in facts.items() if key[1].endswith(str(day + 1))} for day in order]
    with tempfile.TemporaryDirectory() as folder:
        landing = Landing(Path(folder), rules)
        for file in (*by_day, by_day[0]):
            landing.land(messages(file, "cumulative"))
        assert landing.state == without_zeros(daily(facts))


@given(deliveries(), st.randoms(use_true_random=False))
@unhurried
def test_sum_of_what_was_taken_is_what_the_state_says(files: list[Facts], chance: Any) -> None:
    """Though the decoder refuses some of every file; once it refuses nothing, all files again make it whole."""
    rules = Corrections(key=("region", "date"), replaces="rows", date="date", hold_if_lost=1.0)
    with tempfile.TemporaryDirectory() as folder:
        landing = Landing(Path(folder), rules)
        taken: dict[tuple[str, str], Decimal] = {}
        state = Facts()

        def land(file: Facts, refusing: float) -> None:
            made = landing.compare(messages(file, "change"))
            changes = sent(made)
            refused = {change["id"] for change in changes if chance.random() < refusing}
            for change in changes:
                if change["id"] not in refused:
                    key = change["region"], change["date"]
                    taken[key] = taken.get(key, Decimal(0)) + change["change"]
            withdraw(landing.landed, made, refused, rules)
            landing.landed = made.landed_file

        for file in files:
            land(file, 0.5)
        for file in files:
            land(file, 0.0)
            state = after(state, file, "rows")
        assert without_zeros(taken) == without_zeros(state)
