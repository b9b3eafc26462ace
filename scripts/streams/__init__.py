"""Commands that make streams and fill them: apply, streams, produce."""

__all__: list[str] = []
