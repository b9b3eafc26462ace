import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Step(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STEP_UNSPECIFIED: _ClassVar[Step]
    STEP_MINUTE: _ClassVar[Step]
    STEP_HOUR: _ClassVar[Step]
    STEP_DAY: _ClassVar[Step]
STEP_UNSPECIFIED: Step
STEP_MINUTE: Step
STEP_HOUR: Step
STEP_DAY: Step

class SendRequest(_message.Message):
    __slots__ = ("stream", "messages")
    STREAM_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    stream: str
    messages: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, stream: _Optional[str] = ..., messages: _Optional[_Iterable[bytes]] = ...) -> None: ...

class SendResponse(_message.Message):
    __slots__ = ("accepted", "rejected", "more_rejected")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    MORE_REJECTED_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    rejected: _containers.RepeatedCompositeFieldContainer[Rejected]
    more_rejected: int
    def __init__(self, accepted: _Optional[int] = ..., rejected: _Optional[_Iterable[_Union[Rejected, _Mapping]]] = ..., more_rejected: _Optional[int] = ...) -> None: ...

class Rejected(_message.Message):
    __slots__ = ("index", "field", "reason")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    index: int
    field: str
    reason: str
    def __init__(self, index: _Optional[int] = ..., field: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Filter(_message.Message):
    __slots__ = ("name", "values")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    name: str
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ...) -> None: ...

class Names(_message.Message):
    __slots__ = ("names",)
    NAMES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, names: _Optional[_Iterable[str]] = ...) -> None: ...

class WindowRequest(_message.Message):
    __slots__ = ("stream", "start", "end", "by", "where", "as_known_at", "changed_since", "quantiles", "limit", "after")
    STREAM_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    AS_KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_SINCE_FIELD_NUMBER: _ClassVar[int]
    QUANTILES_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    stream: str
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    by: Names
    where: _containers.RepeatedCompositeFieldContainer[Filter]
    as_known_at: _timestamp_pb2.Timestamp
    changed_since: _timestamp_pb2.Timestamp
    quantiles: _containers.RepeatedScalarFieldContainer[float]
    limit: int
    after: str
    def __init__(self, stream: _Optional[str] = ..., start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., by: _Optional[_Union[Names, _Mapping]] = ..., where: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., as_known_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., quantiles: _Optional[_Iterable[float]] = ..., limit: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class WindowResponse(_message.Message):
    __slots__ = ("about", "groups", "gone", "next", "snapshot", "breakdown", "windows")
    class WindowsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    about: About
    groups: _containers.RepeatedCompositeFieldContainer[Group]
    gone: _containers.RepeatedCompositeFieldContainer[Group]
    next: str
    snapshot: int
    breakdown: str
    windows: _containers.ScalarMap[str, int]
    def __init__(self, about: _Optional[_Union[About, _Mapping]] = ..., groups: _Optional[_Iterable[_Union[Group, _Mapping]]] = ..., gone: _Optional[_Iterable[_Union[Group, _Mapping]]] = ..., next: _Optional[str] = ..., snapshot: _Optional[int] = ..., breakdown: _Optional[str] = ..., windows: _Optional[_Mapping[str, int]] = ...) -> None: ...

class About(_message.Message):
    __slots__ = ("stream", "start", "end", "as_known_at", "known_until", "complete_until", "by")
    STREAM_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    AS_KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    KNOWN_UNTIL_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    stream: str
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    as_known_at: _timestamp_pb2.Timestamp
    known_until: _timestamp_pb2.Timestamp
    complete_until: _timestamp_pb2.Timestamp
    by: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stream: _Optional[str] = ..., start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., as_known_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., known_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., complete_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., by: _Optional[_Iterable[str]] = ...) -> None: ...

class Group(_message.Message):
    __slots__ = ("key", "messages", "measures", "visits", "changed_since")
    class MeasuresEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Measure
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Measure, _Mapping]] = ...) -> None: ...
    class VisitsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    KEY_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_SINCE_FIELD_NUMBER: _ClassVar[int]
    key: _containers.RepeatedScalarFieldContainer[str]
    messages: int
    measures: _containers.MessageMap[str, Measure]
    visits: _containers.ScalarMap[str, int]
    changed_since: bool
    def __init__(self, key: _Optional[_Iterable[str]] = ..., messages: _Optional[int] = ..., measures: _Optional[_Mapping[str, Measure]] = ..., visits: _Optional[_Mapping[str, int]] = ..., changed_since: _Optional[bool] = ...) -> None: ...

