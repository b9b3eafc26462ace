"""Made by protoc of `proto/windowpane/v1/windowpane.proto`; `tests/rpc/test_schema.py` says how."""

__all__: list[str] = []
