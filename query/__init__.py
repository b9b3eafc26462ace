"""Answers: the window planner, the SQL that merges panes, the lake view, and the client of Trino."""

__all__: list[str] = []
