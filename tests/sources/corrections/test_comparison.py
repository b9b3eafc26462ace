"""Each fact once, corrections as corrections."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from pyarrow import parquet

from sources.corrections import withdraw
from sources.definition import Corrections
from sources.errors import Held
from tests.sources.corrections.landing import Landing, Message, sent


def numbers(replaces: Literal["whole", "span", "dates", "rows"], **more: Any) -> Corrections:
    """Numbers by region and date."""
    return Corrections(key=("region", "date"), replaces=replaces, date="date", **{"hold_if_lost": 1.0, **more})


def fact(region: str, day: int, change: object) -> Message:
    """A number of a region on a day of January."""
    return {"region": region, "date": f"2020-01-{day:02}", "change": change}


def total(region: str, day: int, cumulative: object) -> Message:
    """A running total of a region on a day of January."""
    return {"region": region, "date": f"2020-01-{day:02}", "cumulative": cumulative}


def told(changes: list[Message]) -> set[tuple[Any, ...]]:
    """Kind, region, day, change and revision of each."""
    return {
        (each["_kind"], each["region"], int(each["date"][-2:]), each.get("change"), each["revision"])
        for each in changes
    }


def test_first_file_is_sent_as_it_is(tmp_path: Path) -> None:
    """With ids, revision 0 and the lines."""
    landing = Landing(tmp_path, numbers("rows"))
    changes = landing.land([fact("DE", 1, 5), fact("FR", 1, 1.5)])
    assert told(changes) == {("first", "DE", 1, 5, 0), ("first", "FR", 1, Decimal("1.5"), 0)}
    assert {change["_row"] for change in changes} == {2, 3}
    assert all(len(change["id"]) == 32 for change in changes)


@pytest.mark.parametrize("replaces", ["whole", "dates", "rows"])
def test_same_file_again_sends_nothing(tmp_path: Path, replaces: Literal["whole", "dates", "rows"]) -> None:
    """Nor does one with its rows in another order."""
    landing = Landing(tmp_path, numbers(replaces))
    file = [fact("DE", 1, 5), fact("FR", 1, 7), fact("DE", 2, 0)]
    assert len(landing.land(file)) == 3
    assert landing.land(file) == []
    assert landing.land(file[::-1]) == []


def test_corrected_number_is_sent_as_its_difference(tmp_path: Path) -> None:
    """Once."""
    landing = Landing(tmp_path, numbers("rows"))
    landing.land([fact("DE", 1, 5), fact("FR", 1, 7)])
    assert told(landing.land([fact("DE", 1, 3), fact("FR", 1, 7)])) == {("corrected", "DE", 1, -2, 1)}
    assert told(landing.land([fact("DE", 1, 0.5)])) == {("corrected", "DE", 1, Decimal("-2.5"), 2)}


def test_other_words_of_a_fact_are_sent(tmp_path: Path) -> None:
    """With a change of 0: the number stands."""
    landing = Landing(tmp_path, numbers("rows"))
    landing.land([{**fact("DE", 1, 5), "quality": "provisional"}])
    [change] = landing.land([{**fact("DE", 1, 5), "quality": "final"}])
    assert (change["change"], change["quality"], change["revision"]) == (0, "final", 1)


@pytest.mark.parametrize(
    ("replaces", "expected"),
    [
        ("rows", set()),
        ("dates", {("retracted", "FR", 2, -7, 1)}),
        ("whole", {("retracted", "FR", 2, -7, 1), ("retracted", "DE", 1, -5, 1)}),
    ],
)
def test_what_a_file_replaces_is_retracted(
    tmp_path: Path, replaces: Literal["whole", "dates", "rows"], expected: set[tuple[Any, ...]]
) -> None:
    """The same file, as the truth for what it is."""
    landing = Landing(tmp_path, numbers(replaces))
    landing.land([fact("DE", 1, 5)])
    landing.land([*([fact("DE", 1, 5)] if replaces == "whole" else []), fact("DE", 2, 6), fact("FR", 2, 7)])
    assert told(landing.land([fact("DE", 2, 6)])) == expected


def test_retracted_fact_may_come_back(tmp_path: Path) -> None:
    """As its next revision."""
    landing = Landing(tmp_path, numbers("dates"))
    landing.land([fact("DE", 1, 5), fact("FR", 1, 7)])
    landing.land([fact("DE", 1, 5)])
    assert landing.land([fact("DE", 1, 5)]) == []
    assert told(landing.land([fact("DE", 1, 5), fact("FR", 1, 7)])) == {("corrected", "FR", 1, 7, 2)}


def test_file_is_the_truth_within_what_it_holds(tmp_path: Path) -> None:
    """One for cases, one for deaths: neither takes back the other's."""
    rules = Corrections(key=("region", "metric"), replaces="whole", within=("metric",), hold_if_lost=1.0)
    landing = Landing(tmp_path, rules)
    cases = [{"region": region, "metric": "cases", "change": 5} for region in ("DE", "FR")]
    landing.land(cases)
    assert len(landing.land([{"region": "DE", "metric": "deaths", "change": 1}])) == 1
    [retracted] = landing.land(cases[:1])
    assert (retracted["_kind"], retracted["region"], retracted["metric"]) == ("retracted", "FR", "cases")


