"""The window page as known at a moment: which moments it offers, what it says, what changed since."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from query.changes import changes_between
from streams.time_text import rfc3339
from tests.web.pages.window.rendered import BEGAN, NOW, PUBLISHED, form_of, group, window_page
from web.page.times import local_input
from web.pages.window.known import DAYS, just_before, known_at, stops_of

BERLIN = ZoneInfo("Europe/Berlin")
THEN = [group("cart", 50, 0.3), group("checkout", 80, 0.4)]
NOW_KNOWN = [group("cart", 50, 0.3), group("checkout", 92, 0.41), group("late", 5, 0.1)]


def moments(**asked: str) -> list[str]:
    form = form_of(**asked)
    stops = stops_of(BEGAN, PUBLISHED, NOW, form.zone, form.known)
    return [f"{stop.at:%d %H:%M:%S} {stop.what}".strip() if stop.at else "now" for stop in stops]


def test_offers_days_and_publications() -> None:
    days = [f"{day:02} 00:00:00" for day in range(2, 10)]
    published = ["05 14:03:10 before replay 7 was published", "06 15:00:00 before replay 7 was rolled back"]
    assert moments() == [*sorted([*days, *published]), "now"]


def test_days_begin_in_the_readers_zone() -> None:
    assert moments(zone="Asia/Kolkata")[0] == "03 00:00:00"
    assert moments(zone="Asia/Kolkata")[-2] == "09 00:00:00"


def test_chosen_moment_is_offered() -> None:
    assert "04 09:08:07 the moment asked for" in moments(known="2026-03-04T09:08:07")
    assert len(moments(known="2026-03-04T00:00")) == len(moments())


def test_older_days_are_first_of_months() -> None:
    now = datetime(2027, 3, 9, 10, tzinfo=UTC)
    stops = stops_of(BEGAN, (), now, BERLIN, None)
    assert len(stops) == DAYS + 11 + 1
    assert [rfc3339(stop.at) for stop in stops[:2] if stop.at] == ["2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"]


def test_new_stream_offers_now_alone() -> None:
    assert [stop.at for stop in stops_of(None, (), NOW, BERLIN, None)] == [None]


def test_just_before_is_before_the_state_changed() -> None:
    assert [rfc3339(just_before(each)) for each in PUBLISHED] == ["2026-03-06T15:00:00Z", "2026-03-05T14:03:10Z"]


@pytest.mark.parametrize(
    ("asked", "until", "rounded", "incomplete", "generation"),
    [
        ("05 14:03:10", "05 14:03:10", False, False, 1),
        ("05 14:03:17", "05 14:03:10", True, False, 1),
        ("05 14:03:18", "05 14:03:10", True, False, 2),
        ("07 00:00:00", "06 23:59:40", True, True, None),
        ("07 00:00:00", None, True, True, None),
    ],
)
def test_knows_why_it_is_rounded(
    asked: str, until: str | None, rounded: bool, incomplete: bool, generation: int | None
) -> None:
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(f"2026-03-{text.replace(' ', 'T')}Z")

    known = known_at(moment(asked), (until and moment(until)) or None, PUBLISHED, 0, changes_between([], []))
    assert (known.rounded, known.incomplete) == (rounded, incomplete)
    assert (known.before.generation if known.before else None) == generation


def test_page_marks_what_changed_since() -> None:
    text = window_page(THEN, NOW_KNOWN, known="2026-03-05T14:03:10")
    assert text.count('<span class="badge warn">changed since</span>') == 2
    assert '<span class="badge warn">changed since</span> +12 messages</td>' in text
    assert "1 of 2 groups, and 1 more has come: +17 messages." in text
    assert 'before <a href="/replays/7">replay 7</a> was published (RAM was &lt;b&gt;wrong&lt;/b&gt;)' in text
    assert "was asked for" not in text


def test_page_says_when_nothing_changed() -> None:
    text = window_page(THEN, THEN, known="2026-03-08T00:00")
    assert "Nothing in this window has changed since." in text
    assert text.count('<span class="quiet">unchanged</span>') == 2
    assert "before <a" not in text


def test_page_says_what_it_was_rounded_to() -> None:
    until = datetime(2026, 3, 5, 14, 3, 10, tzinfo=UTC)
    text = window_page(THEN, THEN, until=until, known="2026-03-05T14:03:17")
    assert "Thu 5 Mar 2026, 14:03:10</time> UTC" in text
    assert "Thu 5 Mar 2026, 14:03:17 was asked for; arrivals are told apart by 10 seconds." in text


def test_page_of_now_has_no_marks() -> None:
    text = window_page(THEN, THEN)
    assert "changed since" not in text
    assert "Since then" not in text
    assert '<b id="moment-said">now</b>' in text


def test_empty_window_says_what_came() -> None:
    text = window_page([], THEN, known="2026-03-02T00:00")
    assert "No messages in this window were known then" in text
    assert "2 groups have come: +130 messages." in text


def test_without_publications_days_can_be_chosen() -> None:
    text = window_page(THEN, THEN, published=())
    assert 'max="8" value="8"' in text
    assert text.count("data-value=") == 8


def test_links_keep_the_second() -> None:
    form = form_of(known="2026-03-05T14:03:10.7")
    assert form.known_text == "2026-03-05T14:03:10"
    assert form_of(as_known_at="2026-03-05T14:03:10Z").known == form.known
    assert local_input(datetime(2026, 3, 5, 14, 3)) == "2026-03-05T14:03"
