"""`windowpane window`: the answer for a window."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from scripts.questions.answer_sheets import groups_sheet, standing_lines
from scripts.questions.asking import ask
from scripts.questions.question_options import grouping, grouping_parameters, spanning
from scripts.results import Format, Result, formatted, show
from scripts.times import window_of


@click.command(name="window")
@click.argument("stream")
@spanning
@grouping
@formatted
def command(
    stream: str,
    start: str | None,
    end: str | None,
    last: timedelta | None,
    by: tuple[str, ...],
    where: tuple[str, ...],
    as_known_at: str | None,
    quantiles: str | None,
    output: Format,
) -> None:
    """What happened in STREAM between two minutes.

    \b
    Examples:
      ./windowpane window health --last 24h
      ./windowpane window health --start 2026-03-01T10:17:00Z --end 2026-03-04T09:05:00Z
      ./windowpane window health --start yesterday --end today --by '' --where service=checkout --json
      ./windowpane window health --start -3h --quantiles 0.5,0.99 --format csv
    """
    first, following = window_of(start, end, last)
    params = [("start", first), ("end", following), *grouping_parameters(by, where, as_known_at, quantiles)]
    show(window_result(ask(stream, "window", params)), output)


def window_result(answer: dict[str, Any]) -> Result:
    """An answer of the API for people."""
    title = f"{answer['stream']}, {answer['start']} to {answer['end']}"
    groups = answer["groups"]
    sheet = groups_sheet(title, groups) if groups else f"{title}: no messages in this window."
    return Result(answer, [sheet, *standing_lines(answer)])
