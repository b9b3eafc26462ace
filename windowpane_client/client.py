"""The client: a method for each of the service's, with Python's own types for times, filters and messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import RawIOBase
from itertools import count
from typing import TYPE_CHECKING, Any, Self

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from windowpane_client.errors import translated
from windowpane_client.v1 import windowpane_pb2 as pb

if TYPE_CHECKING:
    import pyarrow as pa

Where = Mapping[str, Sequence[str]]
"""A dimension or field, with the values that rows may have there."""

Message = bytes | Mapping[str, Any]
"""The text of a JSON object, or what it is made of."""

_SERVICE = pb.DESCRIPTOR.services_by_name["Windowpane"]
_STEPS = {"minute": pb.STEP_MINUTE, "hour": pb.STEP_HOUR, "day": pb.STEP_DAY}
_LARGEST = 64 << 20
_PART_MESSAGES, _PART_BYTES = 1_000, 1 << 20


class Windowpane:
    """One connection, for all threads; a context manager that closes it. All methods raise CallError.

    `key`: `wpk_…`; without one, who asks is nobody, or everybody while the service has no users. `certificate`: the PEM
    that its certificate is known by, for TLS. `seconds`: the longest that a call may take, but for records.
    """

    def __init__(
        self, address: str, *, key: str = "", certificate: bytes | None = None, seconds: float | None = 60
    ) -> None:
        options = [("grpc.max_receive_message_length", _LARGEST)]
        if certificate is None:
            self._channel = grpc.insecure_channel(address, options)
        else:
            self._channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(certificate), options)
        self._metadata = (("authorization", f"Bearer {key}"),) if key else ()
        self._seconds = seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection, and what is under way."""
        self._channel.close()

    def send(self, stream: str, messages: Iterable[Message]) -> pb.SendResponse:
        """Returns once the good ones are kept; the response names the others."""
        texts = [*map(_text, messages)]
        response: pb.SendResponse = self._call("Send", pb.SendRequest(stream=stream, messages=texts))
        return response

    def send_all(self, stream: str, messages: Iterable[Message]) -> Iterator[pb.SendResponse]:
        """Any number, in parts of at most 1,000 and about 1 MiB, made as they are taken. A response for each part as it
        is kept, with places in all that was sent; what has none when a CallError comes may be there or not."""
        lengths, before = list[int](), 0
        call = self._method("SendAll")(_parts(stream, messages, lengths), metadata=self._metadata)
        try:
            for number in count():
                with translated():
                    response: pb.SendResponse | None = next(call, None)
                if response is None:
                    return
                for each in response.rejected:
                    each.index += before
                before += lengths[number]
                yield response
        finally:
            call.cancel()

    def window(
        self,
        stream: str,
        start: datetime,
        end: datetime,
        *,
        by: Sequence[str] | None = None,
        where: Where | None = None,
        as_known_at: datetime | None = None,
        changed_since: datetime | None = None,
        quantiles: Sequence[float] = (),
        limit: int | None = None,
        after: str | None = None,
    ) -> pb.WindowResponse:
        """What happened in `[start, end)`, per values of `by`: None for all dimensions, empty for one total."""
        asked = pb.WindowRequest(
            stream=stream,
            start=_moment(start),
            end=_moment(end),
            by=_names(by),
            where=_filters(where),
            as_known_at=_moment(as_known_at),
            changed_since=_moment(changed_since),
            quantiles=quantiles,
            limit=limit,
            after=after,
        )
        response: pb.WindowResponse = self._call("Window", asked)
        return response

    def series(
        self,
        stream: str,
        start: datetime,
        end: datetime,
        step: str,
        *,
        by: Sequence[str] | None = None,
        where: Where | None = None,
        as_known_at: datetime | None = None,
        quantiles: Sequence[float] = (),
        measures: Sequence[str] = (),
    ) -> pb.SeriesResponse:
        """The same for each `minute`, `hour` or `day`."""
        asked = pb.SeriesRequest(
            stream=stream,
            start=_moment(start),
            end=_moment(end),
            step=_STEPS[step],
            by=_names(by),
            where=_filters(where),
            as_known_at=_moment(as_known_at),
            quantiles=quantiles,
            measures=measures,
        )
        response: pb.SeriesResponse = self._call("Series", asked)
        return response

    def records(
        self, stream: str, start: datetime, end: datetime, *, where: Where | None = None, fields: Sequence[str] = ()
    ) -> pa.RecordBatchReader:
        """All records of `[start, end)`, newest first, read as they are taken; close the reader to end it sooner."""
        import pyarrow as pa

        asked = pb.RecordsRequest(
            stream=stream, start=_moment(start), end=_moment(end), where=_filters(where), fields=fields
        )
        call = self._method("Records")(asked, metadata=self._metadata)
        return pa.ipc.open_stream(pa.PythonFile(_Pieces(call), mode="r"))

    def definition(self, stream: str) -> pb.Stream:
        """One stream, as far as it is shown to who asks."""
        response: pb.DefinitionResponse = self._call("Definition", pb.DefinitionRequest(stream=stream))
        return response.stream

    def definitions(self) -> Sequence[pb.Stream]:
        """Every stream that who asks knows."""
        response: pb.DefinitionsResponse = self._call("Definitions", pb.DefinitionsRequest())
        streams: Sequence[pb.Stream] = response.streams
        return streams

    def processes(self) -> Sequence[pb.Process]:
        """What is asked of records over and over, as far as who asks knows of it."""
        response: pb.ProcessesResponse = self._call("Processes", pb.ProcessesRequest())
        processes: Sequence[pb.Process] = response.processes
        return processes

    def results(self, process: str, *, run: int | None = None) -> pb.ResultsResponse:
        """What came of a run, by default the newest that was done; the response has none before there is one."""
        response: pb.ResultsResponse = self._call("Results", pb.ResultsRequest(process=process, run=run))
        return response

    def runs(self, process: str, *, limit: int | None = None, before: int | None = None) -> pb.RunsResponse:
        """Its runs, newest first, without their results; `before`: the `next` of the page before."""
        response: pb.RunsResponse = self._call("Runs", pb.RunsRequest(process=process, limit=limit, before=before))
        return response

    def _call(self, name: str, asked: Any) -> Any:
        with translated():
            return self._method(name)(asked, timeout=self._seconds, metadata=self._metadata)

    def _method(self, name: str) -> Any:
        method = _SERVICE.methods_by_name[name]
        make = self._channel.unary_stream if method.server_streaming else self._channel.unary_unary
        make = self._channel.stream_stream if method.client_streaming else make
        read, write = method.output_type._concrete_class.FromString, method.input_type._concrete_class.SerializeToString
        return make(f"/{_SERVICE.full_name}/{name}", request_serializer=write, response_deserializer=read)


