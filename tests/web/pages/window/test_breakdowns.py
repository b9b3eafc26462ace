"""The window page of a stream with breakdowns: what can be chosen is what some breakdown answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from query.visible import Visible
from streams.panes import Grain
from tests.definitions import BROKEN_DOWN, HEALTH, changed
from tests.query.scopes import seen
from tests.web.pages.window.rendered import group
from web.pages.window.charts import chart_plan
from web.pages.window.form import read_form
from web.pages.window.handlers import _page

NOW = datetime(2026, 3, 9, 10, 17, 30, tzinfo=UTC)
APART = changed("breakdowns", {"sites": ["site"]}, "page_views")


def page(visible: Visible, **asked: str) -> str:
    definition = visible.shown
    form = read_form(definition, list({"start": "2026-03-03T10:00", "end": "2026-03-05T12:00", **asked}.items()), NOW)
    titles = {definition.name: definition.title}
    return bytes(_page(visible, titles, form, {"window": "not asked"}, None, None, None, (), (), NOW).body).decode()


def ticked(html: str) -> list[tuple[str, bool]]:
    """The dimensions to group by, and whether each is chosen."""
    found = re.findall(r'<input type="checkbox" name="by" value="(\w+)"( checked)?>', html)
    return [(name, bool(checked)) for name, checked in found]


def test_dimensions_of_breakdowns_can_be_chosen() -> None:
    html = page(Visible(BROKEN_DOWN))
    assert ticked(html) == [("site", True), ("path", True)]
    assert 'id="together">Together: Site, Path</p>' in html
    assert ticked(page(Visible(APART))) == [("site", True)]
    assert 'name="where.path"' not in page(Visible(APART))
    assert ticked(page(seen(BROKEN_DOWN, hide=["path"]))) == [("site", True)]


def test_without_breakdowns_nothing_is_said_of_them() -> None:
    html = page(Visible(HEALTH))
    assert ticked(html) == [("service", True)]
    assert "Together" not in html


def test_charts_have_steps_that_there_are_panes_of() -> None:
    form = read_form(BROKEN_DOWN, [("range", "1h"), ("by", "path")], NOW)
    drawn = [group("/", 1, 0.5)]
    steps = [chart_plan(HEALTH, drawn, 1, form, None, finest)["step"] for finest in Grain]
    assert steps == ["minute", "hour", "day"]
