"""The doors of the service: who asks, what may be asked by whom, and how often."""

__all__: list[str] = []
