"""The schema: what is committed of it is what the compiler makes, and nothing that was promised goes or changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from grpc_tools import protoc

from rpc.handlers import METHODS
from rpc.server import SERVICE
from tests.golden import check_golden
from tests.test_imports import ROOT
from windowpane_client.v1 import windowpane_pb2

PROTO = ROOT / "proto" / "windowpane" / "v1"
PROMISED = PROTO / "promised.txt"
MADE = ("windowpane_pb2.py", "windowpane_pb2.pyi")


def today() -> FileDescriptorProto:
    made = FileDescriptorProto()
    windowpane_pb2.DESCRIPTOR.CopyToProto(made)
    return made


def promises(file: FileDescriptorProto) -> Iterator[str]:
    """A line of each name, with all that the bytes of it depend on."""
    for service in file.service:
        for method in service.method:
            given, told = ("stream " if each else "" for each in (method.client_streaming, method.server_streaming))
            yield f"{service.name}.{method.name} {given}{method.input_type} {told}{method.output_type}"
    for message in file.message_type:
        yield from _of_message(message, message.name)
    for each in file.enum_type:
        yield from (f"{each.name}.{value.name} {value.number}" for value in each.value)


def _of_message(message: DescriptorProto, name: str) -> Iterator[str]:
    for field in message.field:
        kind = field.type_name or FieldDescriptorProto.Type.Name(field.type)
        label = FieldDescriptorProto.Label.Name(field.label)
        presence = " optional" if field.proto3_optional else ""
        yield f"{name}.{field.name} {field.number} {kind} {label}{presence}"
    for inner in message.nested_type:
        yield from _of_message(inner, f"{name}.{inner.name}")


def broken(promised: str, now: FileDescriptorProto) -> list[str]:
    """What clients of before rely on, and what is not so any more."""
    return sorted({*promised.splitlines()} - {*promises(now)})


def test_nothing_that_was_promised_is_gone() -> None:
    assert broken(PROMISED.read_text("utf-8"), today()) == []


def test_everything_is_promised() -> None:
    kept = {*PROMISED.read_text("utf-8").splitlines()} if PROMISED.exists() else set()
    check_golden(PROMISED, "".join(f"{line}\n" for line in sorted({*promises(today())} | kept)))


def test_changes_that_break_clients_are_found() -> None:
    promised = "\n".join(promises(today()))
    for number, change in enumerate((_removed, _renumbered, _retyped, _without_presence)):
        changed = today()
        change(changed)
        assert broken(promised, changed), number


def _window(file: FileDescriptorProto) -> DescriptorProto:
    return next(message for message in file.message_type if message.name == "WindowRequest")


def _removed(file: FileDescriptorProto) -> None:
    del _window(file).field[0]


def _renumbered(file: FileDescriptorProto) -> None:
    _window(file).field[0].number = 99


def _retyped(file: FileDescriptorProto) -> None:
    _window(file).field[0].type = FieldDescriptorProto.TYPE_BYTES


def _without_presence(file: FileDescriptorProto) -> None:
    next(field for field in _window(file).field if field.name == "limit").proto3_optional = False


@pytest.mark.parametrize("name", MADE)
def test_what_is_committed_is_what_the_compiler_makes(name: str, tmp_path: Path) -> None:
    """python -m grpc_tools.protoc -I windowpane_client/v1=proto/windowpane/v1 --python_out=. --pyi_out=.
    windowpane_client/v1/windowpane.proto"""
    given = f"-Iwindowpane_client/v1={PROTO}"
    included = Path(protoc.__file__).parent / "_proto"
    words = ["protoc", given, f"-I{included}", f"--python_out={tmp_path}", f"--pyi_out={tmp_path}"]
    assert protoc.main([*words, "windowpane_client/v1/windowpane.proto"]) == 0
    made = tmp_path / "windowpane_client" / "v1" / name
    assert made.read_text("utf-8") == (ROOT / "windowpane_client" / "v1" / name).read_text("utf-8")


def test_every_method_has_a_handler() -> None:
    assert {*METHODS} == {method.name for method in SERVICE.methods}
