"""The command line. Each command is a module with a click `command`."""

__all__: list[str] = []
