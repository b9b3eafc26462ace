"""What pages share: templates, style, scripts, times, numbers, tables."""

__all__: list[str] = []
