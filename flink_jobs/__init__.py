"""How panes are made: SQL rendered from a definition, assembled into one Flink job per stream, and submitted.

Only `flink_jobs.submit` imports pyflink; it runs in Flink's own Python environment.
"""

__all__: list[str] = []
