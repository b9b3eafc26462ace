"""The link of the first administrator, and what `status` says of who is let in."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.errors import UnknownSubjectError
from access.store import AccessStore
from scripts.access.links import first_link
from scripts.stack.stack_commands import _offer_first_link
from scripts.stack.user_count import access_line, user_count
from services.settings import ServiceSettings

PASSWORD = "a long enough pass phrase"


def closed() -> ServiceSettings:
    return ServiceSettings.model_validate({"host": "0.0.0.0"})


def test_an_open_service_needs_no_link(store: AccessStore) -> None:
    assert first_link(ServiceSettings()) is None
    assert not store.users.any()


def test_a_closed_service_has_one_link_at_a_time(store: AccessStore) -> None:
    older, newer = first_link(closed()), first_link(closed())
    assert older is not None
    assert newer is not None
    assert newer.startswith("http://127.0.0.1:8000/invitation/")
    with pytest.raises(UnknownSubjectError):
        store.links.look(older.rpartition("/")[2])
    user = store.links.use(newer.rpartition("/")[2], PASSWORD, name="ann")
    assert (user.name, user.administrator) == ("ann", True)
    assert first_link(closed()) is None
    with pytest.raises(UnknownSubjectError):
        store.links.look(newer.rpartition("/")[2])


def test_up_does_not_fail_for_a_link(
    store: AccessStore,
    home: Path,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WINDOWPANE_HOST", "0.0.0.0")
    _offer_first_link()
    assert store.links.look(capsys.readouterr().out.strip().rpartition("/")[2]) is None
    monkeypatch.setenv("WINDOWPANE_CATALOG_URI", "postgresql://x@127.0.0.1:1/x")
    _offer_first_link()
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert "no link for a first administrator was made" in said.err


def test_users_are_counted(store: AccessStore, uri: str, home: Path) -> None:  # noqa: ARG001
    assert user_count(uri) == 0  # there is no table yet
    store.users.add("ann", by="test", administrator=True)
    assert user_count(uri) == 1
    assert user_count("postgresql://x@127.0.0.1:1/x") is None


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("users", "host", "part"),
    [
        (None, "127.0.0.1", "not known"),
        (0, "127.0.0.1", "open: no users yet"),
        (0, "0.0.0.0", "closed: no users yet"),
        (1, "127.0.0.1", "1 user"),
        (2_000, "0.0.0.0", "2,000 users"),
    ],
)
def test_status_says_who_is_let_in(users: int | None, host: str, part: str) -> None:
    assert part in access_line(users, ServiceSettings.model_validate({"host": host}))
