"""Made events of web sites, their visits by the rules of the stream, and the same numbers by counting one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import orjson

GAP = timedelta(minutes=30)
SITE = "shop.example.org"
FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
PATHS = ("/", "/pricing", "/blog/a", "/blog/b", "/cart", "/thanks", '/it\'s \\ "odd"')
FIRST = {
    "source": ("", "Google", "Bing", "news.example"),
    "medium": ("", "organic", "referral"),
    "campaign": ("", "spring"),
    "country": ("DE", "FR", "US", ""),
    "region": ("", "Berlin", "Texas"),
    "language": ("de", "en"),
    "browser": ("Firefox", "Chrome", "Safari"),
    "system": ("Linux", "Windows", "iOS"),
    "device": ("desktop", "mobile"),
    "screen": ("wide", "narrow"),
}
"""Columns of which the first message of a visit decides."""


@dataclass(frozen=True, slots=True)
class Event:
    """One accepted message, in its place of the order of arrival. `visit_start`: of the visit that it belongs to."""

    offset: int
    time: datetime
    visitor: str
    name: str
    path: str
    engaging: bool
    view: int
    first: tuple[str, ...]
    revenue: float | None = None
    currency: str = ""
    props: str | None = None
    site: str = SITE
    hostname: str = SITE
    visit_start: datetime | None = None

    def value(self, column: str) -> str:
        """Of a dimension, as the message has it."""
        if column in FIRST:
            return self.first[[*FIRST].index(column)]
        return str(getattr(self, column))


def made_events(seed: int, visitors: int = 60, days: int = 4) -> list[Event]:
    """In the order of arrival, which is not that of their times; each in its visit."""
    random = Random(f"events {seed}")
    events: list[Event] = []
    for number in range(visitors):
        at = FIRST_DAY + timedelta(seconds=random.randrange(86_400 * days))
        for _ in range(random.choice((1, 1, 2, 3, 6, 12))):
            events.append(_event(random, f"{number:032x}", at))
            at += timedelta(milliseconds=random.choice((1_500, 40_000, 600_000, 1_799_000, 1_900_000, 20_000_000)))
    late = [(event.time + timedelta(seconds=random.choice((0, 0, 0, 300, 4_000))), event) for event in events]
    arrived = [replace(event, offset=place) for place, (_, event) in enumerate(sorted(late, key=lambda each: each[0]))]
    return in_visits(arrived)


def _event(random: Random, visitor: str, at: datetime) -> Event:
    name = random.choice(("pageview", "pageview", "pageview", "signup", "purchase", "engagement"))
    sold = name == "purchase"
    return Event(
        offset=0,
        time=at,
        visitor=visitor,
        name=name,
        path=random.choice(PATHS),
        engaging=name != "engagement",
        view=int(name == "pageview"),
        first=tuple(random.choice(values) for values in FIRST.values()),
        revenue=random.randrange(100, 9_900) / 100 if sold else None,
        currency=random.choice(("EUR", "EUR", "USD")) if sold else "",
        props=orjson.dumps({"plan": random.choice(("a", "b"))}).decode() if name == "signup" else None,
        hostname=random.choice((SITE, f"www.{SITE}")),
    )


def in_visits(events: Iterable[Event]) -> list[Event]:
    """Each with the start of its visit: in the order of arrival, by gaps of event time, each UTC day by itself."""
    newest_visits: dict[tuple[str, date], tuple[datetime, datetime]] = {}
    found = []
    for event in events:
        of_day = event.visitor, event.time.date()
        start, newest = newest_visits.get(of_day, (event.time, event.time))
        if event.time - newest > GAP:
            start = newest = event.time
        newest_visits[of_day] = (start, max(newest, event.time))
        found.append(replace(event, visit_start=start))
    return found


@dataclass(frozen=True, slots=True)
class Visit:
    """The events of one visit, in the order of arrival."""

    events: tuple[Event, ...]

    @property
    def start(self) -> datetime:
        """When its first message happened."""
        return self.events[0].time

    @property
    def counting(self) -> list[Event]:
        """Those that end a bounce and move the end."""
        return [event for event in self.events if event.engaging]

    @property
    def exit(self) -> str:
        """Where it ended."""
        moving = [event for event in self.counting if event.time >= self.start]
        return max(moving, key=lambda event: (event.time, event.offset), default=self.events[0]).path

    @property
    def seconds(self) -> int:
        """From its first message to the newest one that counts."""
        ended = max((event.time for event in self.counting), default=self.start)
        whole = int(ended.timestamp() * 1000) - int(self.start.timestamp() * 1000)
        return max(0, whole // 1000)

    def value(self, column: str) -> str:
        """Of what the first message decides, of the entry and of the exit."""
        if column == "exit":
            return self.exit
        return self.events[0].path if column == "entry" else self.events[0].value(column)


def visits_of(events: Sequence[Event]) -> list[Visit]:
    """All visits, in the order in which they begin to arrive."""
    grouped: dict[tuple[str, datetime | None], list[Event]] = {}
    for event in events:
        grouped.setdefault((event.visitor, event.visit_start), []).append(event)
    return [Visit(tuple(of_visit)) for of_visit in grouped.values()]


@dataclass(frozen=True, slots=True)
class Counted:
    """Numbers by counting one by one, in the order of the statements' columns."""

    visitors: int
    visits: int
    views: int
    bounces: int
    seconds: int
    events: int


def counted(
    visits: Iterable[Visit],
    start: datetime,
    end: datetime,
    met: Callable[[Event], bool] = lambda _: True,
    kept: Callable[[Visit], bool] = lambda _: True,
) -> Counted:
    """Of the events inside that are met, and of the visits that begin inside and have one that is met."""
    chosen = [visit for visit in visits if kept(visit) and any(map(met, visit.events))]
    inside = [event for visit in chosen for event in visit.events if start <= event.time < end and met(event)]
    begun = [visit for visit in chosen if start <= visit.start < end]
    return Counted(
        visitors=len({event.visitor for event in inside}),
        visits=len(begun),
        views=sum(event.view for event in inside),
        bounces=sum(len(visit.counting) < 2 for visit in begun),
        seconds=sum(visit.seconds for visit in begun),
        events=len(inside),
    )
