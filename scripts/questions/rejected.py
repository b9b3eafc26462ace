"""`windowpane rejected`: messages that broke a rule, with the reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from scripts.questions.asking import ask
from scripts.questions.question_options import spanning
from scripts.results import Column, Format, Result, Sheet, formatted, right, show
from scripts.times import window_of
from streams.reasons import Reason

_DEFAULT = timedelta(hours=24)
_MOST = 1_000
"""As many as the API gives at once."""


@click.command(name="rejected")
@click.argument("stream")
@spanning
@click.option(
    "--reason", metavar="REASON", type=click.Choice([str(each) for each in Reason]), help="Only for this reason."
)
@formatted
def command(
    stream: str, start: str | None, end: str | None, last: timedelta | None, reason: str | None, output: Format
) -> None:
    """Messages of STREAM that broke a rule, by when they arrived, the newest first. Default: the last 24 hours.

    \b
    Examples:
      ./windowpane rejected health
      ./windowpane rejected health --last 7d --reason 'not valid JSON'
      ./windowpane rejected health --start yesterday --end today --format csv
    """
    first, following = window_of(start, end, last or (None if start or end else _DEFAULT))
    params = [("start", first), ("end", following), ("limit", str(_MOST))]
    params += [("reason", reason)] if reason else []
    show(rejected_result(ask(stream, "rejected", params)), output)


def rejected_result(answer: dict[str, Any]) -> Result:
    """An answer of the API for people."""
    title = f"{answer['stream']}, rejected among what arrived from {answer['start']} to {answer['end']}"
    messages, lines = answer["messages"], [f"Complete until {answer['complete_until'] or 'nothing yet'}."]
    if not messages:
        return Result(answer, [f"{title}: none.", *lines])
    if len(messages) >= answer["limit"]:
        lines.insert(0, f"Only the newest {len(messages):,} are shown; ask for a shorter window to see others.")
    columns = [Column("arrived"), Column("reason"), Column("field"), right("partition"), right("offset", as_text=str)]
    names = ("arrived", "reason", "field", "partition", "offset", "payload")
    rows = [[message[name] for name in names] for message in messages]
    return Result(answer, [Sheet([*columns, Column("payload")], rows, title), *lines])
