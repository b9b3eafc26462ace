"""A shared link: opened, with its password if it has one."""

__all__: list[str] = []
