"""Answers as messages: the same numbers as `query.answer_json` writes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from query.answers import SeriesAnswer, Source, WindowAnswer
from query.groups import Group
from query.requests import Step, WindowRequest
from windowpane_client.v1 import windowpane_pb2 as pb

_STEPS = {Step.MINUTE: pb.STEP_MINUTE, Step.HOUR: pb.STEP_HOUR, Step.DAY: pb.STEP_DAY}


def window_message(answer: WindowAnswer) -> pb.WindowResponse:
    """One window."""
    request = answer.request
    return pb.WindowResponse(
        about=_about(request, answer.source),
        groups=_groups(answer.groups),
        gone=_groups(answer.gone),
        next=None if request.limit is None else answer.next,
        snapshot=answer.source.snapshot,
        breakdown=answer.covered.name,
        windows={str(grain): windows for grain, windows in answer.covered.plan.windows.items()},
    )


def series_message(answer: SeriesAnswer) -> pb.SeriesResponse:
    """The points of a chart."""
    points = [pb.Point(at=moment(point.at), groups=_groups(point.groups)) for point in answer.points]
    about = _about(answer.request.window, answer.source)
    return pb.SeriesResponse(about=about, step=_STEPS[answer.request.step], points=points)


def moment(at: datetime | None) -> Timestamp | None:
    """A time; absent where there is none."""
    if at is None:
        return None
    made = Timestamp()
    made.FromDatetime(at)
    return made


def _about(request: WindowRequest, source: Source) -> pb.About:
    return pb.About(
        stream=request.stream,
        start=moment(request.start),
        end=moment(request.end),
        as_known_at=moment(request.as_known_at),
        known_until=moment(source.known_until),
        complete_until=moment(source.complete_until),
        by=request.by,
    )


def _groups(groups: Sequence[Group]) -> Iterator[pb.Group]:
    for group in groups:
        yield pb.Group(
            key=group.key,
            messages=group.messages,
            measures={name: pb.Measure(**dict(_members(part))) for name, part in group.parts.items()},
            visits=group.visits,
            changed_since=group.changed_since,
        )


def _members(part: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in part.items():
        if name == "total":
            yield name, f"{value:f}" if isinstance(value, Decimal) else str(value)
        elif isinstance(value, datetime):
            yield name, moment(value)
        elif isinstance(value, Mapping):
            yield name, {key: each for key, each in value.items() if each is not None}
        else:
            yield name, value
