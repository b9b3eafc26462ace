"""What was not accepted, and why."""

__all__: list[str] = []
