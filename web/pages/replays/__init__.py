"""What was processed again, what that changes, and what was published."""

__all__: list[str] = []
