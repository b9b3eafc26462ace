"""`windowpane series`: the answer for each step of a window."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from scripts.questions.answer_sheets import groups_sheet, standing_lines
from scripts.questions.asking import ask
from scripts.questions.question_options import grouping, grouping_parameters, spanning
from scripts.results import Format, Result, formatted, show
from scripts.times import window_of
from streams.time_text import read_time

_FITTING = {"minute": timedelta(hours=3), "hour": timedelta(days=7)}
"""Step → the longest window that it fits."""


@click.command(name="series")
@click.argument("stream")
@spanning
@click.option("--step", type=click.Choice(["minute", "hour", "day"]), help="Default: what fits the window's length.")
@click.option("--measure", "measures", multiple=True, metavar="M", help="Only these measures.")
@grouping
@formatted
def command(
    stream: str,
    start: str | None,
    end: str | None,
    last: timedelta | None,
    step: str | None,
    measures: tuple[str, ...],
    by: tuple[str, ...],
    where: tuple[str, ...],
    as_known_at: str | None,
    quantiles: str | None,
    output: Format,
) -> None:
    """As window, for each minute, hour or day in it; those without messages are left out.

    \b
    Examples:
      ./windowpane series health --last 24h --step hour --by ''
      ./windowpane series health --start 2026-03-01T10:00:00Z --end 2026-03-01T12:00:00Z --measure cpu --format csv
    """
    first, following = window_of(start, end, last)
    params = [("start", first), ("end", following), ("step", step or fitting_step(first, following))]
    params += [("measure", name) for name in measures]
    params += grouping_parameters(by, where, as_known_at, quantiles)
    show(series_result(ask(stream, "series", params)), output)


def fitting_step(start: str, end: str) -> str:
    """The step for a window whose reader named none; `minute` for times that cannot be read, which is said later."""
    try:
        length = read_time(end) - read_time(start)
    except (ValueError, TypeError, OverflowError):
        return "minute"
    return next((step for step, longest in _FITTING.items() if length <= longest), "day")


def series_result(answer: dict[str, Any]) -> Result:
    """An answer of the API for people: one row for each step and group."""
    title = f"{answer['stream']}, {answer['start']} to {answer['end']}, per {answer['step']}"
    rows = [{"at": point["at"], **group} for point in answer["points"] for group in point["groups"]]
    sheet = groups_sheet(title, rows) if rows else f"{title}: no messages in this window."
    return Result(answer, [sheet, *standing_lines(answer)])
