"""What a changed definition may change: pure rules, so that `apply --plan` and `apply` agree."""

from __future__ import annotations

from streams.definition import Definition

__all__ = ["breaking_changes"]


def breaking_changes(old: Definition, new: Definition) -> list[tuple[str, str]]:
    """`(key, reason)` for each change that stored panes or today's producers could not survive."""
    found: list[tuple[str, str]] = []
    if old.topic != new.topic:
        found.append(("topic", f"cannot change from {old.topic!r}; declare a new stream"))
    if new.partitions < old.partitions:
        found.append(("partitions", f"cannot shrink from {old.partitions}; Kafka only adds partitions"))
    if list(old.dimensions) != list(new.dimensions):
        found.append(("dimensions", f"cannot change from {', '.join(old.dimensions)}; declare a new stream"))
    if old.hours and not new.hours:
        found.append(("hours", "cannot be turned off: the table would no longer be whole"))
    for name, measure in old.measures.items():
        changed = new.measures.get(name)
        if changed is None:
            found.append((f"measures.{name}", "cannot be removed: stored panes hold it"))
        elif changed.decimals != measure.decimals:
            found.append((f"measures.{name}.decimals", f"cannot change from {measure.decimals}; add a new measure"))
        elif measure.quantiles and not changed.quantiles:
            found.append((f"measures.{name}.quantiles", "cannot be turned off: stored panes hold them"))
    found += [
        (f"distincts.{name}", "cannot be removed: stored panes hold it")
        for name in old.distincts
        if name not in new.distincts
    ]
    found += [
        (f"fields.{name}", "is new and required, so messages of today would be rejected; say required = false")
        for name, rule in new.fields.items()
        if rule.required and name not in old.fields
    ]
    found += [
        (f"fields.{name}", "was optional, so messages of today may lack it; say required = false")
        for name, rule in new.fields.items()
        if rule.required and name in old.fields and not old.fields[name].required
    ]
    return found
