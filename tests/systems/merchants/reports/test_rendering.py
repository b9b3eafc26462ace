"""A report as text, as HTML and as a mail."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from systems.merchants.reports.periods import Period
from systems.merchants.reports.rendering import as_html, as_text, message_of
from systems.merchants.reports.report import Figure, Report, Totals, duration
from tests.systems.merchants.reports.made_reports import report

TEXT = """\
The shop
2 to 8 March 2026

Visitors                   1,234   +23%
Visits                     1,500   ±0%
Page views                 4,321   \u22124%
Bounce rate                  41%   \u22124 pp
Visit length           3 min 5 s   \u22122%
Revenue, EUR            1,999.50   \u22125%
Revenue, USD               10.00   new

Sources
       700  Direct or none
       400  Google
       134  news.example

Pages
       900  /
       310  /products/<lamp>

All of it: https://stats.example.com/sites/shop.example.org?from=2026-03-02&to=2026-03-09

Days are those of Europe/Berlin; changes are against the week before.
You get this because you asked for a report each week. To end that: https://stats.example.com/reports/unsubscribe/wpu_7_abc
"""


def sent(of: Report) -> EmailMessage:
    """As a mail program reads it."""
    made = message_of(
        of,
        number=7,
        to="ann@example.org",
        sender="Windowpane <reports@stats.example.com>",
        at=datetime(2026, 3, 9, 6, tzinfo=UTC),
    )
    read = message_from_bytes(made.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def test_text_says_all() -> None:
    assert as_text(report()) == TEXT


def test_mail_has_both_forms_and_can_be_ended() -> None:
    mail = sent(report())
    assert mail["Subject"] == "The shop: 1,234 visitors, 2 to 8 March 2026"
    assert (mail["To"], mail["From"]) == ("ann@example.org", "Windowpane <reports@stats.example.com>")
    assert mail["List-Unsubscribe"] == "<https://stats.example.com/reports/unsubscribe/wpu_7_abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Message-ID"] == "<report-7-week-2026-03-02@stats.example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == TEXT
    assert "1,234" in html.get_content()


def test_html_holds_no_markup_of_others() -> None:
    html = as_html(report(title='<script>alert(1)</script>"'))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "/products/&lt;lamp&gt;" in html
    assert "http:" not in html
    assert "src=" not in html  # nothing is loaded, so nobody is told that it was read


@pytest.mark.parametrize("title", ["a\r\nBcc: everybody@example.org", "a\nb", "ü" * 200])
def test_no_title_makes_a_header(title: str) -> None:
    mail = sent(report(title=title))
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith(title.split("\r")[0].split("\n")[0])


def test_what_may_not_be_seen_is_not_there() -> None:
    text = as_text(report(now=Totals(views=5), before=Totals(views=4), rankings=()))
    assert text.split("\n\n")[1].split() == ["Page", "views", "5", "+25%"]
    assert sent(report(now=Totals(views=5))).get("Subject") == "The shop: 2 to 8 March 2026"


@pytest.mark.parametrize(
    ("now", "before", "figure"),
    [
        (Totals(visitors=1), Totals(visitors=0), Figure("Visitors", "1", "new", True)),
        (Totals(visitors=0), Totals(visitors=0), Figure("Visitors", "0")),
        (Totals(visitors=0), Totals(visitors=50), Figure("Visitors", "0", "\u2212100%", False)),
        (Totals(visitors=1001), Totals(visitors=1000), Figure("Visitors", "1,001", "±0%")),
        (Totals(bounce_rate=0.6), Totals(bounce_rate=0.5), Figure("Bounce rate", "60%", "+10 pp", False)),
        (Totals(bounce_rate=0.6), Totals(), Figure("Bounce rate", "60%")),
        (Totals(revenue={"EUR": 5.0}), Totals(revenue={"EUR": -10.0}), Figure("Revenue, EUR", "5.00", "+150%", True)),
    ],
)
def test_changes_are_against_the_period_before(now: Totals, before: Totals, figure: Figure) -> None:
    assert report(now=now, before=before).figures == (figure,)


def test_one_visitor_is_one() -> None:
    mail = report(now=Totals(visitors=1), period=Period.MONTH, first_day=date(2026, 3, 1), title="")
    assert mail.subject == "shop.example.org: 1 visitor, March 2026"


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s"), (45, "45 s"), (59.6, "1 min 0 s"), (185.4, "3 min 5 s")])
def test_lengths_are_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