class Measure(_message.Message):
    __slots__ = ("count", "mean", "total", "min", "min_at", "max", "max_at", "quantiles", "distinct")
    class QuantilesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    COUNT_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MIN_AT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    MAX_AT_FIELD_NUMBER: _ClassVar[int]
    QUANTILES_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_FIELD_NUMBER: _ClassVar[int]
    count: int
    mean: float
    total: str
    min: float
    min_at: _timestamp_pb2.Timestamp
    max: float
    max_at: _timestamp_pb2.Timestamp
    quantiles: _containers.ScalarMap[str, float]
    distinct: int
    def __init__(self, count: _Optional[int] = ..., mean: _Optional[float] = ..., total: _Optional[str] = ..., min: _Optional[float] = ..., min_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., max: _Optional[float] = ..., max_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., quantiles: _Optional[_Mapping[str, float]] = ..., distinct: _Optional[int] = ...) -> None: ...

class SeriesRequest(_message.Message):
    __slots__ = ("stream", "start", "end", "step", "by", "where", "as_known_at", "quantiles", "measures")
    STREAM_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    AS_KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    QUANTILES_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    stream: str
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    step: Step
    by: Names
    where: _containers.RepeatedCompositeFieldContainer[Filter]
    as_known_at: _timestamp_pb2.Timestamp
    quantiles: _containers.RepeatedScalarFieldContainer[float]
    measures: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stream: _Optional[str] = ..., start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., step: _Optional[_Union[Step, str]] = ..., by: _Optional[_Union[Names, _Mapping]] = ..., where: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., as_known_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., quantiles: _Optional[_Iterable[float]] = ..., measures: _Optional[_Iterable[str]] = ...) -> None: ...

class SeriesResponse(_message.Message):
    __slots__ = ("about", "step", "points")
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    about: About
    step: Step
    points: _containers.RepeatedCompositeFieldContainer[Point]
    def __init__(self, about: _Optional[_Union[About, _Mapping]] = ..., step: _Optional[_Union[Step, str]] = ..., points: _Optional[_Iterable[_Union[Point, _Mapping]]] = ...) -> None: ...

class Point(_message.Message):
    __slots__ = ("at", "groups")
    AT_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    at: _timestamp_pb2.Timestamp
    groups: _containers.RepeatedCompositeFieldContainer[Group]
    def __init__(self, at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., groups: _Optional[_Iterable[_Union[Group, _Mapping]]] = ...) -> None: ...

class RecordsRequest(_message.Message):
    __slots__ = ("stream", "start", "end", "where", "fields")
    STREAM_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    stream: str
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    where: _containers.RepeatedCompositeFieldContainer[Filter]
    fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stream: _Optional[str] = ..., start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., where: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., fields: _Optional[_Iterable[str]] = ...) -> None: ...

class RecordsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    def __init__(self, data: _Optional[bytes] = ...) -> None: ...

class DefinitionRequest(_message.Message):
    __slots__ = ("stream",)
    STREAM_FIELD_NUMBER: _ClassVar[int]
    stream: str
    def __init__(self, stream: _Optional[str] = ...) -> None: ...

class DefinitionResponse(_message.Message):
    __slots__ = ("stream",)
    STREAM_FIELD_NUMBER: _ClassVar[int]
    stream: Stream
    def __init__(self, stream: _Optional[_Union[Stream, _Mapping]] = ...) -> None: ...

class DefinitionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DefinitionsResponse(_message.Message):
    __slots__ = ("streams",)
    STREAMS_FIELD_NUMBER: _ClassVar[int]
    streams: _containers.RepeatedCompositeFieldContainer[Stream]
    def __init__(self, streams: _Optional[_Iterable[_Union[Stream, _Mapping]]] = ...) -> None: ...

