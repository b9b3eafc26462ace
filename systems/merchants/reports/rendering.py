"""A report as an e-mail: the same as text and as HTML, with what mail programs need to end it by one click. Pure."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path

import jinja2

from systems.merchants.reports.report import Report


def message_of(report: Report, *, number: int, to: str, sender: str, at: datetime) -> EmailMessage:
    """The mail of a report. `number`: of the subscription; the same report has the same Message-ID whenever it is sent.

    List-Unsubscribe and List-Unsubscribe-Post are those of RFC 8058: a POST to the address ends the reports.
    """
    message = EmailMessage()
    message["Subject"] = _line(report.subject)
    message["From"] = sender
    message["To"] = Address(addr_spec=to)
    message["Date"] = format_datetime(at)
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    message["Message-ID"] = f"<report-{number}-{report.period}-{report.first_day}@{domain}>"
    message["List-Id"] = f"<{report.period}.{report.site}.reports.{domain}>"
    message["List-Unsubscribe"] = f"<{report.unsubscribe}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(as_text(report), cte="quoted-printable")
    message.add_alternative(as_html(report), subtype="html", cte="quoted-printable")
    return message


def as_text(report: Report) -> str:
    """For those who read no HTML, and for who searches mails."""
    return _environment(html=False).get_template("report.txt").render(report=report)


def as_html(report: Report) -> str:
    """A page of one column, light or dark as the reader has it, without anything to be loaded."""
    return _environment(html=True).get_template("report.html").render(report=report)


def _line(text: str) -> str:
    """A header has one line, whatever somebody called the site."""
    return " ".join(text.split())


@cache
def _environment(*, html: bool) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=html,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
