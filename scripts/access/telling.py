"""What the access log is told of changes that were made at the command line."""

from __future__ import annotations

from access.events import Event


def tell(event: Event) -> None:
    """Let the access log know; whoever made the change does not wait for it, and is not told if it fails."""
