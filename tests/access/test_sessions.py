"""Sessions: how long they last, how many there are, and who ends them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from access import sessions
from access.errors import RefusedLoginError, UnknownSubjectError
from access.store import AccessStore
from tests.access.conftest import Clock

HERE = "192.0.2.1"


@pytest.fixture
def ann(store: AccessStore) -> AccessStore:
    for name in ("ann", "bob"):
        store.users.add(name, by="root")
    return store


def test_a_session_ends_after_days(ann: AccessStore, clock: Clock) -> None:
    session, token = ann.sessions.open_for("ann", address=HERE, agent="Firefox\r\nX: y")
    assert (session.address, session.agent) == (HERE, "FirefoxX: y")
    for _ in range(7 * 24 - 1):
        clock.go_on(hours=1)
        assert ann.askers.of_session(token) is not None
        ann.askers.note_used([], [session.id])
    clock.go_on(hours=1)
    assert (ann.askers.of_session(token), ann.sessions.of("ann")) == (None, [])


def test_a_session_ends_when_it_is_not_used(ann: AccessStore, clock: Clock) -> None:
    session, token = ann.sessions.open_for("ann", address=HERE, agent="")
    clock.go_on(minutes=4)
    ann.askers.note_used([], [session.id])
    assert ann.sessions.of("ann")[0].used_at == session.used_at
    clock.go_on(minutes=2)
    ann.askers.note_used([], [session.id, "another"])
    assert ann.sessions.of("ann")[0].used_at == clock()
    clock.go_on(hours=23, minutes=59)
    assert ann.askers.of_session(token) is not None
    clock.go_on(minutes=1)
    assert (ann.askers.of_session(token), ann.sessions.of("ann")) == (None, [])


def test_sessions_are_ended_by_their_users(ann: AccessStore) -> None:
    (one, first), (_, second) = (ann.sessions.open_for("ann", address=HERE, agent="") for _ in range(2))
    with pytest.raises(UnknownSubjectError):
        ann.sessions.end("bob", one.id)
    ann.sessions.end("ann", one.id)
    with pytest.raises(UnknownSubjectError):
        ann.sessions.end("ann", one.id)
    assert (ann.askers.of_session(first), len(ann.sessions.of("ann"))) == (None, 1)
    for token in (second, second, "", "wps_nonsense"):
        ann.sessions.end_token(token)
    assert ann.sessions.of("ann") == []


def test_too_many_sessions_end_the_oldest(ann: AccessStore, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 3)
    tokens = []
    for _ in range(5):
        clock.go_on(seconds=1)
        tokens.append(ann.sessions.open_for("ann", address=HERE, agent="")[1])
    assert [ann.askers.of_session(token) is not None for token in tokens] == [False] * 2 + [True] * 3


def test_nobody_without_a_password_logs_in(ann: AccessStore) -> None:
    for name, password in (("ann", ""), ("nobody", "correct horse battery"), ("ann", "correct horse battery")):
        with pytest.raises(RefusedLoginError, match=r"^The name or the password is wrong\.$"):
            ann.sessions.log_in(name, password, address=HERE, agent="")
    ann.users.change("bob", disabled=True)
    for name in ("bob", "nobody"):
        with pytest.raises(UnknownSubjectError):
            ann.sessions.open_for(name, address=HERE, agent="")


def test_a_lifetime_is_a_setting(ann: AccessStore, clock: Clock) -> None:
    session, _ = ann.sessions.open_for("ann", address=HERE, agent="")
    assert session.expires_at == clock() + timedelta(days=7)
