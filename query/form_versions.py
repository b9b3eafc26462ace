"""The versions of a submission whose form lets it be changed: the question about them, and what it gives. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from query.record_questions import RecordQuestion
from query.rendering import templates
from query.requests import EARLIEST, LATEST
from query.visible import Visible
from streams.definition import Definition
from streams.records import column_of

MOST_VERSIONS = 1_000
"""Of a submission that are shown."""

_CLOCKS_DIFFER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Version:
    """`sent`: when the first one was; `arrived`: when this one did. `values`: field → what it has."""

    number: int
    sent: datetime
    arrived: datetime
    values: Mapping[str, Any]


def new_submission(now: datetime) -> str:
    """An id that tells when it was made (UUID version 7, RFC 9562), and is random beside that."""
    random = uuid.uuid4().int & ~(0xFFFF_FFFF_FFFF << 80) & ~(0xF << 76)
    return str(uuid.UUID(int=(round(now.timestamp() * 1000) << 80) | (7 << 76) | random))


def version_question(definition: Definition, submission: str) -> RecordQuestion:
    """Of all that is known of a submission: to be asked for whoever shows that it is the own one."""
    assert definition.key is not None
    assert definition.duplicates is not None
    body = templates.get_template("form_versions.sql").render(
        submission=column_of(definition.key),
        version=column_of(definition.duplicates.id),
        columns=[*map(column_of, definition.fields)],
        most=MOST_VERSIONS,
    )
    fields, since = tuple(definition.fields), _since(submission)
    return RecordQuestion(Visible(definition), since, LATEST, (), fields, body, (submission,), all_versions=True)


def versions_in(definition: Definition, rows: Sequence[Sequence[Any]]) -> Iterator[Version]:
    """What the rows of the answer say."""
    for number, sent, arrived, *values in rows:
        yield Version(int(number), sent, arrived, dict(zip(definition.fields, values, strict=True)))


def _since(submission: str) -> datetime:
    """Since when it can have been sent: when its id was made, if that tells."""
    made = uuid.UUID(submission)
    if made.version != 7:
        return EARLIEST
    try:
        return datetime.fromtimestamp((made.int >> 80) / 1000, UTC) - _CLOCKS_DIFFER
    except (ValueError, OverflowError):
        return EARLIEST
