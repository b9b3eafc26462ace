"""Sites that are made up are the same for everybody who makes them, and change as real ones do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from systems.clinical.generator.laboratory import TESTS
from systems.clinical.generator.made_site import APIS, MadeSite

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def made(*moments: timedelta, name: str = "north", seed: int = 1) -> MadeSite:
    site = MadeSite(name, seed, BEGAN)
    for moment in moments:
        site.advance(BEGAN + moment)
    return site


def records(site: MadeSite) -> list[object]:
    return [site.log(api).page((0, ""), 10**6) for api in APIS]


def test_asking_often_changes_nothing() -> None:
    often = made(*(timedelta(minutes=minutes) for minutes in range(0, 1441, 7)), timedelta(days=1))
    assert records(often) == records(made(timedelta(days=1)))
    assert records(often) != records(made(timedelta(days=1), seed=2))
    assert records(often) != records(made(timedelta(days=1), name="south"))


def test_time_does_not_step_back() -> None:
    site = made(timedelta(days=1))
    before = records(site)
    site.advance(BEGAN)
    assert records(site) == before


def test_values_are_like_those_of_people() -> None:
    results = [each for each in made(timedelta(days=5)).lab_results.records.values() if not each["deleted"]]
    for code, test in TESTS.items():
        values = [each["value"] for each in results if each["code"] == code]
        outside = sum(not test.low <= value <= test.high for value in values) / len(values)
        assert len(values) > 100
        assert 0.01 < outside < 0.75, test
        assert min(values) >= 0


def test_versions_count_up() -> None:
    site, seen = MadeSite("north", 1, BEGAN), dict[str, int]()
    for hour in range(1, 25):
        site.advance(BEGAN + timedelta(hours=hour))
        for record in site.admissions.records.values():
            assert record["version"] >= seen.get(record["id"], 1)
            seen[record["id"]] = record["version"]
    assert max(seen.values()) >= 3
