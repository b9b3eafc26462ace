"""A typed client of Windowpane's data-access service. It needs `grpcio` and `protobuf`; records need `pyarrow` too."""

from windowpane_client.client import Windowpane
from windowpane_client.errors import CallError, Violation

__all__ = ["CallError", "Violation", "Windowpane"]
