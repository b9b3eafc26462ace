"""What a changed definition may change: pure rules, so that `apply --plan`, `apply` and replays agree.

One table says of each fact of a definition what its change means; a test holds the table to the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from pydantic import BaseModel

from streams.aggregates import READ_OPTIONS, MeasureOptions
from streams.breakdowns import breakdowns, rules
from streams.definition import BreakdownRule, Definition
from streams.panes import Grain
from streams.retention import Retention
from streams.visits import Visits


@dataclass(frozen=True, slots=True)
class Effect:
    """What the change of a fact means.

    `restart`: the job has to be replaced, by a handover. `refused`: why stored panes or producers of today could not
    survive it; None if they can. `replayed`: a replay may yet be made with it, as its panes replace those of before.
    `note`: what people have to know of a change that is allowed.
    """

    restart: bool = True
    refused: str | None = None
    replayed: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """One fact that differs, under its dotted key, and what that means."""

    key: str
    effect: Effect


_Rule: TypeAlias = Callable[[Any, Any], Effect]
"""Old and new value → the effect; None stands for an entry that is not there."""


def _free(_old: Any, _new: Any) -> Effect:
    return Effect(restart=False)


def _handover(_old: Any, _new: Any) -> Effect:
    return Effect()


def _refused(reason: str, *, replayed: bool = False) -> _Rule:
    return lambda old, _: Effect(refused=reason.format(old=old), replayed=replayed)


def _only(allowed: Callable[[Any, Any], bool], reason: str) -> _Rule:
    return lambda old, new: Effect() if allowed(old, new) else Effect(refused=reason.format(old=old))


def _field(old: Any, new: Any) -> Effect:
    if old is None and new.required:
        return Effect(refused="is new and required, so messages of today would be rejected; say required = false")
    return Effect()


def _names(old: Any, _new: Any) -> Effect:
    return Effect(refused=f"cannot change from {', '.join(old)}; declare a new stream")


def _breakdown(_old: Any, new: Any) -> Effect:
    if new is None:
        return Effect(refused="cannot be removed: stored panes are by it; declare a new stream")
    return Effect(
        note="answers windows of what arrives from now on, of times that nothing before can be of, "
        "until the past is replayed with this definition"
    )


def _by(old: Any, _new: Any) -> Effect:
    return Effect(refused=f"cannot change from {', '.join(old) or 'none'}; give the other breakdown a name of its own")


def _grains(old: Any, _new: Any) -> Effect:
    return Effect(refused=f"cannot change from {', '.join(old)}; give the other breakdown a name of its own")


_KEPT = _only(lambda _, new: new is not None, "cannot be removed: stored panes hold it")
_STAYS = _only(lambda _, new: new, "cannot be turned off: stored panes hold them")
_GROWS = _only(lambda old, new: new >= old, "cannot shrink from {old}; Kafka only adds partitions")
_NOT_REQUIRED = _only(lambda _, new: not new, "was optional, so messages of today may lack it; say required = false")
_OTHER = "cannot change from {old!r}: under one name there would be panes of both; declare a new stream"

RULES: Mapping[str, _Rule] = {
    "name": _refused("cannot change from {old!r}; declare a new stream"),
    "title": _free,
    "description": _free,
    "topic": _refused("cannot change from {old!r}; declare a new stream"),
    "partitions": _GROWS,
    "key": lambda *_: Effect(note="copies and visits of messages that lie in a partition by another key are not found"),
    "duplicates": lambda _, new: Effect(
        note="what arrived before stays as it was counted, until it is replayed with this definition" if new else None
    ),
    "duplicates.id": _handover,
    "visits": lambda _, new: (
        Effect(refused="cannot be removed: stored panes hold their numbers")
        if new is None
        else Effect(note="of what arrived before there are none, until it is replayed with this definition")
    ),
    **{
        f"visits.{key}": lambda *_: Effect(
            note="visits of before stay as they were counted, until they are replayed with this definition"
        )
        for key in Visits.model_fields
    },
    "duplicates.horizon": _handover,
    "event_time.field": _refused(_OTHER, replayed=True),
    "event_time.min": _handover,
    "event_time.max_ahead_seconds": _handover,
    "fields": _handover,
    "fields.*": _field,
    "fields.*.type": _handover,
    "fields.*.required": _NOT_REQUIRED,
    "fields.*.min": _handover,
    "fields.*.max": _handover,
    "fields.*.above": _handover,
    "fields.*.below": _handover,
    "fields.*.min_length": _handover,
    "fields.*.max_length": _handover,
    "fields.*.values": _handover,
    "clean": _handover,
    "clean.*": lambda *_: Effect(
        note="what arrived before stays as it was cleaned, until it is replayed with this definition"
    ),
    "fields.*.excluded": lambda *_: Effect(
        note="what arrived before stays as it was counted, until it is replayed with this definition"
    ),
    "dimensions": _names,
    "dimensions.*": _free,
    "dimensions.*.field": _refused(_OTHER, replayed=True),
    "dimensions.*.title": _free,
    "breakdowns": _handover,
    "breakdowns.*": _breakdown,
    "breakdowns.*.by": _by,
    "breakdowns.*.grains": _grains,
    "measures": _handover,
    "measures.*": _KEPT,
    "measures.*.value": lambda *_: Effect(
        note="what arrived before keeps the value that it was given, until it is replayed with this definition"
    ),
    "measures.*.decimals": _refused("cannot change from {old}; add a new measure"),
    "measures.*.min": _handover,
    "measures.*.max": _handover,
    "measures.*.title": _free,
    "measures.*.unit": _free,
    **{f"measures.*.{option}": _STAYS for option in MeasureOptions.model_fields},
    **{f"measures.*.{option}": _free for option in READ_OPTIONS},
    "distincts": _handover,
    "distincts.*": _KEPT,
    "distincts.*.field": _refused(_OTHER, replayed=True),
    "distincts.*.title": _free,
    "events": _handover,
    "hours": _only(lambda _, new: new, "cannot be turned off: the table would no longer be whole"),
    "records": _only(lambda _, new: new, "cannot be turned off: records would have gaps"),
    "records.bucket": _refused("cannot change from {old!r}: records are packed by it; declare a new stream"),
    "records.buckets": _refused("cannot change from {old}: records are packed by them; declare a new stream"),
    "retention": _free,
    **{f"retention.{what}": _free for what in Retention.model_fields},
    "sent_by": _free,
    "demo": _free,
    "most_messages": _free,
    "form": _free,
}
"""Fact of a definition → what its change means.