def test_file_that_loses_much_is_held(tmp_path: Path) -> None:
    """Half of it did not arrive: it waits, and nothing changes."""
    landing = Landing(tmp_path, numbers("dates", hold_if_lost=0.2))
    whole = [fact(f"R{number}", 1, number) for number in range(10)]
    landing.land(whole)
    landing.land([fact("other", 2, 1)])
    with pytest.raises(Held, match=r"has 5 of 10 facts no more .* hold_if_lost = 0.2"):
        landing.compare(whole[:5])
    assert len(landing.land(whole[:8])) == 2
    assert landing.land([fact("other", 2, 1)]) == []


def test_numbers_told_otherwise_are_not_lost(tmp_path: Path) -> None:
    """By other weeks and names: they add up to what they did. Half of them is held."""
    landing = Landing(tmp_path, numbers("span", hold_if_lost=0.2))
    landing.land([fact(region, day, 5) for region in ("a", "b") for day in range(1, 9)])
    by_pairs = [fact("c", day, 20) for day in (2, 4, 6, 8)]
    with pytest.raises(Held, match=r"has 14 of 14 facts no more"):
        landing.compare([*by_pairs[:1], fact("c", 8, 1)])
    landing.land(by_pairs)
    assert landing.state == {("a", "2020-01-01"): 5, ("b", "2020-01-01"): 5} | {
        ("c", f"2020-01-0{day}"): 20 for day in (2, 4, 6, 8)
    }


def test_empty_file_is_held(tmp_path: Path) -> None:
    """Where it would be the truth for all."""
    landing = Landing(tmp_path, numbers("whole", hold_if_lost=0.9))
    landing.land([fact("DE", 1, 5)])
    with pytest.raises(Held):
        landing.compare([])


def test_running_total_becomes_a_number_a_day(tmp_path: Path) -> None:
    """What a day has over the one before; a day that comes late takes its part from the next."""
    landing = Landing(tmp_path, numbers("dates", new_from="cumulative"))
    assert told(landing.land([total("DE", 1, 5), total("DE", 3, 9)])) == {
        ("first", "DE", 1, 5, 0),
        ("first", "DE", 3, 4, 0),
    }
    assert told(landing.land([total("DE", 2, 8)])) == {("first", "DE", 2, 3, 0), ("corrected", "DE", 3, -3, 1)}
    assert told(landing.land([total("DE", 1, 6)])) == {("corrected", "DE", 1, 1, 1), ("corrected", "DE", 2, -1, 1)}


def test_retracted_total_is_told_no_more(tmp_path: Path) -> None:
    """What it was over the day before goes to the next."""
    landing = Landing(tmp_path, numbers("dates", new_from="cumulative"))
    landing.land([total("DE", 1, 5)])
    landing.land([total("DE", 2, 8), total("FR", 2, 1)])
    landing.land([total("DE", 3, 9)])
    changes = landing.land([total("FR", 2, 1)])
    assert told(changes) == {("retracted", "DE", 2, -3, 1), ("corrected", "DE", 3, 3, 1)}
    assert all("cumulative" not in change for change in changes if change["_kind"] == "retracted")


def test_times_of_a_day_are_dates(tmp_path: Path) -> None:
    """As streams have them."""
    landing = Landing(tmp_path, numbers("dates", new_from="cumulative"))
    landing.land([{"region": "DE", "date": "2020-01-02T00:00:00Z", "cumulative": 5}])
    [change] = landing.land([{"region": "DE", "date": "2020-01-02T00:00:00Z", "cumulative": 6}])
    assert (change["change"], change["date"]) == (1, "2020-01-02T00:00:00Z")


@pytest.mark.parametrize(
    "unfit",
    [
        {"region": "DE", "date": "2020-01-01", "cumulative": "many"}, {"region": "DE", "date": "2020-01-01"},
        {"region": "DE", "date": "soon", "cumulative": 1}, {"region": "DE", "date": "2020-02-30", "cumulative": 1},
        {"region": "DE", "date": "infinity", "cumulative": 1}, {"region": "DE", "cumulative": 1},
        {"region": "DE", "date": "2020-01-01", "cumulative": 10**19}, {"region": "DE", "date": 5, "cumulative": 1},
        {"region": "DE", "date": "2020-01-01", "cumulative": [2]}, {},
    ],
)  # fmt: skip
def test_what_is_no_fact_is_handed_on(tmp_path: Path, unfit: Message) -> None:
    """As it is, for the decoder to name what is wrong; it has no part in what stands."""
    landing = Landing(tmp_path, numbers("dates", new_from="cumulative"))
    changes = landing.land([total("FR", 1, 5), unfit])
    [handed] = [change for change in changes if change["_kind"] == "unfit"]
    assert {name: handed[name] for name in unfit} == unfit
    assert (handed["revision"], handed["_row"]) == (0, 3)
    readable = isinstance(unfit.get("cumulative"), int) and unfit["cumulative"] == 1
    assert handed.get("change") == (None if readable else unfit.get("cumulative"))
    assert landing.state == {("FR", "2020-01-01"): 5}


