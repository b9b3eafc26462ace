"""The command line: a folder for each kind of command. `cli.COMMANDS` tells where each one is."""

__all__: list[str] = []
