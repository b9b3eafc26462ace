"""What `apply --plan` says of changed rules: the edge's decoder tries them on the newest messages that were counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from iceberg.apply import applied_definition
from iceberg.catalog import Catalog
from iceberg.counted import newest_counted
from scripts.console import message_progress
from scripts.results import Column, Sheet, right
from streams.definition import Definition
from streams.reasons import Rejection
from streams.rule_preview import Preview, RulePreview, has_other_rules
from streams.topic_reading import records
from streams.topics import Topics

SAMPLE = 100_000
"""Messages that changed rules are tried on, if nothing else is said."""

_STEP = 1_000
"""Offsets between two moves of the progress bar."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """A stream's Preview. `lost`: of the messages that were to be tried, how many Kafka no longer holds."""

    stream: str
    preview: Preview
    lost: int

    @property
    def as_json(self) -> dict[str, Any]:
        """For programs."""
        found = self.preview
        return {
            "stream": self.stream,
            "messages": found.messages,
            "lost": self.lost,
            "unchanged": found.unchanged,
            "changed": found.changed,
            "examples": [asdict(each) for each in found.examples],
            "becoming_accepted": _by_reason(found.becoming_accepted),
            "becoming_rejected": _by_reason(found.becoming_rejected),
        }

    @property
    def parts(self) -> Sequence[Sheet | str]:
        """For people."""
        found = self.preview
        gone = f" (Kafka no longer holds {self.lost:,} more)" if self.lost else ""
        if not found.messages:
            return [f"{self.stream}: the new rules were tried on no message, for none was counted{gone}"]
        line = (
            f"{self.stream}: of the newest {found.messages:,} messages that were counted{gone}, the new rules change"
            f" {found.changed:,}, accept {found.becoming_accepted.total():,} that were rejected, and reject"
            f" {found.becoming_rejected.total():,} that were accepted; past ones stay as they are until a replay"
        )
        return [line, *self._sheets()]

    def _sheets(self) -> list[Sheet]:
        found, sheets = self.preview, []
        if found.examples:
            shown = Column("before", as_text=_quoted), Column("after", as_text=_quoted), right("messages")
            rows = [[each.name, each.before, each.after, each.messages] for each in found.examples]
            sheets.append(Sheet([Column("field"), *shown], rows, f"{self.stream}: most frequent changes"))
        for title, counts in (("accepted", found.becoming_accepted), ("rejected", found.becoming_rejected)):
            if counts:
                reason = "was rejected for" if title == "accepted" else "would be rejected for"
                rows = [[each.field, each.reason, count] for each, count in counts.most_common()]
                columns = [Column("field"), Column(reason), right("messages")]
                sheets.append(Sheet(columns, rows, f"{self.stream}: would become {title}"))
        return sheets


def _quoted(value: object) -> str:
    """As JSON has it, so that white space is seen; nothing a terminal would obey."""
    if isinstance(value, str):
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in f'"{value}"')
    return "null" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _by_reason(counts: Counter[Rejection]) -> list[dict[str, Any]]:
    return [{"field": each.field, "reason": each.reason, "messages": count} for each, count in counts.most_common()]


def previewed(catalog: Catalog, definition: Definition, topics: Topics, kafka: str, sample: int) -> list[Previewed]:
    """What other rules make of the newest messages; nothing if the stream is new, its rules are as before, or none is
    to be tried. Raises LakeError, TopicError."""
    applied = applied_definition(catalog, definition.name)
    if applied is None or not sample or not has_other_rules(applied, definition):
        return []
    counted = newest_counted(catalog, definition.name, sample)
    preview = RulePreview(applied, definition)
    held = topics.beginning_offsets(definition.topic) if counted.messages else {}
    begins = {partition: max(begin, held.get(partition, begin)) for partition, begin in counted.begins.items()}
    total = sum(max(counted.ends[partition] - begin, 0) for partition, begin in begins.items())
    read = 0
    with message_progress(f"{definition.name}: trying the new rules", total) as progress:
        for done, record in enumerate(records(kafka, definition.topic, begins, counted.ends), start=1):
            if record.value is not None:
                read += 1
                preview.add(record.partition, record.value, record.stamped_ms)
            if not done % _STEP:
                progress(_STEP)
    return [Previewed(definition.name, preview.result(), max(counted.messages - read, 0))]
