"""What stands around every page."""

from __future__ import annotations

import pytest

from access.asker import ANYBODY, NOBODY, Asker, Door
from access.grants import Grant, checked_grant
from web.page.frame import entries_of
from web.page.templating import below


def granted(*can: str, stream: str = "health", **where: list[str]) -> tuple[Grant, ...]:
    return (checked_grant("user:ann", stream, can, where, []),)


STREAMS = frozenset({"health", "web_events", "case_reports", "admissions", "lab_results"})


def ann(grants: tuple[Grant, ...] = (), *, administrator: bool = False) -> Asker:
    return Asker(Door.SESSION, "ann", administrator, grants=grants)


@pytest.mark.parametrize(
    ("asker", "pages"),
    [
        (NOBODY, ""),
        (ann(), "streams api"),
        (ann(granted("ask")), "window streams sources api"),
        (ann(granted("send", "detail")), "streams sources api"),
        (ann(granted("replay")), "streams sources replays api"),
        (ann(granted("administer")), "window streams sources replays api"),
        (
            ann(granted("administer", stream="*")),
            "window sites epidemic clinical streams sources replays engines api",
        ),
        (
            ann(granted("administer", stream="*", site=["a"])),
            "window sites epidemic clinical streams sources replays api",
        ),
        (ann(granted("ask", stream="web_events")), "window sites streams sources api"),
        (ann(granted("ask", stream="lab_results")), "window clinical streams sources api"),
        (ann(granted("ask", stream="case_reports")), "window epidemic streams sources api"),
        (ann(administrator=True), "window sites epidemic clinical streams sources replays engines admin api"),
        (ANYBODY, "window sites epidemic clinical streams sources replays engines api"),
    ],
)
def test_pages_are_shown_to_those_who_may(asker: Asker, pages: str) -> None:
    assert [entry.page for entry in entries_of(asker, STREAMS)] == pages.split()


def test_pages_of_systems_that_are_not_there_are_not_shown() -> None:
    shown = [entry.page for entry in entries_of(ANYBODY, frozenset({"health"}))]
    assert shown == ["window", "streams", "sources", "replays", "engines", "api"]


def test_own_addresses_begin_below() -> None:
    page = '<a href="/streams">x</a><img src="/static/x.png"><form action="/login"><a href="//x/"><a href="?a=/b">'
    assert below("", page) == page
    assert below("/w", page) == (
        '<a href="/w/streams">x</a><img src="/w/static/x.png"><form action="/w/login"><a href="//x/"><a href="?a=/b">'
    )
