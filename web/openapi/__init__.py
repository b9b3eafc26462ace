"""The HTTP API described: an OpenAPI document and its schemas."""

__all__: list[str] = []