def test_repeated_fact_counts_once(tmp_path: Path) -> None:
    """The last row of a file; what an earlier one says beside it is told."""
    landing = Landing(tmp_path, numbers("rows"))
    made = landing.compare([fact("DE", 1, 5), fact("FR", 1, 7), fact("DE", 1, 5), fact("DE", 1, 6)])
    assert told(sent(made)) == {("first", "DE", 1, 6, 0), ("first", "FR", 1, 7, 0)}
    repeated = parquet.read_table(made.repeated_file).to_pylist()
    assert sorted((row["row"], row["counts"]) for row in repeated) == [(2, 5), (4, 5)]
    assert made.repeated == 2


def test_decimals_add_up_exactly(tmp_path: Path) -> None:
    """0.1 and 0.2 are 0.3."""
    landing = Landing(tmp_path, numbers("rows"))
    for change in (0.1, 0.3, 0.7, 123456789.123456789, 0.2):
        landing.land([fact("DE", 1, change)])
    assert landing.state == {("DE", "2020-01-01"): Decimal("0.2")}


def test_ids_are_the_same_when_it_is_done_again(tmp_path: Path) -> None:
    """After a crash what is sent twice has one id; the same fact in another revision has another."""
    landing = Landing(tmp_path, numbers("rows"))
    file = [fact("DE", 1, 5), fact("FR", 1, "x")]
    assert {each["id"] for each in sent(landing.compare(file))} == {each["id"] for each in sent(landing.compare(file))}
    first = landing.land(file)
    landing.land([fact("DE", 1, 6)])
    [again] = [change for change in landing.land(file) if change["_kind"] != "unfit"]
    assert again["id"] not in {change["id"] for change in first}


def test_things_have_versions(tmp_path: Path) -> None:
    """Not numbers: what is lost is sent as deleted, with all that was known of it; ids are their own."""
    rules = Corrections(key=("id",), replaces="whole", deleted="deleted", hold_if_lost=1.0)
    landing = Landing(tmp_path, rules)
    ann, bob = {"id": "a", "name": "Ann"}, {"id": "b", "name": "Bob"}
    made = landing.compare([ann, bob])
    assert made.first == 2
    landing.landed = made.landed_file
    changed = landing.compare([{**ann, "name": "Anne"}])
    rows = parquet.read_table(changed.changes_file).to_pylist()
    texts = sorted(row["message"] for row in rows)
    assert texts == ['{"id":"a","name":"Anne","revision":1}', '{"id":"b","name":"Bob","revision":1,"deleted":true}']


def test_refused_changes_are_withdrawn(tmp_path: Path) -> None:
    """What the decoder did not take was not sent: it is tried anew by the next file that has it."""
    rules = numbers("dates", new_from="cumulative")
    landing = Landing(tmp_path, rules)
    landing.land([total("DE", 1, 5), total("FR", 1, 1)])
    file = [total("DE", 1, 9), total("XX", 1, 3), total("FR", 1, 2)]
    made = landing.compare(file)
    refused = {change["id"] for change in sent(made) if change["region"] in ("DE", "XX")}
    withdraw(landing.landed, made, refused, rules)
    landing.landed = made.landed_file
    assert told(sent(landing.compare([total("DE", 2, 10)]))) == {("first", "DE", 2, 1, 0)}
    assert told(sent(landing.compare(file))) == {("corrected", "DE", 1, 4, 1), ("first", "XX", 1, 3, 0)}
    assert told(sent(landing.compare(file[2:]))) == {("retracted", "DE", 1, -5, 1)}


def test_nothing_refused_changes_nothing(tmp_path: Path) -> None:
    """Not even the file."""
    landing = Landing(tmp_path, numbers("rows"))
    made = landing.compare([fact("DE", 1, 5)])
    before = made.landed_file.read_bytes()
    withdraw(None, made, set(), landing.corrections)
    assert made.landed_file.read_bytes() == before


def test_comparison_leaves_its_results_only(tmp_path: Path) -> None:
    """Its database is gone."""
    made = Landing(tmp_path, numbers("rows")).compare([fact("DE", 1, 5)])
    names = sorted(path.name for path in made.folder.iterdir())
    assert names == ["changes.parquet", "landed.parquet", "messages.parquet", "repeated.parquet"]
