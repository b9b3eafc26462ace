"""The data-access service over gRPC: the same questions, messages, scopes, limits and errors as over HTTP."""

__all__: list[str] = []
