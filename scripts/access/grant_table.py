"""Grants as tables show them."""

from __future__ import annotations

from collections.abc import Sequence

from access.grants import Action, Grant
from scripts.results import Column, Sheet
from streams.time_text import timestamp


def grant_sheet(grants: Sequence[Grant]) -> Sheet:
    """A row for each."""
    heads = ("id", "subject", "stream", "can", "rows", "hidden", "made", "by")
    wide = ("rows", "hidden")
    columns = [Column(head, wraps=head in wide, as_text=str) for head in heads]
    return Sheet(columns, [_row(grant) for grant in grants])


def _row(grant: Grant) -> tuple[object, ...]:
    told = (in_order(grant.can), rows_text(grant.where) or "all", ", ".join(sorted(grant.hide)))
    return (grant.id, grant.subject, grant.stream, *told, timestamp(grant.made_at), grant.made_by)


def in_order(actions: frozenset[Action]) -> str:
    """Actions, always in the same order."""
    return ", ".join(action for action in Action if action in actions)


def rows_text(where: Sequence[tuple[str, Sequence[str]]]) -> str:
    """A row rule in words; empty for all rows."""
    return " and ".join(f"{name} = {' or '.join(values)}" for name, values in where)
