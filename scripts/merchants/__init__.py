"""The command about merchants' sites."""

__all__: list[str] = []
