"""Which groups of a window are not the same in two answers: as known at two moments. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Changes", "Group", "changes_between", "key_of"]

Group = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """`changed`: keys of the shown groups that the other answer has differently, or not at all.

    `elsewhere`: the other answer's groups that are not shown. `messages`: how many messages more the other answer has,
    in all and for each shown group that changed.
    """

    changed: Mapping[Key, int]
    elsewhere: tuple[Group, ...]
    messages: int


def changes_between(shown: Sequence[Group], other: Sequence[Group], by: Sequence[str]) -> Changes:
    """Compare two answers to the same question.

    Quantiles are left out: digests that are merged in another order differ within their error.
    """
    theirs = {key_of(group, by): group for group in other}
    ours = {key_of(group, by): group for group in shown}
    changed = {
        key: theirs.get(key, {"messages": 0})["messages"] - group["messages"]
        for key, group in ours.items()
        if key not in theirs or _exact(group) != _exact(theirs[key])
    }
    elsewhere = tuple(group for key, group in theirs.items() if key not in ours)
    return Changes(changed, elsewhere, _messages(other) - _messages(shown))


def key_of(group: Group, by: Sequence[str]) -> Key:
    """What tells a group from the others: its dimensions' values."""
    return tuple(group[name] for name in by)


def _exact(group: Group) -> dict[str, Any]:
    return {name: _without_quantiles(part) if isinstance(part, Mapping) else part for name, part in group.items()}


def _without_quantiles(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != "quantiles"}


def _messages(groups: Iterable[Group]) -> int:
    return sum(group["messages"] for group in groups)
