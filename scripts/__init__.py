"""The command line, and the processes that keep a stack alive. Each command is a module with a click `command`."""

__all__: list[str] = []