`*` stands for any name; a key that ends in it is about an entry that is new or gone, the key before it about which
entries there are, and in which order.
"""


_TYPED = "cannot change from {old}: records hold it so; add a field of another name"
_MOVED = "keys move to other partitions: copies of what arrived before are not found for once, visits are cut"


def changes(old: Definition, new: Definition) -> list[Changed]:
    """Every fact that differs, in the order of the model."""
    told = old.breakdowns or new.breakdowns
    found = list(_changes("", "", _said(old, old), _said(new, old)) if told else _changes("", "", old, new))
    if new.breakdowns and [name for name in new.dimensions if name in old.dimensions] == [*old.dimensions]:
        # For breakdowns that are new; those of before stay as they are, and what they are sorted by.
        found = [replace(each, effect=Effect()) if each.key == "dimensions" else each for each in found]
    if old.records is not None:
        types = {
            f"fields.{name}.type": Effect(refused=_TYPED.format(old=rule.type)) for name, rule in old.fields.items()
        }
        found = [replace(each, effect=types.get(each.key, each.effect)) for each in found]
    if new.key is None:
        return found
    return [
        replace(each, effect=replace(each.effect, note=_MOVED)) if each.key == "partitions" else each for each in found
    ]


def _said(definition: Definition, old: Definition) -> Definition:
    """A definition that says of its breakdowns what may be left out: all but hour panes that the stream has newly."""
    begun = Grain.HOUR if definition.hours and not old.hours else None
    said = {
        each.name: BreakdownRule.model_construct(
            by=each.dimensions,
            grains=tuple(grain.value for grain in each.grains if grain is not begun or each.name not in rules(old)),
        )
        for each in breakdowns(definition)
    }
    return definition.model_copy(update={"breakdowns": said})


def breaking_changes(old: Definition, new: Definition, *, replayed: bool = False) -> list[tuple[str, str]]:
    """`(key, reason)` for each change that stored panes or today's producers could not survive.

    `replayed`: only those that no replay may be made with either.
    """
    effects = ((change.key, change.effect) for change in changes(old, new))
    return [(key, it.refused) for key, it in effects if it.refused and not (replayed and it.replayed)]


def _changes(key: str, rule: str, old: Any, new: Any) -> Iterator[Changed]:
    if old == new and (not isinstance(old, dict) or [*old] == [*new]):
        return
    if isinstance(old, BaseModel) and isinstance(new, BaseModel) and rule not in ("demo", "form"):
        for name in type(old).model_fields:
            dot = "." if rule else ""
            yield from _changes(f"{key}{dot}{name}", f"{rule}{dot}{name}", getattr(old, name), getattr(new, name))
    elif isinstance(old, dict) and isinstance(new, dict):
        if [*old] != [*new]:
            yield Changed(key, RULES[rule](old, new))
        for name in {**old, **new}:
            one, other = old.get(name), new.get(name)
            if one is None or other is None:
                yield Changed(f"{key}.{name}", RULES[f"{rule}.*"](one, other))
            else:
                yield from _changes(f"{key}.{name}", f"{rule}.*", one, other)
    else:
        yield Changed(key, RULES[rule](old, new))
