"""The watcher pins each stream anew when a table of it has a commit, and one broken stream breaks no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from compose.embedded.waiting import until
from iceberg.apply import DEFINITION_PROPERTY, GENERATION_PROPERTY, plan_tables
from iceberg.catalog import Catalog
from iceberg.errors import LakeAwayError
from iceberg.stream_tables import stream_tables
from query.errors import NotReadyError
from query.lake_view import LakeWatcher
from tests.definitions import HEALTH, PAGE_VIEWS
from tests.iceberg.lakes import open_local


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return open_local(tmp_path)


def apply(catalog: Catalog, *definitions: object) -> None:
    for definition in (HEALTH, PAGE_VIEWS):
        if definition in definitions:
            for change in plan_tables(catalog, definition):
                change.run()


def test_pins_what_is_applied(catalog: Catalog) -> None:
    watcher = LakeWatcher(lambda: catalog, 1.0)
    with pytest.raises(NotReadyError, match="has not looked at the lake yet"):
        watcher.view("health")
    watcher.refresh()
    with pytest.raises(NotReadyError, match="are not there yet; windowpane apply makes them"):
        watcher.view("health")
    apply(catalog, HEALTH)
    watcher.refresh()
    first = watcher.view("health")
    assert first.definition == HEALTH
    watcher.refresh()
    assert watcher.view("health") is first
    with catalog.load_table("health.rejected").transaction() as transaction:
        transaction.set_properties({"windowpane.test": "1"})
    watcher.refresh()
    assert watcher.view("health") is not first


def test_forgets_what_is_dropped(catalog: Catalog) -> None:
    watcher = LakeWatcher(lambda: catalog, 1.0)
    apply(catalog, HEALTH)
    watcher.refresh()
    for table in ("minute_panes", "day_panes", "ledger", "rejected"):
        catalog.drop_table(("health", table))
    watcher.refresh()
    assert watcher.views() == {}


def test_broken_streams_break_no_other(catalog: Catalog) -> None:
    apply(catalog, HEALTH, PAGE_VIEWS)
    with catalog.load_table("health.minute_panes").transaction() as transaction:
        transaction.set_properties({DEFINITION_PROPERTY: '{"name": "health"}'})
    watcher = LakeWatcher(lambda: catalog, 1.0)
    watcher.refresh()
    assert list(watcher.views()) == ["page_views"]
    assert list(watcher.problems) == ["health"]
    with pytest.raises(NotReadyError, match=r"could not be read yet.*title: Field required"):
        watcher.view("health")


def test_a_lake_that_is_away_is_not_one_without_tables() -> None:
    """Also for a watcher that meets errors which nobody foresaw: it goes on, and says so."""
    raised: list[Exception] = []

    def opened() -> Catalog:
        raise raised[-1]

    raised.append(LakeAwayError("PostgreSQL does not answer"))
    watcher = LakeWatcher(opened, 0.01)
    watcher.start()
    for error, said in ((raised[0], "PostgreSQL does not answer"), (KeyError("odd"), "fails: KeyError: 'odd'")):
        raised.append(error)
        until(lambda said=said: said in watcher.problem, 30)  # type: ignore[misc]
        with pytest.raises(NotReadyError, match=f"could not be read yet.*{said}"):
            watcher.view("health")
    watcher.close()


def test_what_was_published_is_prepared_before_readers_get_it(catalog: Catalog) -> None:
    seen: list[tuple[int, int]] = []
    watcher = LakeWatcher(
        lambda: catalog, 1.0, lambda view: seen.append((view.generation, watcher.view("health").generation))
    )
    apply(catalog, HEALTH)
    watcher.refresh()
    for table in stream_tables(catalog, "health").values():
        with table.transaction() as transaction:
            transaction.set_properties({GENERATION_PROPERTY: "1"})
    watcher.refresh()
    assert seen == [(1, 0)]
    assert watcher.view("health").generation == 1
