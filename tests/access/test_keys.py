"""Keys: when they work, what ends with them, rotation, and which keys an asker may touch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from access import keys
from access.asker import ANYBODY, NOBODY, Asker, Door
from access.errors import InvalidAccessError, UnknownSubjectError
from access.grants import checked_grant
from access.keys import MOST_GENERATIONS, Key, may
from access.store import AccessStore
from tests.access.conftest import Clock
from tests.access.test_users import outcomes


@pytest.fixture
def ann(store: AccessStore) -> AccessStore:
    store.users.add("ann", by="root")
    return store


def works(store: AccessStore, text: str) -> bool:
    return store.askers.of_key(text) is not None


def test_keys_expire(ann: AccessStore, clock: Clock) -> None:
    key, text = ann.keys.create("ann", "till", expires_at=clock() + timedelta(hours=1))
    _, other = ann.keys.create("ann", "till")
    clock.go_on(minutes=59)
    assert works(ann, text)
    clock.go_on(minutes=1)
    assert (works(ann, text), works(ann, other)) == (False, True)
    assert [each.id for each in ann.keys.of("ann") if each.expires_at] == [key.id]
    clock.go_on(days=31)
    ann.tidy()
    assert len(ann.keys.of("ann")) == 1


def test_what_cannot_be_made_is_refused(ann: AccessStore, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _ = ann.keys.create("ann", "till", expires_at=clock() + timedelta(hours=1))
    clock.go_on(hours=1)
    refused: list[tuple[type[Exception], Callable[[], object]]] = [
        (InvalidAccessError, lambda: ann.keys.create("ann", "Till")),
        (InvalidAccessError, lambda: ann.keys.create("ann", "till", expires_at=clock())),
        (InvalidAccessError, lambda: ann.keys.rotate(key.id, overlap=timedelta(hours=1))),
        (InvalidAccessError, lambda: ann.keys.rotate(key.id, overlap=timedelta(days=31))),
        (InvalidAccessError, lambda: ann.keys.rotate(key.id, overlap=timedelta(seconds=-1))),
        (UnknownSubjectError, lambda: ann.keys.create("ann", "till", parent=key.id)),
        (UnknownSubjectError, lambda: ann.keys.create("ann", "till", parent="nobody's")),
        (UnknownSubjectError, lambda: ann.keys.create("bob", "till")),
        (UnknownSubjectError, lambda: ann.keys.rotate("nobody's", overlap=timedelta(0))),
        (UnknownSubjectError, lambda: ann.keys.revoke("nobody's")),
        (UnknownSubjectError, lambda: ann.keys.get("nobody's")),
    ]
    for error, work in refused:
        with pytest.raises(error):
            work()
    monkeypatch.setattr(keys, "MOST_KEYS", 1)
    with pytest.raises(InvalidAccessError, match="the most"):
        ann.keys.create("ann", "till")


def test_what_a_key_made_ends_with_it(ann: AccessStore) -> None:
    ann.users.add("bob", by="root")
    parent, _ = ann.keys.create("ann", "parent")
    child, text = ann.keys.create("ann", "child", parent=parent.id)
    _, other = ann.keys.create("bob", "grandchild", parent=child.id)
    ann.grants.add(checked_grant(f"key:{child.id}", "health", ["ask"], {}, []), by="root")
    assert works(ann, text)
    assert works(ann, other)
    ann.users.change("ann", disabled=True)
    assert not works(ann, other)
    ann.users.change("ann", disabled=False)
    ann.keys.revoke(parent.id)
    assert (works(ann, text), works(ann, other), ann.keys.of(None), ann.grants.page()) == (False, False, [], [])


def test_what_a_key_made_lives_no_longer(ann: AccessStore, clock: Clock) -> None:
    soon, later = clock() + timedelta(hours=1), clock() + timedelta(hours=2)
    parent, _ = ann.keys.create("ann", "parent", expires_at=soon)
    for expires_at in (None, later, soon):
        child, _ = ann.keys.create("ann", "child", parent=parent.id, expires_at=expires_at)
        assert child.expires_at == soon


def test_generations_are_bounded(ann: AccessStore) -> None:
    parent = None
    for _ in range(MOST_GENERATIONS):
        key, text = ann.keys.create("ann", "till", parent=parent)
        parent = key.id
    assert works(ann, text)
    with pytest.raises(InvalidAccessError, match="parent"):
        ann.keys.create("ann", "till", parent=parent)


def test_a_rotated_key_overlaps_with_the_new_one(ann: AccessStore, clock: Clock) -> None:
    old, before = ann.keys.create("ann", "till", expires_at=clock() + timedelta(days=90))
    child, below = ann.keys.create("ann", "drawer", parent=old.id)
    ann.grants.add(checked_grant(f"key:{old.id}", "health", ["ask"], {"host": ["a"]}, ["ram"]), by="root")
    clock.go_on(days=80)
    new, after = ann.keys.rotate(old.id, overlap=timedelta(days=1))
    assert (new.name, new.user, new.parent, new.used_at) == ("till", "ann", None, None)
    assert new.expires_at == clock() + timedelta(days=90)
    assert (works(ann, before), works(ann, after), works(ann, below)) == (True, True, True)
    granted = [ann.askers.of_key(text) for text in (before, after)]
    assert [[(grant.where, grant.hide) for grant in asker.grants] for asker in granted if asker] == [
        [((("host", ("a",)),), frozenset({"ram"}))]
    ] * 2
    clock.go_on(days=1)
    assert (works(ann, before), works(ann, after), works(ann, below)) == (False, True, True)
    assert ann.keys.get(child.id).parent == new.id
    ann.keys.revoke(new.id)
    assert not works(ann, below)


def test_rotation_lengthens_nothing(ann: AccessStore, clock: Clock) -> None:
    parent, _ = ann.keys.create("ann", "parent", expires_at=clock() + timedelta(hours=10))
    child, _ = ann.keys.create("ann", "child", parent=parent.id)
    clock.go_on(hours=9)
    new, _ = ann.keys.rotate(child.id, overlap=timedelta(days=1))
    assert (new.parent, new.expires_at) == (parent.id, parent.expires_at)
    assert ann.keys.get(child.id).expires_at == child.expires_at


def test_a_rotation_need_not_lengthen(ann: AccessStore, clock: Clock) -> None:
    old, _ = ann.keys.create("ann", "till", expires_at=clock() + timedelta(hours=10))
    clock.go_on(hours=9)
    new, _ = ann.keys.rotate(old.id, overlap=timedelta(0), lengthen=False)
    assert new.expires_at == old.expires_at


def test_rotations_are_bounded(ann: AccessStore, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _ = ann.keys.create("ann", "till")
    monkeypatch.setattr(keys, "MOST_KEYS", 2)
    ann.keys.rotate(key.id, overlap=timedelta(hours=1))
    with pytest.raises(InvalidAccessError, match="the most"):
        ann.keys.rotate(key.id, overlap=timedelta(hours=1))


def test_without_overlap_the_old_one_ends(ann: AccessStore) -> None:
    old, before = ann.keys.create("ann", "till")
    _, after = ann.keys.rotate(old.id, overlap=timedelta(0))
    assert (works(ann, before), works(ann, after)) == (False, True)


def test_of_two_rotations_at_once_one_is_done(ann: AccessStore) -> None:
    old, _ = ann.keys.create("ann", "till")

    def rotate() -> object:
        return ann.keys.rotate(old.id, overlap=timedelta(0))

    assert outcomes(rotate, rotate) == ["InvalidAccessError", "done"]
    assert len(ann.keys.of("ann")) == 2


def _key(key_id: str, user: str, parent: str | None = None) -> Key:
    return Key(key_id, user, "till", parent, Clock()(), None, None)


KEYS = [
    _key("a", "ann"), _key("b", "ann", "a"), _key("c", "ann", "b"), _key("d", "ann"),
    _key("x", "bob"), _key("y", "bob", "a"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asker", "allowed"),
    [
        (Asker(Door.SESSION, "ann"), "abcd"),
        (Asker(Door.TOKEN, "bob"), "xy"),
        (Asker(Door.KEY, "ann", key="a"), "abc"),
        (Asker(Door.KEY, "ann", key="b"), "bc"),
        (Asker(Door.KEY, "ann", key="d"), "d"),
        (Asker(Door.KEY, "ann", key="gone"), ""),
        (Asker(Door.KEY, "ann"), ""),
        (NOBODY, ""),
        (ANYBODY, "abcdxyz"),
        (Asker(Door.KEY, "root", administrator=True, key="r"), "abcdxyz"),
    ],
)
def test_a_key_may_touch_itself_and_what_it_made(asker: Asker, allowed: str) -> None:
    assert "".join(key_id for key_id in "abcdxyz" if may(asker, key_id, KEYS)) == allowed


def test_keys_that_made_each_other_end_the_search() -> None:
    loop = [_key("a", "ann", "b"), _key("b", "ann", "a")]
    assert not may(Asker(Door.KEY, "ann", key="c"), "a", loop)
