"""Values beyond a bound become one, of that site and field alone, until the hour is over."""

from __future__ import annotations

from systems.merchants.variety import MOST, OTHER, Variety


def bounded(variety: Variety, site: str, at: float = 0, **values: object) -> dict[str, object]:
    given = {**dict.fromkeys(MOST, ""), **values}
    variety.bound(site, given, at)
    return given


def test_others_are_not_affected() -> None:
    variety = Variety({**dict.fromkeys(MOST, 2)})
    paths = [bounded(variety, "a.example", path=f"/{i}")["path"] for i in range(4)]
    assert paths == ["/0", "/1", OTHER, OTHER]
    assert bounded(variety, "a.example", path="/0", source="s")["source"] == "s"
    assert bounded(variety, "b.example", path="/9")["path"] == "/9"


def test_next_hour_begins_anew() -> None:
    variety = Variety({**dict.fromkeys(MOST, 1)})
    assert [
        bounded(variety, "a.example", at, path=path)["path"] for at, path in ((0, "/1"), (3599, "/2"), (3600, "/2"))
    ] == [
        "/1",
        OTHER,
        "/2",
    ]


def test_a_hundred_thousand_paths_are_bounded() -> None:
    variety = Variety()
    told = {bounded(variety, "a.example", path=f"/{i}")["path"] for i in range(100_000)}
    assert len(told) == MOST["path"] + 1
    assert variety._kept <= MOST["path"]


def test_memory_is_bounded_over_all_sites() -> None:
    variety = Variety(most_kept=1000)
    for number in range(5000):
        bounded(variety, f"{number}.example", path=f"/{number}")
    assert variety._kept <= 1000
    assert sum(len(of_field) for site in variety._sites.values() for of_field in site.values()) == variety._kept
