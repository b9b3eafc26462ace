"""What was published is remembered for one stream, not for all that ever had its name."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from database.replays import Action, Publication
from iceberg.settings import LakeSettings
from query.replay_reports import ReplayService
from query.settings import QuerySettings
from streams.arrivals import Arrivals
from tests.query.lake_views import at


def publication(reason: str) -> Publication:
    arrivals = Arrivals(at("1 00:00"), at("2 00:00"))
    return Publication(1, 1, "health", Action.PUBLISH, arrivals, "digest", at("3 00:00"), "tester", reason, {}, True)


def test_a_stream_made_anew_has_publications_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    histories = iter([[publication("of the first")], [publication("of the second")]])
    lake = LakeSettings(
        catalog_uri=SecretStr("postgresql://x@127.0.0.1:1/x"),
        warehouse="s3://lake/warehouse",
        s3_endpoint="http://127.0.0.1:1",
        s3_access_key="x",
        s3_secret_key=SecretStr("x"),
    )
    service = ReplayService(QuerySettings(trino="127.0.0.1:1"), lake)
    monkeypatch.setattr(service, "history", lambda _: next(histories))
    first, second = at("1 00:00"), at("5 00:00")
    reasons = [service.published("health", 1, began)[0].reason for began in (first, first, second, second)]
    assert reasons == ["of the first", "of the first", "of the second", "of the second"]
    assert service.published("health", 0, second) == ()
