"""The watcher pins each stream anew when a table of it has a commit, and one broken stream breaks no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from compose.embedded.waiting import until
from database.errors import LakeAwayError
from iceberg.apply import GENERATION_PROPERTY
from iceberg.catalog import Catalog
from iceberg.lake_view import pin
from iceberg.noted import DEFINITION_PROPERTY
from iceberg.settings import LakeSettings
from iceberg.stream_tables import stream_tables
from query.answers import view_digest
from query.errors import NotReadyError
from query.lake_watcher import LakeWatcher
from query.requests import WindowRequest
from query.service import QueryService
from query.settings import QuerySettings
from query.visible import Visible
from tests.definitions import HEALTH, PAGE_VIEWS, changed
from tests.iceberg.lakes import commit, ledger_row, make_tables, noon, open_local, pane_row
from tests.query.lake_views import at, lake_view


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return open_local(tmp_path)


def apply(catalog: Catalog, *definitions: object) -> None:
    for definition in (HEALTH, PAGE_VIEWS):
        if definition in definitions:
            make_tables(catalog, definition)


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
    for table in ("panes", "ledger", "rejected"):
        catalog.drop_table(("health", table))
    watcher.refresh()
    assert watcher.views() == {}


def test_broken_streams_break_no_other(catalog: Catalog) -> None:
    apply(catalog, HEALTH, PAGE_VIEWS)
    with catalog.load_table("health.panes").transaction() as transaction:
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


def test_completeness_never_steps_back(catalog: Catalog) -> None:
    """While the ledger has a checkpoint that the panes have not, and across a publication; but for tables made anew."""
    watcher = LakeWatcher(lambda: catalog, 1.0)
    apply(catalog, HEALTH)
    tables = stream_tables(catalog, "health")
    complete = []

    def look() -> None:
        watcher.refresh()
        complete.append((watcher.view("health").complete_until, pin(catalog, "health").complete_until))

    for number in range(1, 5):
        stalled = number == 4
        commit(tables["ledger"], [] if stalled else [ledger_row(10 * number)], "a", number)
        look()
        commit(tables["panes"], [] if stalled else [pane_row(10 * number)], "a", number)
        look()
    for table in tables.values():
        with table.refresh().transaction() as transaction:
            transaction.set_properties({GENERATION_PROPERTY: "1"})
    look()
    seen, alone = zip(*complete, strict=True)
    assert seen[-1] == noon(40)
    assert list(seen[1:]) == sorted(seen[1:])
    assert list(alone[1:]) != sorted(alone[1:])
    for name in tables:
        catalog.drop_table(("health", name))
    apply(catalog, HEALTH)
    look()
    assert complete[-1] == (None, None)


def test_an_answer_is_of_the_definition_of_its_view() -> None:
    """A definition can change without a commit of rows, which views do not tell apart."""
    other = changed("topic", "another")
    views = [replace(lake_view(panes=None), definition=definition) for definition in (HEALTH, other)]
    service = QueryService(QuerySettings(trino="127.0.0.1:1"), {}, LakeSettings.model_construct())
    request = WindowRequest(Visible(HEALTH), at("5 08:00"), at("5 09:00"), ("service",))
    asked = []
    for view in [*views, views[0]]:
        service._watcher._views["health"] = view
        asked.append((service.window(request).source.view, service.tag(request)))
    assert [view for view, _ in asked] == [view_digest(view) for view in [*views, views[0]]]
    assert [tag == asked[0][1] for _, tag in asked] == [True, False, True]
