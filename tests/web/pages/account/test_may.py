"""What somebody may do with each stream, in words."""

from __future__ import annotations

from access.asker import Asker, Door
from access.grants import checked_grant
from tests.definitions import HEALTH
from web.pages.account.may import Allowed, OfStream, what_may

OTHER = HEALTH.model_copy(update={"name": "other"})


def test_actions_of_same_rows_are_together() -> None:
    grants = (
        checked_grant("user:ann", "health", ["ask", "detail"], {"service": ["cart"]}, ["disk"]),
        checked_grant("group:all", "health", ["send"], {}, []),
    )
    ann = Asker(Door.SESSION, "ann", grants=grants)
    assert what_may(ann, [OTHER, HEALTH]) == [
        OfStream(
            "health",
            HEALTH.title,
            (
                Allowed("ask questions and see single messages", "service is cart", "Disk.Free, Disk.Total and disk"),
                Allowed("send messages", "all rows", ""),
            ),
        )
    ]


def test_administrator_may_do_everything() -> None:
    may = what_may(Asker(Door.SESSION, "ann", administrator=True), [HEALTH, OTHER])
    assert [(each.name, each.allowed) for each in may] == [
        (name, (Allowed("do everything", "all rows", ""),)) for name in ("health", "other")
    ]
