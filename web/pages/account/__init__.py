"""What somebody who logged in may do, and their keys and sessions."""

__all__: list[str] = []
