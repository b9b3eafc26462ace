"""Commands that process part of a stream again: replay, replays."""

__all__: list[str] = []