class _Pieces(RawIOBase):
    """The bytes of the responses of a call, as a file that is read once. Closed, it ends the call."""

    def __init__(self, call: Any) -> None:
        self._call, self._left = call, memoryview(b"")
        self._pieces: Iterator[pb.RecordsResponse] = iter(call)

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes, fewer at the end. Raises CallError if the service breaks off."""
        parts, wanted = list[memoryview](), size if size is not None and size >= 0 else 1 << 62
        while wanted:
            if not self._left:
                with translated():
                    piece = next(self._pieces, None)
                if piece is None:
                    break
                self._left = memoryview(piece.data)
            part, self._left = self._left[:wanted], self._left[wanted:]
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Nobody reads on."""
        self._call.cancel()
        super().close()


def _text(message: Message) -> bytes:
    return message if isinstance(message, bytes) else json.dumps(message).encode()


def _parts(stream: str, messages: Iterable[Message], lengths: list[int]) -> Iterator[pb.SendRequest]:
    """Notes how many messages each part has."""
    part, size = pb.SendRequest(stream=stream), 0
    for message in map(_text, messages):
        if part.messages and (len(part.messages) == _PART_MESSAGES or size + len(message) > _PART_BYTES):
            lengths.append(len(part.messages))
            yield part
            part, size = pb.SendRequest(stream=stream), 0
        part.messages.append(message)
        size += len(message)
    if part.messages:
        lengths.append(len(part.messages))
        yield part


def _moment(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError(f"{at} has no offset: say of which zone it is")
    made = Timestamp()
    made.FromDatetime(at)
    return made


def _names(names: Sequence[str] | None) -> pb.Names | None:
    return None if names is None else pb.Names(names=names)


def _filters(where: Where | None) -> list[pb.Filter]:
    return [pb.Filter(name=name, values=values) for name, values in (where or {}).items()]
