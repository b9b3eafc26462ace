"""The options that questions share, and the parameters of the API that they become."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import click

from scripts.times import LENGTH, TIME, Time

Command = TypeVar("Command", bound=Callable[..., Any])
Parameters = list[tuple[str, str]]


def spanning(command: Command) -> Command:
    """`--start`, `--end` and `--last`: see `scripts.times.window_of`."""
    return _with(
        command,
        click.option("--start", type=TIME, help="First minute: 2026-03-01T10:17:00Z, -3h, today or yesterday."),
        click.option("--end", type=TIME, help="Minute after the last; default: now."),
        click.option("--last", type=LENGTH, help="The window that ends now: 15m, 24h, 7d or 4w."),
    )


def grouping(command: Command) -> Command:
    """What `window` and `series` share: `--by`, `--where`, `--as-known-at`, `--quantiles`."""
    return _with(
        command,
        click.option("--by", multiple=True, metavar="DIM", help="Dimension to group by; --by '' gives one total."),
        click.option("--where", multiple=True, metavar="DIM=VALUE", help="Only these values of a dimension."),
        click.option("--as-known-at", type=Time(minutes=False), help="Answer from what had arrived by then."),
        click.option("--quantiles", metavar="Q,…", help="For example 0.5,0.99; of measures that keep them."),
    )


def grouping_parameters(
    by: Iterable[str], where: Iterable[str], as_known_at: str | None, quantiles: str | None
) -> Parameters:
    """As the API takes them. Raises click.BadParameter."""
    options = [(key, value) for key, value in (("as_known_at", as_known_at), ("quantiles", quantiles)) if value]
    return [*(("by", name) for name in by), *conditions(where, "DIM=VALUE"), *options]


def conditions(where: Iterable[str], form: str) -> Iterator[tuple[str, str]]:
    """Names and values of what `--where` gives, in this form. Raises click.BadParameter."""
    for condition in where:
        name, equals, value = condition.partition("=")
        if not equals:
            raise click.BadParameter(f"{condition!r} is not {form}", param_hint="--where")
        yield name, value


def _with(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
