"""Imported figures of days as they are kept, on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from systems.merchants.errors import UnknownSiteError
from systems.merchants.importing.daily import TOTAL, Export, Imported, Place
from systems.merchants.importing.exports import read_export
from systems.merchants.numbers import Numbers
from systems.merchants.site_scope import EVERY_SITE, SiteScope
from systems.merchants.sites import checked_change
from systems.merchants.store import SiteStore
from tests.systems.merchants.importing.made_exports import plausible_export

A, B = "a.example", "b.example"
OF_B = SiteScope(names=frozenset([B]))
FIRST, SECOND, THIRD = (date(2025, 1, day) for day in (1, 2, 3))


@pytest.fixture
def export(store: SiteStore, tmp_path: Path) -> Export:
    for name in (A, B):
        store.sites.add(EVERY_SITE, checked_change(name), by="root")
    return read_export(plausible_export(tmp_path / "x.zip"), date(2026, 1, 1))


def test_figures_are_kept_by_day_and_tab(store: SiteStore, export: Export) -> None:
    written = list[int]()
    store.imported.put(EVERY_SITE, A, export, written.append, by="ann")
    assert sum(written) == len(export.figures)
    assert store.imported.known(EVERY_SITE, A) == Imported(FIRST, THIRD, ("Plausible",))
    assert store.imported.known(EVERY_SITE, B) is None
    found = store.imported.of(EVERY_SITE, A, FIRST, THIRD, 1)
    assert found.days == {FIRST: Numbers(10, 12, 30, 4, 600), SECOND: Numbers(5, 6, 9, 2, 120)}
    assert found.total == Numbers(15, 18, 39, 6, 720)
    sources = found.tables["source"]
    assert [(row.value, row.numbers.visitors) for row in sources.rows] == [("Google", 13)]
    assert sources.next == 1
    assert [row.key for row in found.tables["region"].rows] == [("DE", "BE")]
    assert found.tables["exit"].rows[0].numbers.visits == 5
    assert found.tables["language"].rows == ()
    assert found.as_json()["days"][1]["bounce_rate"] == pytest.approx(2 / 6)
    assert store.imported.of(EVERY_SITE, A, date(2024, 1, 1), FIRST, 9).total == Numbers()


def test_the_same_again_changes_nothing_and_another_its_days(store: SiteStore, export: Export) -> None:
    span = (FIRST, date(2025, 2, 1), 100)
    store.imported.put(EVERY_SITE, A, export, by="ann")
    before = store.imported.of(EVERY_SITE, A, *span)
    store.imported.put(EVERY_SITE, A, export, by="ann")
    assert store.imported.of(EVERY_SITE, A, *span) == before
    store.imported.put(EVERY_SITE, A, Export("Matomo", {(THIRD, TOTAL, ()): Numbers(7, 8)}), by="ann")
    after = store.imported.of(EVERY_SITE, A, *span)
    assert (after.days[SECOND], after.days[THIRD]) == (before.days[SECOND], Numbers(7, 8))
    assert not any(row.value == "news" for row in after.tables["source"].rows)
    known = store.imported.known(EVERY_SITE, A)
    assert known is not None
    assert known.products == ("Matomo", "Plausible")


def test_only_who_may_may(store: SiteStore, export: Export) -> None:
    with pytest.raises(UnknownSiteError):
        store.imported.put(OF_B, A, export, by="bob")
    store.imported.put(EVERY_SITE, A, export, by="ann")
    with pytest.raises(UnknownSiteError):
        store.imported.of(OF_B, A, FIRST, THIRD, 9)
    with pytest.raises(UnknownSiteError):
        store.imported.forget(OF_B, A)
    assert store.imported.forget(EVERY_SITE, A) == 3
    assert store.imported.known(EVERY_SITE, A) is None
    assert store.imported.forget(EVERY_SITE, A) == 0


def test_each_import_can_be_taken_back(store: SiteStore, export: Export) -> None:
    kept = store.imported
    kept.put(EVERY_SITE, B, export, by="bob")
    kept.put(EVERY_SITE, A, replace(export, files=("old.zip",)), by="ann")
    sparse: dict[Place, Numbers] = {(day, TOTAL, ()): Numbers(7, 8) for day in (FIRST, THIRD)}
    kept.put(EVERY_SITE, A, Export("Matomo", sparse, ("visits.csv",)), by="ben")
    newer, older = kept.imports(EVERY_SITE, A)
    assert (newer.product, newer.files, newer.first, newer.last, newer.days, newer.made_by) == (
        "Matomo", ("visits.csv",), FIRST, THIRD, 2, "ben",
    )  # fmt: skip
    assert (older.first, older.last, older.days) == (SECOND, SECOND, 1), "a day between those of a file stays"
    assert newer.made_at is not None
    with pytest.raises(UnknownSiteError):
        kept.forget(OF_B, A, newer.id)
    for other in (kept.imports(EVERY_SITE, B)[0].id, 0, 2**40):
        with pytest.raises(UnknownSiteError, match="no such import"):
            kept.forget(EVERY_SITE, A, other)
    assert kept.forget(EVERY_SITE, A, newer.id) == 2
    assert kept.imports(EVERY_SITE, A) == [older]
    assert kept.known(EVERY_SITE, A) == Imported(SECOND, SECOND, ("Plausible",))
    kept.put(EVERY_SITE, A, export, by="ann")
    assert [each.days for each in kept.imports(EVERY_SITE, A)] == [3], "of what was replaced whole nothing is left"
    assert kept.forget(EVERY_SITE, A) == 3
    assert kept.imports(EVERY_SITE, A) == []
    assert len(kept.imports(EVERY_SITE, B)) == 1
