"""Commands about the stack and this machine: install, up, down, status, logs, doctor, test."""

__all__: list[str] = []
