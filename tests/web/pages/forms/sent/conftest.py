"""A service with forms to send, for users of the tests' own, where Kafka does not listen."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from access.grants import checked_grant
from access.store import AccessStore
from tests.definitions import declare_all
from tests.query.lake_views import at, lake_view
from tests.query.test_form_versions import table
from tests.streams.changed_forms import CHANGED
from tests.web.over_records import over_records
from tests.web.pages.forms.sent.long_form import LONG
from tests.web.pages.forms.test_form import STUDENTS, soon_away

MINE, OTHER = (str(uuid.UUID(int=number)) for number in (7, 8))
"""Submissions of the form whose submissions can be changed; the first has two versions."""


@dataclass(frozen=True)
class Forms:
    """Forms that are sent to a Kafka that does not listen: what asks for whom, and who has which links."""

    client: httpx.Client
    store: AccessStore
    headers: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forms]:
    """The students' form, which each fills in once; one whose submissions can be changed; one of a single long page."""
    assert STUDENTS.form is not None
    once = STUDENTS.model_copy(update={"form": STUDENTS.form.model_copy(update={"once": True})})
    sent = table((MINE, "1", "GP", 15), (OTHER, "1", "GP", 16), (MINE, "2", "GP", 17))
    folder = declare_all(tmp_path_factory.mktemp("streams"))
    with over_records(sent, STREAMS=str(folder)) as made:
        soon_away(made.service)
        for each in (once, CHANGED, LONG):
            view = replace(lake_view(each.name, panes=None, rejected=None), definition=each, records_snapshot=7)
            made.shows(replace(view, complete_until=at("6 00:00")))
        grants = {"ann": ["send"], "bob": ["send"], "olga": ["administer"]}
        made.store.users.add("root", by="test", administrator=True)
        for name, can in grants.items():
            made.store.users.add(name, by="test")
            for stream in (once.name, CHANGED.name):
                made.store.grants.add(checked_grant(f"user:{name}", stream, can, {}, []), by="test")
        with (
            made.served("root", *grants) as (people, headers),
            httpx.Client(base_url=people.url, timeout=60) as client,
        ):
            yield Forms(client, made.store, headers)
