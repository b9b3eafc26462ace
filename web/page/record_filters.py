"""The filters of the page's form: `where` in addresses, each as FIELD=VALUE, and one more that was typed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from query.record_requests import can_filter
from query.requests import Filters
from streams.definition import Definition
from streams.records import record_fields


@dataclass(frozen=True, slots=True)
class RecordFilters:
    """What the form says: `chosen` fields with a value each. `problems`: what of it cannot be understood."""

    chosen: tuple[tuple[str, str], ...]
    problems: Mapping[str, str]

    @property
    def where(self) -> Filters:
        """As a question has them: values of the same field are alternatives."""
        values: dict[str, list[str]] = {}
        for name, value in self.chosen:
            values.setdefault(name, []).append(value)
        return tuple((name, tuple(listed)) for name, listed in values.items())

    def without(self, pair: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        """All but one."""
        return tuple(each for each in self.chosen if each != pair)


def read_filters(definition: Definition, given: Iterable[tuple[str, str]]) -> RecordFilters:
    """From the parameters of an address: every `where`, and `field` with `value`, which the form adds."""
    pairs = [*given]
    known, problems = {*filterable(definition)}, dict[str, str]()
    chosen: list[tuple[str, str]] = []
    typed = dict(pairs)
    texts = [text for name, text in pairs if name == "where" and text]
    if typed.get("field") and typed.get("value"):
        texts.append(f"{typed['field']}={typed['value']}")
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name not in known:
            problems["where"] = f"{text[:100]!r} is not FIELD=VALUE; fields: {', '.join(sorted(known))}"
        elif (name, value) not in chosen:
            chosen.append((name, value))
    return RecordFilters(tuple(chosen), problems)


def filterable(definition: Definition) -> list[str]:
    """The fields that records can be asked for by."""
    return [each.field for each in record_fields(definition) if can_filter(each)]
