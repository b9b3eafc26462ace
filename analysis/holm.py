"""P-values of many questions that were asked together."""

from __future__ import annotations

from collections.abc import Sequence

from statsmodels.stats.multitest import multipletests


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Each after Holm's correction for all of them: Holm S, "A simple sequentially rejective multiple test procedure",
    Scand J Statist 6 (1979) 65-70."""
    return [float(value) for value in multipletests(p_values, method="holm")[1]] if p_values else []
