"""What is looked up: the API, and how a stream is defined."""

__all__: list[str] = []