class Stream(_message.Message):
    __slots__ = ("name", "title", "description", "dimensions", "measures", "distincts", "complete_until", "definition")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    DISTINCTS_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    description: str
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    measures: _containers.RepeatedScalarFieldContainer[str]
    distincts: _containers.RepeatedScalarFieldContainer[str]
    complete_until: _timestamp_pb2.Timestamp
    definition: _struct_pb2.Struct
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., dimensions: _Optional[_Iterable[str]] = ..., measures: _Optional[_Iterable[str]] = ..., distincts: _Optional[_Iterable[str]] = ..., complete_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., definition: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class Process(_message.Message):
    __slots__ = ("name", "title", "stream", "about", "every", "after", "seed", "sample", "steps", "state", "last_run", "may")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    EVERY_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LAST_RUN_FIELD_NUMBER: _ClassVar[int]
    MAY_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    stream: str
    about: str
    every: str
    after: str
    seed: int
    sample: int
    steps: _containers.RepeatedScalarFieldContainer[str]
    state: str
    last_run: _timestamp_pb2.Timestamp
    may: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., stream: _Optional[str] = ..., about: _Optional[str] = ..., every: _Optional[str] = ..., after: _Optional[str] = ..., seed: _Optional[int] = ..., sample: _Optional[int] = ..., steps: _Optional[_Iterable[str]] = ..., state: _Optional[str] = ..., last_run: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., may: _Optional[_Iterable[str]] = ...) -> None: ...

class Run(_message.Message):
    __slots__ = ("id", "state", "snapshot", "definition", "declaration", "code", "seed", "rows", "sampled", "begun", "ended", "by", "problem")
    ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DECLARATION_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SAMPLED_FIELD_NUMBER: _ClassVar[int]
    BEGUN_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    id: int
    state: str
    snapshot: int
    definition: str
    declaration: str
    code: str
    seed: int
    rows: int
    sampled: int
    begun: _timestamp_pb2.Timestamp
    ended: _timestamp_pb2.Timestamp
    by: str
    problem: str
    def __init__(self, id: _Optional[int] = ..., state: _Optional[str] = ..., snapshot: _Optional[int] = ..., definition: _Optional[str] = ..., declaration: _Optional[str] = ..., code: _Optional[str] = ..., seed: _Optional[int] = ..., rows: _Optional[int] = ..., sampled: _Optional[int] = ..., begun: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., by: _Optional[str] = ..., problem: _Optional[str] = ...) -> None: ...

class StepResult(_message.Message):
    __slots__ = ("step", "seconds", "result", "problem")
    STEP_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    step: str
    seconds: float
    result: _struct_pb2.Struct
    problem: str
    def __init__(self, step: _Optional[str] = ..., seconds: _Optional[float] = ..., result: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., problem: _Optional[str] = ...) -> None: ...

class ProcessesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ProcessesResponse(_message.Message):
    __slots__ = ("processes",)
    PROCESSES_FIELD_NUMBER: _ClassVar[int]
    processes: _containers.RepeatedCompositeFieldContainer[Process]
    def __init__(self, processes: _Optional[_Iterable[_Union[Process, _Mapping]]] = ...) -> None: ...

class ResultsRequest(_message.Message):
    __slots__ = ("process", "run")
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    process: str
    run: int
    def __init__(self, process: _Optional[str] = ..., run: _Optional[int] = ...) -> None: ...

class ResultsResponse(_message.Message):
    __slots__ = ("process", "run", "steps")
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    process: Process
    run: Run
    steps: _containers.RepeatedCompositeFieldContainer[StepResult]
    def __init__(self, process: _Optional[_Union[Process, _Mapping]] = ..., run: _Optional[_Union[Run, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[StepResult, _Mapping]]] = ...) -> None: ...

class RunsRequest(_message.Message):
    __slots__ = ("process", "limit", "before")
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    process: str
    limit: int
    before: int
    def __init__(self, process: _Optional[str] = ..., limit: _Optional[int] = ..., before: _Optional[int] = ...) -> None: ...

class RunsResponse(_message.Message):
    __slots__ = ("runs", "next")
    RUNS_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[Run]
    next: int
    def __init__(self, runs: _Optional[_Iterable[_Union[Run, _Mapping]]] = ..., next: _Optional[int] = ...) -> None: ...
