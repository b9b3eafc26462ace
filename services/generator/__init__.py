"""Realistic messages of any stream that has a `[demo]` table, vectorised and the same for the same seed.

Every value is a pure function of the seed, the series and the time, so batches of any size, the past and the live
continuation fit together without a seam.
"""

from services.generator.messages import Generator

__all__ = ["Generator"]
