"""Sites: those of the asker, a new one, and what can be changed of one."""

__all__: list[str] = []
