"""Messages as the parameters that questions are read from over HTTP too, so that both are checked alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from google.protobuf.timestamp_pb2 import Timestamp

from query.errors import FieldProblem
from query.requests import refuse
from streams.records import PARAMETERS
from windowpane_client.v1.windowpane_pb2 import Filter, RecordsRequest, SeriesRequest, Step, WindowRequest

Pairs = list[tuple[str, str]]

_TIMES = ("start", "end", "as_known_at", "changed_since")
_OF_WINDOWS = frozenset({*_TIMES, "by", "quantiles", "limit", "after", "step", "measure"})
_STEPS = {Step.STEP_MINUTE: "minute", Step.STEP_HOUR: "hour", Step.STEP_DAY: "day"}


def window_pairs(asked: WindowRequest) -> Pairs:
    """As `query.parameters.read_window` reads them. Raises InvalidRequestError for filters that are none."""
    pages = [(name, str(getattr(asked, name))) for name in ("limit", "after") if asked.HasField(name)]
    return [*_common(asked), *pages, *_filters(asked.where, _OF_WINDOWS)]


def series_pairs(asked: SeriesRequest) -> Pairs:
    """As `read_series` reads them. Raises InvalidRequestError, likewise."""
    step = [("step", _STEPS.get(asked.step, str(asked.step)))] if asked.step else []
    measures = [("measure", name) for name in asked.measures]
    return [*_common(asked), *step, *measures, *_filters(asked.where, _OF_WINDOWS)]


def records_pairs(asked: RecordsRequest) -> Pairs:
    """As `read_records` reads them. Raises InvalidRequestError, likewise."""
    named = [("fields", ",".join(asked.fields))] if asked.fields else []
    return [*_times(asked), *named, *_filters(asked.where, frozenset(PARAMETERS))]


def _common(asked: WindowRequest | SeriesRequest) -> Iterator[tuple[str, str]]:
    yield from _times(asked)
    if asked.HasField("by"):
        yield "by", ",".join(asked.by.names)
    if asked.quantiles:
        yield "quantiles", ",".join(map(repr, asked.quantiles))


def _times(asked: WindowRequest | SeriesRequest | RecordsRequest) -> Iterator[tuple[str, str]]:
    for name in _TIMES:
        if name in asked.DESCRIPTOR.fields_by_name and asked.HasField(name):
            yield name, _text(getattr(asked, name))


def _text(moment: Timestamp) -> str:
    """RFC 3339; of one beyond the calendar a text that is no time."""
    try:
        return str(moment.ToJsonString())
    except ValueError:
        return f"{moment.seconds} s and {moment.nanos} ns"


def _filters(filters: Iterable[Filter], taken: frozenset[str]) -> Pairs:
    pairs, wrong = Pairs(), list[FieldProblem]()
    for each in filters:
        if each.name in taken:
            wrong.append(FieldProblem(each.name, "is no name to filter by"))
        elif not each.values:
            wrong.append(FieldProblem(each.name[:100], "has no value to filter by"))
        pairs += [(each.name, value) for value in each.values]
    refuse(wrong)
    return pairs
