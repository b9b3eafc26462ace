"""The answers of the API as sheets: groups of a window, points of a series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scripts.results import Column, Sheet, right

Group = Mapping[str, Any]
_NOT_SHOWN = {"count", "quantiles"}
"""Members of a measure that are no column of their own."""


def groups_sheet(title: str, groups: Sequence[Group]) -> Sheet:
    """One row a group: its dimensions, messages, each measure with the quantiles that were asked, distinct counts."""
    columns = [right(head) if _is_number(head, value) else Column(head) for head, value in _cells(groups[0])]
    heads = [column.head for column in columns]
    # A measure that is null here may be a number there.
    for group in groups:
        for place, (head, value) in enumerate(_cells(group)):
            if _is_number(head, value):
                columns[place] = right(heads[place])
    return Sheet(columns, [[value for _, value in _cells(group)] for group in groups], title)


def _is_number(head: str, value: object) -> bool:
    """A total has all its digits as text."""
    return isinstance(value, int | float) or head.endswith(" total")


def _cells(group: Group) -> Iterator[tuple[str, Any]]:
    for name, value in group.items():
        if not isinstance(value, Mapping):
            yield name, value
        elif "distinct" in value:
            yield name, value["distinct"]
        else:
            shown = {key: part for key, part in value.items() if key not in _NOT_SHOWN}
            yield from ((f"{name} {key.replace('_', ' ')}", part) for key, part in shown.items())
            yield from ((f"{name} {_percentile(text)}", part) for text, part in value.get("quantiles", {}).items())


def _percentile(quantile: str) -> str:
    """`p99` for `0.99`, as the page and SQL clients call it."""
    return f"p{float(quantile) * 100:.10g}"


def standing_lines(answer: Mapping[str, Any]) -> list[str]:
    """What an answer holds: everything up to now, or up to a moment that may be earlier than the one asked for."""
    asked, known = answer["as_known_at"], answer["known_until"]
    lines = [f"Complete until {answer['complete_until'] or 'nothing yet'}."]
    if asked is not None:
        rounded = "" if asked == known else f"; {asked} was asked for, which panes cannot tell more exactly"
        lines.insert(0, f"As known at {known or 'a moment that nothing is complete for yet'}{rounded}.")
    return lines
