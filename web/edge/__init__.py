"""What every request passes, whatever it asks: hosts, bodies, bounds, lanes, and how errors are said."""

__all__: list[str] = []
