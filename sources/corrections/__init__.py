"""Each fact once, corrections as corrections: a file is compared with what was landed before it."""

from sources.corrections.comparison import Differences, differences
from sources.corrections.withdrawal import withdraw

__all__ = ["Differences", "differences", "withdraw"]
