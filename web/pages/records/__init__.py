"""Accepted messages, typed."""

__all__: list[str] = []
