"""Runs that are killed at any step: whoever goes on sends each fact once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from sources.files import Files, FileState
from sources.objects import Objects
from sources.states import SourceStates
from tests.sources.fetching.http_api import Answer, Asked, http_api
from tests.sources.runs.running import CASES_SOURCE, LABS_SOURCE, READINGS_SOURCE, Place, csv


class KilledError(BaseException):
    """The process ended here: nothing of ours handles it."""


@dataclass
class Killer:
    """Kills at the so-manieth step from now; steps are before and after everything that leaves something behind."""

    left: int = 0

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise KilledError

    def around(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **named: Any) -> Any:
            self.step()
            result = method(*args, **named)
            self.step()
            return result

        return stepped


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch, place: Place) -> Killer:
    killer = Killer()
    steps = [
        (Objects, ("put", "fetch", "remove")), (Files, ("land", "decide", "note_sent", "done", "position")),
        (SourceStates, ("begin", "end")),
    ]  # fmt: skip
    for owner, names in steps:
        for name in names:
            monkeypatch.setattr(owner, name, killer.around(getattr(owner, name)))
    place.received.before_each = killer.step
    monkeypatch.setattr("sources.runs.outbox.AT_ONCE", 3)
    return killer


def run_with_kills(place: Place, declared: Any, killer: Killer, chance: random.Random, kills: int) -> int:
    """Run until a run ends by itself; how often it was killed."""
    killed = 0
    while True:
        killer.left = chance.randint(1, 24) if killed < kills else 0
        try:
            place.run(declared)
        except KilledError:
            killed += 1
        else:
            killer.left = 0
            place.run(declared)
            return killed


@pytest.mark.parametrize("seed", range(3))
def test_facts_that_are_corrected_amid_kills(place: Place, killer: Killer, seed: int) -> None:
    chance = random.Random(seed)
    cases = place.declare(CASES_SOURCE)
    killed = 0
    totals: dict[tuple[str, str], int] = {}
    for version in range(3):
        for region in "ABCD"[: version + 2]:
            for day in ("2022-01-01", "2022-01-02"):
                totals[region, day] = chance.randint(0, 50) + (100 if day.endswith("02") else 0)
        place.put("a.csv", csv(*((region, day, total) for (region, day), total in sorted(totals.items()))))
        killed += run_with_kills(place, cases, killer, chance, 3)
    newest: Counter[tuple[str, str]] = Counter()
    for (region, day), total in totals.items():
        newest[region, day] = total - totals.get((region, "2022-01-01"), 0) * (day != "2022-01-01")
    assert place.sums() == {key: value for key, value in newest.items() if value}
    assert killed > 0
    assert {file.state for file in place.files()} == {FileState.DONE}
    ids = [each["id"] for each in place.received.accepted()]
    assert len(ids) == len({*ids}), "what Kafka had was looked for before it was sent again"


def test_rows_without_ids_amid_kills(place: Place, killer: Killer) -> None:
    chance = random.Random(7)
    readings = place.declare(READINGS_SOURCE)
    rows: list[tuple[object, ...]] = []
    for _ in range(2):
        rows += [("2022-01-01T00:00:00Z", chance.choice("ab"), chance.randint(1, 2)) for _ in range(5)]
        place.put("a.csv", csv(*rows, ("yesterday", "a", 1), header="at,room,value"))
        run_with_kills(place, readings, killer, chance, 4)
    sent = Counter((each["room"], each["value"]) for each in place.received.accepted())
    assert sent == Counter((room, value) for _, room, value in rows)


def test_pages_amid_kills(place: Place, killer: Killer) -> None:
    chance = random.Random(11)
    known: list[dict[str, str]] = []

    def answer(asked: Asked) -> Answer:
        found = [each for each in known if each["at"] >= asked.params["since"]]
        page = int(asked.params.get("page", "0"))
        more = f"/results?since={asked.params['since']}&page={page + 1}" if len(found) > 3 * page + 3 else None
        return Answer.json({"data": found[3 * page : 3 * page + 3], "next": more})

    with http_api(answer) as api:
        labs = place.declare(LABS_SOURCE.format(url=api.url))
        for start in (0, 8):
            known += [
                {"id": str(n), "at": f"2022-01-{n + 1:02}T00:00:00Z", "test": "x"} for n in range(start, start + 8)
            ]
            run_with_kills(place, labs, killer, chance, 4)
    assert Counter(each["id"] for each in place.received.accepted()) == Counter(map(str, range(16)))
    assert (place.store.states.get("s").position or {})["cursor"] == "2022-01-16T00:00:00Z"
