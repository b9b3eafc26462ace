"""Keys in addresses of forms: nobody can make one, and each opens its own form alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from access.asker import Door
from access.form_keys import FormKey
from access.grants import Action
from access.store import AccessStore

SUBMISSION = str(uuid.UUID(int=7))


def test_a_key_tells_whose_it_is(store: AccessStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        keys = [key for made in pool.map(lambda _: store.form_keys.of_persons("asked", 5), range(4)) for key in made]
    persons = [store.form_keys.read("asked", key) for key in keys]
    assert all(each is not None and each.person and not each.submission for each in persons)
    assert len({*persons}) == 20
    own = store.form_keys.of_submission("asked", SUBMISSION)
    assert own == store.form_keys.of_submission("asked", SUBMISSION)
    assert store.form_keys.read("asked", own) == FormKey(submission=SUBMISSION)


def test_a_key_may_send_to_its_stream_and_nothing_else(store: AccessStore) -> None:
    [key] = store.form_keys.of_persons("asked", 1)
    asker = store.form_keys.asker("asked", key)
    assert asker is not None
    assert asker.door is Door.LINK
    assert [(each.stream, each.can) for each in asker.grants] == [("asked", frozenset([Action.SEND]))]
    assert not asker.administrator


CHANGES: dict[str, Callable[[str], str]] = {
    "other case": str.upper,
    "other seal": lambda key: key[:-1] + ("a" if key[-1] != "a" else "b"),
    "other person": lambda key: key[:10] + ("2" if key[10] != "2" else "3") + key[11:],
    "longer": lambda key: key + "a",
    "no more than the prefix": lambda _: "wpf_",
    "no key": lambda _: "\x00é",
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_not_made_here_opens_nothing(store: AccessStore, change: str) -> None:
    [key] = store.form_keys.of_persons("asked", 1)
    assert store.form_keys.asker("asked", CHANGES[change](key)) is None


def test_a_key_is_of_one_stream_until_that_is_removed(store: AccessStore) -> None:
    [key] = store.form_keys.of_persons("asked", 1)
    store.form_keys.of_persons("other", 1)
    assert store.form_keys.read("other", key) is None
    assert store.form_keys.read("never", key) is None
    store.form_keys.remove_of("asked")
    store.form_keys.of_persons("asked", 1)
    assert store.form_keys.read("asked", key) is None
