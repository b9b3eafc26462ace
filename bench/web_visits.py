"""Made events of web sites: visits of a few events each, by sites of very different size, and what they hold.

A visitor makes one visit, its events less than the gap apart, and no visit passes midnight, where visits end. So
numbers that depend on the order of a partition's messages can be told beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from operator import add

import numpy as np
import numpy.typing as npt

_PAGES = 40
SOURCES = ("", "Google", "Bing", "Facebook", "Hacker News", "Newsletter", "Reddit", "GitHub")
_COUNTRIES = ("DE", "US", "FR", "GB", "IN", "BR", "JP", "NL", "PL", "SE", "ES", "")
BROWSERS = ("Chrome", "Safari", "Firefox", "Edge", "Samsung Internet")
_SYSTEMS = ("Windows", "iOS", "Android", "macOS", "Linux")
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36"
_COPIES = 0.01
_MOST_EVENTS = 12
_LONGEST_MS = 20 * 60_000
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Truth:
    """What events hold: `events` in all, `copies` of them that were sent once more, and of the others what counts."""

    events: int = 0
    copies: int = 0
    visits: int = 0
    bounces: int = 0
    visit_seconds: int = 0
    revenue: int = 0
    views: int = 0

    @property
    def counted(self) -> int:
        """Events without copies."""
        return self.events - self.copies

    def plus(self, other: Truth) -> Truth:
        """Of both."""
        return Truth(*map(add, astuple(self), astuple(other)))


@dataclass(frozen=True, slots=True)
class WebVisits:
    """Visits of `sites` sites, of which the n-th has a share of 1/n^`skew`, begun in `[start_ms, end_ms)`.

    Sites are numbered from `first` on, and named by `prefix` and number.
    """

    sites: int
    skew: float
    seed: int
    start_ms: int
    end_ms: int
    first: int = 0
    prefix: str = "s"

    def name(self, number: int) -> str:
        """Of the site of that number."""
        return f"{self.prefix}{number:07d}.example"

    def batches(self, visits: int, worker: int, visits_each: int = 20_000) -> Iterator[tuple[list[bytes], Truth]]:
        """Messages in order of their times, but for visits of two batches that overlap; and what each batch holds."""
        rng = np.random.default_rng([self.seed, worker])
        shares = np.cumsum(1.0 / np.arange(1, self.sites + 1, dtype=np.float64) ** self.skew)
        shares /= shares[-1]
        length = (self.end_ms - self.start_ms) / visits
        for first in range(0, visits, visits_each):
            count = min(visits_each, visits - first)
            begun = self.start_ms + ((first + np.sort(rng.random(count)) * count) * length).astype(np.int64)
            begun -= np.where(begun % _DAY_MS > _DAY_MS - _LONGEST_MS, _LONGEST_MS, 0)
            site = self.first + np.searchsorted(shares, rng.random(count)).astype(np.int64)
            yield _batch(rng, worker, first, np.sort(begun), [self.name(place) for place in site.tolist()])


def _batch(
    rng: np.random.Generator, worker: int, first: int, begun: npt.NDArray[np.int64], sites: list[str]
) -> tuple[list[bytes], Truth]:
    count = len(begun)
    lengths = np.minimum(rng.geometric(0.38, count), _MOST_EVENTS)
    visit = np.repeat(np.arange(count), lengths)
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    place = np.arange(len(visit)) - starts[visit]
    gaps = np.where(place == 0, 0, rng.integers(2_000, _LONGEST_MS // _MOST_EVENTS, len(visit)))
    since = np.cumsum(gaps)
    times = begun[visit] + since - since[starts][visit]
    pages = rng.integers(0, _PAGES, len(visit))
    paid = np.where(rng.random(len(visit)) < 0.01, rng.integers(100, 50_000, len(visit)), -1)
    copied = rng.random(len(visit)) < _COPIES
    last = times[np.append(starts[1:], len(visit)) - 1]
    truth = Truth(
        events=int(len(visit) + copied.sum()),
        copies=int(copied.sum()),
        visits=count,
        bounces=int((lengths == 1).sum()),
        visit_seconds=int(((last - begun) // 1000).sum()),
        revenue=int(paid[paid >= 0].sum()),
        views=int((paid < 0).sum()),
    )
    heads, tails = _texts(rng, worker, first, sites)
    order = np.argsort(times, kind="stable")
    messages: list[bytes] = []
    for at in order.tolist():
        own = int(visit[at])
        number = f"{worker:02x}{first + own:x}-{place[at]}"
        messages.append(_event(heads[own], tails[own], number, int(times[at]), int(pages[at]), int(paid[at])))
        if copied[at]:
            messages.append(messages[-1])
    return messages, truth


def _texts(rng: np.random.Generator, worker: int, first: int, sites: list[str]) -> tuple[list[str], list[str]]:
    """What the events of each visit begin and end with."""
    heads, tails = [], []
    chosen = {
        name: rng.integers(0, len(values), len(sites)).tolist()
        for name, values in (
            ("source", SOURCES),
            ("country", _COUNTRIES),
            ("browser", BROWSERS),
            ("system", _SYSTEMS),
        )
    }
    for number, site in enumerate(sites):
        source = SOURCES[chosen["source"][number]]
        medium = "referral" if source else ""
        visitor = f"{worker:02x}{first + number:030x}"
        heads.append(f'{{"visitor":"{visitor}","site":"{site}","hostname":"{site}","id":"')
        tails.append(
            f'"referrer":"","source":"{source}","medium":"{medium}","campaign":"",'
            f'"utm_term":"","utm_content":"","country":"{_COUNTRIES[chosen["country"][number]]}","region":"",'
            f'"language":"en","browser":"{BROWSERS[chosen["browser"][number]]}","browser_version":"139",'
            f'"system":"{_SYSTEMS[chosen["system"][number]]}","system_version":"","device":"desktop","screen":"large",'
            f'"agent":"{_AGENT}","imported":false}}'
        )
    return heads, tails


def _event(head: str, tail: str, number: str, at: int, page: int, paid: int) -> bytes:
    time = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    kind = '"name":"pageview","view":1,"currency":"",'
    if paid >= 0:
        kind = f'"name":"purchase","view":0,"revenue":{paid / 100:.2f},"currency":"EUR",'
    return f'{head}{number}","time":"{time}","engaging":true,{kind}"path":"/page/{page}",{tail}'.encode()
