"""What a report says is what its asker may see of the site, of the period and the one before, once all is counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from access.asker import Asker, Door
from access.grants import checked_grant
from query.answers import Source, TopsAnswer, WindowAnswer
from query.groups import Group
from query.requests import WindowRequest
from query.tops import TopsRequest
from streams import load_definition
from streams.definition import Definition
from systems.merchants.reports.numbers import IncompleteError, Numbers
from systems.merchants.reports.periods import Period
from systems.merchants.reports.report import Ranking, Report, Totals
from systems.merchants.reports.subscriptions import Due, Subscription
from systems.merchants.sites import Exclusions, Site
from tests.documentation import ROOT
from tests.query.lake_views import covered

WEB_EVENTS = load_definition(ROOT / "systems" / "merchants" / "streams" / "web_events.toml")
MONDAY = datetime(2026, 3, 1, 23, tzinfo=UTC)
"""The second of March, in Berlin."""

SITE = Site("a.example", "The shop", (), "Europe/Berlin", "EUR", Exclusions(), MONDAY, "ann")


@dataclass
class Answers:
    """Answers by what questions are grouped by, and keeps the questions. Everything is counted until `complete`."""

    groups: Mapping[tuple[str, ...], list[Group]] = field(default_factory=dict)
    complete: datetime | None = datetime(2026, 3, 10, tzinfo=UTC)
    asked: list[WindowRequest] = field(default_factory=list)

    def definition(self, stream: str) -> Definition:
        """The one stream."""
        assert stream == "web_events"
        return WEB_EVENTS

    def window(self, request: WindowRequest) -> WindowAnswer:
        """By `by`; half of it before that Monday."""
        self.asked.append(request)
        groups = self.groups.get(request.by, [])
        before = request.start < MONDAY
        return WindowAnswer(
            request,
            Source("view", "query", 1, self.complete),
            covered(request),
            tuple(group for group in groups if not before or not group.key),
        )

    def tops(self, request: TopsRequest) -> TopsAnswer:
        """By what each panel is of, the largest first, no more than asked for."""
        self.asked += [dataclasses.replace(request.window, by=top.by) for top in request.tops]
        ranked = {top.name: sorted(self.groups.get(top.by, []), key=by_visitors) for top in request.tops}
        tables = {name: tuple(groups[: request.limit]) for name, groups in ranked.items()}
        return TopsAnswer(request, Source("view", "query", 1, self.complete), tables)


def by_visitors(group: Group) -> int:
    """The most come first."""
    return -int(group.parts["visitors"]["distinct"])


def group(*key: str, visitors: int = 0, visits: Mapping[str, int] | None = None, **parts: Any) -> Group:
    return Group(key, 10, {"visitors": {"distinct": visitors}, **parts}, visits=visits or {})


ANSWERS = {
    (): [
        group(
            visitors=40,
            visits={"visits": 50, "bounces": 20, "visit_seconds": 5000},
            views={"total": 200.0, "count": 200},
        )
    ],
    ("currency",): [group("EUR", revenue={"total": 12.5, "count": 2}), group("", revenue={"total": 0.0, "count": 0})],
    ("source",): [group("", visitors=30), group("Google", visitors=10)],
    ("path",): [group("/", visitors=40), group("/a", visitors=4)],
    ("country",): [group("DE", visitors=40)],
    ("name",): [group("pageview", visitors=40), group("engagement", visitors=39), group("Signup", visitors=3)],
}


def due(user: str | None = "ann") -> Due:
    subscription = Subscription(
        7, "a.example", user, "ann@x.example", Period.WEEK, date(2026, 3, 2), MONDAY, 0, "", b"s"
    )
    return Due(subscription, SITE, date(2026, 3, 2))


def asker(*grants: tuple[list[str], dict[str, list[str]], list[str]]) -> Asker:
    made = tuple(checked_grant("user:ann", "web_events", can, where, hide) for can, where, hide in grants)
    return Asker(Door.SESSION, "ann", grants=made)


MEMBER = asker((["ask"], {"site": ["a.example"]}, []))


def report(
    answers: Answers, who: Asker | None = MEMBER, user: str | None = "ann", *, is_open: bool = False
) -> Report | None:
    return Numbers(answers, lambda _: who, lambda: is_open, "https://stats.example.com").report(due(user))


def test_a_report_is_of_the_week_and_the_one_before() -> None:
    answers = Answers(ANSWERS)
    made = report(answers)
    assert made is not None
    assert made.now == Totals(40, 50, 200, 0.4, 100.0, {"EUR": 12.5})
    assert made.address == "https://stats.example.com/sites/a.example?range=custom&from=2026-03-02&to=2026-03-08"
    assert {(each.start, each.end) for each in answers.asked} == {
        (datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 8, 23, tzinfo=UTC)),
        (datetime(2026, 2, 22, 23, tzinfo=UTC), datetime(2026, 3, 1, 23, tzinfo=UTC)),
    }
    assert {each.where for each in answers.asked} == {(("site", ("a.example",)),)}


def test_what_was_most_is_ranked_without_what_every_page_sends() -> None:
    made = report(Answers(ANSWERS))
    assert made is not None
    assert made.rankings == (
        Ranking("Sources", "visitors", (("Direct or none", 30), ("Google", 10))),
        Ranking("Pages", "visitors", (("/", 40), ("/a", 4))),
        Ranking("Countries", "visitors", (("Germany", 40),)),
        Ranking("Events", "visitors", (("Signup", 3),)),
    )


@pytest.mark.parametrize(
    "who",
    [
        None,
        asker(),
        asker((["ask"], {"site": ["b.example"]}, [])),
        asker((["send"], {"site": ["a.example"]}, [])),
    ],
)
def test_who_may_not_see_the_site_gets_nothing(who: Asker | None) -> None:
    answers = Answers(ANSWERS)
    assert report(answers, who) is None
    assert answers.asked == []


def test_what_is_hidden_is_not_asked_for() -> None:
    answers = Answers(ANSWERS)
    made = report(answers, asker((["ask"], {"site": ["a.example"]}, ["revenue", "source"])))
    assert made is not None
    assert made.now.revenue == {}
    assert [each.title for each in made.rankings] == ["Pages", "Countries", "Events"]
    assert not any({*each.by} & {"source", "currency"} for each in answers.asked)


def test_rows_of_others_are_out_of_each_question() -> None:
    answers = Answers(ANSWERS)
    report(answers, asker((["ask"], {"site": ["a.example"], "country": ["DE"]}, [])))
    assert {each.visible.scope.rows for each in answers.asked} == {((("country", ("DE",)), ("site", ("a.example",))),)}


def test_a_report_of_open_mode_ends_with_it() -> None:
    assert report(Answers(ANSWERS), None, None, is_open=True) is not None
    assert report(Answers(ANSWERS), None, None, is_open=False) is None


@pytest.mark.parametrize("complete", [None, datetime(2026, 3, 8, 22, 59, tzinfo=UTC)])
def test_what_is_not_counted_yet_waits(complete: datetime | None) -> None:
    with pytest.raises(IncompleteError):
        report(Answers(ANSWERS, complete))


def test_nothing_is_nothing() -> None:
    made = report(Answers())
    assert made is not None
    assert made.now.nothing
    assert made.before.nothing
