"""The window page as known at a moment: the moments that it offers, and what has changed since. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from database.replays import Action, Publication
from query.changes import Changes
from streams.panes import arrival_start
from web.page.times import midnight

DAYS = 31
"""How many days back each is offered; before that the first of each month."""
MOST_PUBLICATIONS = 50


@dataclass(frozen=True, slots=True)
class Stop:
    """A moment that the page offers, in the reader's zone; None is now. `what` says of what moment it is, if of any."""

    at: datetime | None
    what: str = ""


@dataclass(frozen=True, slots=True)
class KnownAt:
    """What the page says of an answer as known at a moment.

    `asked` was asked for, `until` was answered for; None when nothing was complete. `before`: the publication that
    changed what was known then. Of the shown groups `changed` are not the same now; now there are `new` others, and so
    many `messages` more.
    """

    asked: datetime
    until: datetime | None
    before: Publication | None
    groups: int
    changed: int
    new: int
    messages: int

    @property
    def rounded(self) -> bool:
        """Whether the moment that was asked for is not the one that was answered for."""
        return self.until != self.asked

    @property
    def incomplete(self) -> bool:
        """Whether that is for want of data, not because it lies inside an arrival window."""
        return self.until is None or self.until < arrival_start(self.asked)


def done(publication: Publication) -> str:
    """What a publication did, in words that follow the replay's name."""
    return "was published" if publication.action is Action.PUBLISH else "was rolled back"


def stops_of(
    began: datetime | None, published: Sequence[Publication], now: datetime, zone: ZoneInfo, chosen: datetime | None
) -> list[Stop]:
    """The moments to choose from, the earliest first and now last: each day's beginning, and before each publication.

    `began`: when the stream's first message arrived. `chosen` is among them, whatever it is.
    """
    what = dict.fromkeys(_days(began, now, zone), "") if began else {}
    if chosen is not None:
        what.setdefault(chosen, "the moment asked for")
    for publication in published[:MOST_PUBLICATIONS]:
        what[just_before(publication)] = f"before replay {publication.replay} {done(publication)}"
    return [Stop(at.astimezone(zone), what[at]) for at in sorted(what)] + [Stop(None)]


def just_before(publication: Publication) -> datetime:
    """The last moment that panes can tell at which readers surely saw what a publication replaced."""
    return arrival_start(publication.at - timedelta(seconds=1))


def _days(began: datetime, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    today = now.astimezone(zone).date()
    day = began.astimezone(zone).date() + timedelta(days=1)
    while day <= today:
        if day.day == 1 or today - day < timedelta(days=DAYS):
            yield midnight(day, zone)
        day += timedelta(days=1)


def known_at(
    asked: datetime, until: datetime | None, published: Sequence[Publication], groups: int, changes: Changes
) -> KnownAt:
    """Put it together. `published`: the newest first."""
    return KnownAt(
        asked=asked,
        until=until,
        before=next((each for each in reversed(published) if asked < each.at), None),
        groups=groups,
        changed=len(changes.changed),
        new=len(changes.elsewhere),
        messages=changes.messages,
    )
