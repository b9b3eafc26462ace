"""Serial intervals of diseases as published, for reproduction numbers."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.reproduction import SerialInterval


@dataclass(frozen=True, slots=True)
class PublishedInterval:
    """Of one disease; `source` is to be named beside numbers made with it."""

    interval: SerialInterval
    source: str


PUBLISHED_INTERVALS = {
    "covid-19": PublishedInterval(
        SerialInterval(4.7, 2.9),
        "Nishiura H, Linton NM, Akhmetzhanov AR, Int J Infect Dis 93 (2020) 284-286; of early 2020, since then shorter",
    ),
    "influenza": PublishedInterval(
        SerialInterval(2.6, 1.5), "Ferguson NM et al., Nature 437 (2005) 209-214, as Cori et al. (2013)"
    ),
    "measles": PublishedInterval(
        SerialInterval(14.9, 3.9), "Groendyke C et al., Scand J Stat 38 (2011) 600-616, as Cori et al. (2013)"
    ),
    "sars": PublishedInterval(
        SerialInterval(8.4, 3.8), "Lipsitch M et al., Science 300 (2003) 1966-1970, as Cori et al. (2013)"
    ),
    "smallpox": PublishedInterval(
        SerialInterval(22.4, 6.1), "Riley S, Ferguson NM, PNAS 103 (2006) 12637-12642, as Cori et al. (2013)"
    ),
}  # fmt: skip
"""By disease. Whoever knows the variant and the place should give their own."""
