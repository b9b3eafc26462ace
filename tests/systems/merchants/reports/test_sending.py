"""Reports are sent when they are due, once, to who may see the site; what a server does not take is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from access.records import Records
from access.store import AccessStore
from streams.errors import WindowpaneError
from systems.merchants.errors import InvalidSiteError, UnknownSiteError
from systems.merchants.reports.mailing import Mailer, MailError
from systems.merchants.reports.periods import Period
from systems.merchants.reports.report import Report, Totals
from systems.merchants.reports.sending import Outcome, Sending
from systems.merchants.reports.subscriptions import BACKOFF, Due, Subscription, Subscriptions
from systems.merchants.site_scope import EVERY_SITE, SiteScope
from systems.merchants.sites import SiteChange
from systems.merchants.store import SiteStore
from tests.access.conftest import Clock
from tests.systems.merchants.reports.made_reports import report
from tests.systems.merchants.reports.mail_server import SENDER, MailServer, mail_server

SITE = "shop.example.org"
HOME = "https://stats.example.com"
MONDAY = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
"""When the report of 23 February to 1 March has been due for half an hour."""


@pytest.fixture
def subscriptions(engine: sa.Engine, store: SiteStore, access: AccessStore, clock: Clock) -> Subscriptions:
    """Of a site in UTC, which a member has; it is the 27th of February."""
    store.sites.add(EVERY_SITE, SiteChange(SITE), by="ann")
    access.users.add("ann", by="x", password="a long password")
    clock.time = datetime(2026, 2, 27, 12, tzinfo=UTC)
    return Subscriptions(Records(engine, clock))


@pytest.fixture
def ann(subscriptions: Subscriptions) -> Subscription:
    return subscriptions.add(EVERY_SITE, SITE, user="ann", address="Ann@Example.org", period="week")


@pytest.fixture(scope="module")
def shared_server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def server(shared_server: MailServer) -> MailServer:
    shared_server.mails, shared_server.to_recipient, shared_server.to_mail = [], "", ""
    return shared_server


def shown(due: Due) -> Report | None:
    return report(site=due.site.name, first_day=due.first_day, period=due.subscription.period)


def sending(subscriptions: Subscriptions, server: MailServer, ask: object = shown) -> Sending:
    return Sending(subscriptions, ask, Mailer(server.settings()), SENDER, HOME)  # type: ignore[arg-type]


def test_a_report_is_sent_when_its_week_is_over(
    subscriptions: Subscriptions, ann: Subscription, server: MailServer, clock: Clock
) -> None:
    assert (ann.address, ann.next_day, ann.next_at) == (
        "Ann@example.org",
        date(2026, 2, 23),
        datetime(2026, 3, 2, 7, tzinfo=UTC),
    )
    assert sending(subscriptions, server).send_due() == []
    assert not subscriptions.are_due()
    clock.time = MONDAY
    assert subscriptions.are_due()
    assert sending(subscriptions, server).send_due() == [Outcome.SENT]
    assert sending(subscriptions, server).send_due() == []
    [mail] = server.mails
    assert mail["To"] == "Ann@example.org"
    assert mail["List-Unsubscribe"] == f"<{HOME}/reports/unsubscribe/{ann.token}>"
    [now] = subscriptions.of(EVERY_SITE, SITE)
    assert (now.next_day, now.next_at) == (date(2026, 3, 2), datetime(2026, 3, 9, 7, tzinfo=UTC))


def test_processes_together_send_one(
    subscriptions: Subscriptions, ann: Subscription, server: MailServer, clock: Clock
) -> None:
    clock.time = MONDAY
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: sending(subscriptions, server).send_due(), range(8)))
    assert len(server.mails) == 1
    assert sum(each.count(Outcome.SENT) for each in done) == 1
    assert sending(subscriptions, server).send_due() == []
    clock.go_on(days=7)
    assert sending(subscriptions, server).send_due() == [Outcome.SENT]
    assert [each["Message-ID"] for each in server.mails] == [
        f"<report-{ann.id}-week-2026-02-23@stats.example.com>",
        f"<report-{ann.id}-week-2026-03-02@stats.example.com>",
    ]


def test_what_ended_while_it_was_sent_is_not_sent_again(
    subscriptions: Subscriptions, ann: Subscription, server: MailServer, clock: Clock
) -> None:
    """A process is killed after it handed the mail over, before it noted that."""
    clock.time = MONDAY
    [due] = subscriptions.due()
    assert subscriptions.claim(due)
    assert sending(subscriptions, server).send_due() == [Outcome.ELSEWHERE]
    clock.go_on(minutes=11)
    assert sending(subscriptions, server).send_due() == [Outcome.ELSEWHERE]
    [now] = subscriptions.of(EVERY_SITE, SITE)
    assert (now.next_day, now.problem) == (date(2026, 3, 2), "it is not known whether the last one was sent")
    clock.go_on(days=7)
    assert sending(subscriptions, server).send_due() == [Outcome.SENT]
    assert len(server.mails) == 1
    assert ann.id == now.id


def test_what_is_not_taken_is_tried_again_and_given_up(
    subscriptions: Subscriptions, ann: Subscription, server: MailServer, clock: Clock
) -> None:
    clock.time, server.to_recipient = MONDAY, "450 later"
    for tries, wait in enumerate(BACKOFF, 1):
        assert sending(subscriptions, server).send_due() == [Outcome.LATER]
        [now] = subscriptions.of(EVERY_SITE, SITE)
        assert (now.attempts, now.next_at - clock.time, now.next_day) == (tries, wait, date(2026, 2, 23))
        assert "450 later" in now.problem
        clock.go_on(seconds=wait.total_seconds())
    assert sending(subscriptions, server).send_due() == [Outcome.LATER]
    [now] = subscriptions.of(EVERY_SITE, SITE)
    assert (now.attempts, now.next_day) == (0, date(2026, 3, 2))
    server.to_recipient = ""
    clock.time = MONDAY + timedelta(days=7)
    assert sending(subscriptions, server).send_due() == [Outcome.SENT]
    assert subscriptions.of(EVERY_SITE, SITE)[0].problem == ""
    assert ann.id == now.id


def test_what_was_not_taken_is_sent_once_when_it_is(
    subscriptions: Subscriptions, ann: Subscription, server: MailServer, clock: Clock
) -> None:
    clock.time, server.to_mail = MONDAY, "451 later"
    assert sending(subscriptions, server).send_due() == [Outcome.LATER]
    server.to_mail = ""
    clock.go_on(minutes=2)
    assert sending(subscriptions, server).send_due() == [Outcome.SENT]
    assert len(server.mails) == 1
    assert ann.attempts == subscriptions.of(EVERY_SITE, SITE)[0].attempts == 0


def test_an_address_that_is_refused_waits_for_the_next(
    subscriptions: Subscriptions, ann: Subscription, server: MailServer, clock: Clock
) -> None:
    clock.time, server.to_recipient = MONDAY, "550 no such user"
    assert sending(subscriptions, server).send_due() == [Outcome.REFUSED]
    [now] = subscriptions.of(EVERY_SITE, SITE)
    assert (now.id, now.next_day) == (ann.id, date(2026, 3, 2))
    assert "550 no such user" in now.problem


def test_numbers_that_cannot_be_had_are_asked_for_again(
    subscriptions: Subscriptions, ann: Subscription, server: MailServer, clock: Clock
) -> None:
    clock.time = MONDAY

    def away(_: Due) -> Report:
        raise WindowpaneError("Trino is away")

    assert sending(subscriptions, server, away).send_due() == [Outcome.LATER]
    [now] = subscriptions.of(EVERY_SITE, SITE)
    assert (now.id, now.problem, now.attempts) == (ann.id, "Trino is away", 1)
    clock.go_on(minutes=2)
    assert sending(subscriptions, server).send_due() == [Outcome.SENT]


@pytest.mark.parametrize("why", ["not allowed", "nothing", "deleted"])
def test_nothing_is_sent_of_what_is_not_to_be(
    subscriptions: Subscriptions, ann: Subscription, server: MailServer, store: SiteStore, clock: Clock, why: str
) -> None:
    clock.time = MONDAY
    if why == "deleted":
        store.sites.delete(EVERY_SITE, SITE)

    def ask(due: Due) -> Report | None:
        nothing = Totals(visitors=0, views=0, visits=0)
        return None if why == "not allowed" else replace(report(first_day=due.first_day), now=nothing, before=nothing)

    [outcome] = sending(subscriptions, server, ask).send_due()
    assert outcome is (Outcome.NOTHING if why == "nothing" else Outcome.NOT_ALLOWED)
    assert server.mails == []
    assert subscriptions.of(EVERY_SITE, SITE)[0].next_day == date(2026, 3, 2)
    assert ann.user == "ann"


def test_a_fall_to_nothing_is_told(
    subscriptions: Subscriptions, ann: Subscription, server: MailServer, clock: Clock
) -> None:
    clock.time = MONDAY
    assert sending(subscriptions, server, lambda _: report(now=Totals(visitors=0, visits=0, views=0))).send_due() == [
        Outcome.SENT
    ]
    assert server.mails[0]["Subject"].startswith("The shop: 0 visitors")
    assert ann.site == SITE


def test_after_a_long_rest_the_newest_is_sent_alone(
    subscriptions: Subscriptions, ann: Subscription, server: MailServer, clock: Clock
) -> None:
    clock.time = MONDAY + timedelta(days=23)
    assert sending(subscriptions, server).send_due() == [Outcome.SENT]
    assert server.mails[0]["Message-ID"] == f"<report-{ann.id}-week-2026-03-16@stats.example.com>"


def test_many_are_sent_though_some_are_not(subscriptions: Subscriptions, server: MailServer, clock: Clock) -> None:
    for number in range(40):
        subscriptions.add(EVERY_SITE, SITE, user=None, address=f"{number}@example.org", period="week")
    clock.time = MONDAY

    class Odd:
        def send(self, message: EmailMessage) -> None:
            if int(message["To"].split("@")[0]) % 2:
                raise MailError("odd")
            Mailer(server.settings()).send(message)

    done = replace(sending(subscriptions, server), mailer=Odd()).send_due()
    assert (done.count(Outcome.SENT), done.count(Outcome.LATER), len(server.mails)) == (20, 20, 20)


def test_a_token_ends_its_own(subscriptions: Subscriptions, ann: Subscription) -> None:
    bob = subscriptions.add(EVERY_SITE, SITE, user=None, address="bob@example.org", period="month")
    for wrong in ("", "wpu_1_" + "a" * 32, ann.token[:-1] + ("a" if ann.token[-1] != "a" else "b"), ann.token.upper()):
        assert subscriptions.unsubscribe(wrong) is None
    assert subscriptions.of_token(ann.token.replace(f"_{ann.id}_", f"_{bob.id}_")) is None
    assert subscriptions.unsubscribe(ann.token) == ann
    assert subscriptions.unsubscribe(ann.token) is None
    assert subscriptions.of(EVERY_SITE, SITE) == [bob]


def test_members_have_their_own(subscriptions: Subscriptions, ann: Subscription) -> None:
    subscriptions.add(EVERY_SITE, SITE, user=None, address="bob@example.org", period="month")
    again = subscriptions.add(EVERY_SITE, SITE, user=None, address="Ann@EXAMPLE.org", period="week")
    assert again == ann
    assert subscriptions.of(EVERY_SITE, SITE, "ann") == [ann]
    with pytest.raises(UnknownSiteError):
        subscriptions.remove(EVERY_SITE, SITE, ann.id, user="bob")
    with pytest.raises(UnknownSiteError):
        subscriptions.of(SiteScope(names=frozenset({"else.example"})), SITE)
    subscriptions.remove(EVERY_SITE, SITE, ann.id, user="ann")
    assert subscriptions.of(EVERY_SITE, SITE, "ann") == []


def test_who_is_gone_gets_nothing(subscriptions: Subscriptions, ann: Subscription, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("delete from windowpane.users"))
    assert subscriptions.of(EVERY_SITE, SITE) == []
    assert ann.user == "ann"


@pytest.mark.parametrize(
    ("address", "period"),
    [
        ("ann", "week"),
        ("ann@", "week"),
        ("ann@b..example", "week"),
        ("ann@example.org\nBcc: x@y.example", "week"),
        ("ann@example.org, bob@example.org", "week"),
        ("<ann@example.org>", "week"),
        ("a" * 250 + "@b.example", "week"),
        ("ann@example.org", "day"),
    ],
)
def test_wrong_addresses_are_refused(subscriptions: Subscriptions, address: str, period: str) -> None:
    with pytest.raises(InvalidSiteError):
        subscriptions.add(EVERY_SITE, SITE, user=None, address=address, period=period)


def test_periods_are_of_the_site(subscriptions: Subscriptions, store: SiteStore) -> None:
    store.sites.change(EVERY_SITE, SiteChange(SITE, time_zone="Pacific/Kiritimati"))
    monthly = subscriptions.add(EVERY_SITE, SITE, user=None, address="ann@example.org", period=Period.MONTH)
    assert (monthly.next_day, monthly.next_at) == (date(2026, 2, 1), datetime(2026, 2, 28, 17, tzinfo=UTC))
