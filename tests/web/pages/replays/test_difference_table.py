"""The tables and charts of a replay's page: old and new side by side, in the measures' units."""

from __future__ import annotations

from database.replays import ReplayState
from tests.definitions import HEALTH, PAGE_VIEWS
from tests.query.differences import difference, report
from web.page.form_times import UTC_ZONE
from web.page.table import sorted_groups, table_of
from web.page.times import Detail
from web.pages.replays.difference_chart import difference_chart
from web.pages.replays.difference_table import change_rows, changes_heading, group_columns
from web.pages.replays.handlers import BADGES, Address


def test_columns_follow_the_definition() -> None:
    keys = [column.key for column in group_columns(PAGE_VIEWS)]
    assert keys == [
        "site", "path", "change", "messages.old", "messages.new", "load_ms.mean.old", "load_ms.mean.new",
        "load_ms.max.old", "load_ms.max.new", "visitors.old", "visitors.new",
    ]  # fmt: skip


def test_groups_show_both_sides() -> None:
    columns = group_columns(HEALTH)
    groups = sorted_groups(difference().groups, columns, "-ram.mean.new")
    table = table_of(groups, columns, 1, 100, UTC_ZONE, Detail.DAY)
    cells = {cell.column.key: cell.text for cell in table.rows[0].cells}
    assert (cells["service"], cells["change"], cells["messages.old"]) == ("cart", "50.0%", "100")
    assert (cells["ram.mean.old"], cells["ram.mean.new"]) == ("40.0%", "20.0%")
    assert table.headings[2:4] == [("Messages", 2), ("CPU", 4)]


def test_changes_say_what_they_are() -> None:
    rows = change_rows(HEALTH, difference().grains[0].changes)
    assert [row.what for row in rows] == ["only new", "only old", "changed"]
    place = changes_heading(HEALTH).index("RAM mean")
    assert [(row.values[place].old, row.values[place].new) for row in rows] == [
        ("\u2013", "\u2013"), ("40.0%", "\u2013"), ("40.0%", "20.0%"),
    ]  # fmt: skip
    assert [value.same for value in rows[2].values].count(False) == 2


def test_chart_has_both_lines() -> None:
    points = report().points
    assert points is not None
    drawn = difference_chart(HEALTH, points)
    assert [chart["title"] for chart in drawn["charts"]] == ["Mean CPU", "Mean RAM", "Mean Disk", "Messages"]
    assert drawn["charts"][1]["old"] == [0.4, None]
    assert drawn["charts"][1]["new"] == [None, None]
    assert drawn["charts"][3]["new"] == [None, 9]


def test_address_keeps_what_is_not_changed() -> None:
    address = Address(7, (("site", ("a&b",)),), "-change", 2)
    assert address.url() == "/replays/7?where.site=a%26b&sort=-change&page=2"
    assert address.url(sort="messages.new", page=1) == "/replays/7?where.site=a%26b&sort=messages.new"
    assert address.only("site", "c") == "/replays/7?where.site=c&sort=-change&page=2"
    assert address.url(where=()) == "/replays/7?sort=-change&page=2"
    assert address.api_url == "/v1/replays/7?site=a%26b"


def test_every_state_has_a_badge() -> None:
    assert set(BADGES) == set(ReplayState)
