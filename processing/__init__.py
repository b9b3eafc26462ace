"""Records made results: what is asked of them over and over is declared, run on one snapshot, and kept with history."""

__all__: list[str] = []
