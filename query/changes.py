"""Which groups of a window are not the same in two answers: as known at two moments. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from query.groups import Group
from streams.aggregates import AGGREGATES

_APPROXIMATE = {member.name for each in AGGREGATES if not each.merge for member in each.members}


@dataclass(frozen=True, slots=True)
class Changes:
    """`changed`: keys of the shown groups that the other answer has differently, or not at all.

    `elsewhere`: the other answer's groups that are not shown. `messages`: how many messages more the other answer has,
    in all and for each shown group that changed.
    """

    changed: Mapping[tuple[str, ...], int]
    elsewhere: tuple[Group, ...]
    messages: int


def changes_between(shown: Sequence[Group], other: Sequence[Group]) -> Changes:
    """Compare two answers to the same question.

    Quantiles are left out: digests that are merged in another order differ within their error.
    """
    theirs = {group.key: group for group in other}
    ours = {group.key for group in shown}
    changed = {
        group.key: (theirs[group.key].messages if group.key in theirs else 0) - group.messages
        for group in shown
        if group.key not in theirs or _exact(group) != _exact(theirs[group.key])
    }
    elsewhere = tuple(group for group in other if group.key not in ours)
    return Changes(changed, elsewhere, _messages(other) - _messages(shown))


def _exact(group: Group) -> tuple[int, Mapping[str, int], dict[str, Any]]:
    parts = {
        name: {member: value for member, value in part.items() if member not in _APPROXIMATE}
        for name, part in group.parts.items()
    }
    return group.messages, group.visits, parts


def _messages(groups: Iterable[Group]) -> int:
    return sum(group.messages for group in groups)
