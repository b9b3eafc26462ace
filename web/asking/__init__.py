"""What the API and the pages both ask, each in a lane of its own, without blocking the event loop."""

__all__: list[str] = []
