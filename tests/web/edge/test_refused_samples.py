from __future__ import annotations

import asyncio

from streams.producer import Producer
from streams.reasons import Reason, Rejection
from web.edge.refused_samples import Refusals

REFUSED = [(b"{}", Rejection("CPU", Reason.MISSING))] * 7


def test_refusals_are_kept_at_a_rate() -> None:
    async def keep() -> list[int]:
        producer = Producer("127.0.0.1:1", timeout_seconds=0.5)  # nobody there: nothing is raised
        refusals = Refusals(producer, 10)
        kept = [refusals.keep("one", REFUSED), refusals.keep("one", REFUSED), refusals.keep("two", REFUSED)]
        await asyncio.sleep(0)
        assert producer.waiting == sum(kept)
        while producer.waiting:
            await asyncio.sleep(0.01)
        await producer.close()
        return [*kept, refusals.keep("one", REFUSED[:2])]

    assert asyncio.run(keep()) == [7, 3, 7, 2]


def test_none_are_kept_at_rate_zero() -> None:
    async def keep() -> int:
        return Refusals(Producer("127.0.0.1:1"), 0).keep("one", REFUSED)

    assert asyncio.run(keep()) == 0
