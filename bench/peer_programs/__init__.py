"""The peers' programs: each does the task of `bench peers` with other people's software, in an environment of its own.

A program is run as `python -m bench.peer_programs.NAME TASK.json`, reads the topic of the task from its
beginning to the given end, and writes one row per service and minute. It imports nothing of ours but this package.
"""

__all__: list[str] = []
