"""What is counted of whom: of keys and their users, of addresses, and of what was sent."""

from __future__ import annotations

import pytest

from access.asker import NOBODY, Asker, Door
from web.edge.allowances import Allowances, network_of
from web.edge.problems import ProblemError
from web.settings import WebSettings


def allowances(**settings: int) -> Allowances:
    """With settings, while no time passes."""
    allowed = Allowances.of(WebSettings.model_validate({f"limit_{name}": each for name, each in settings.items()}))
    for rate in (allowed.requests, allowed.messages, allowed.sizes, allowed.unknown):
        rate.clock = lambda: 1000.0
    return allowed


def taken(allowed: Allowances, asker: Asker, most: int = 100) -> int:
    """How many requests of one asker are let in at once."""
    for count in range(most):
        try:
            allowed.take(asker, "192.0.2.1")
        except ProblemError:
            return count
    return most


def test_keys_share_what_their_user_has() -> None:
    allowed = allowances(requests=2)
    keys = [Asker(Door.KEY, "ann", key=name) for name in ("one", "two")]
    assert [taken(allowed, each) for each in keys] == [10, 0]
    assert taken(allowed, Asker(Door.SESSION, "ann", session="s")) == 0
    assert taken(allowed, Asker(Door.SESSION, "one", session="s")) == 10
    assert allowed.headers(keys[1])["RateLimit"] == '"requests";r=0;t=5'


def test_what_was_sent_always_counts() -> None:
    allowed, asker = allowances(messages=10, bytes=1024), Asker(Door.KEY, "ann", key="one")
    for _ in range(3):
        allowed.count_messages(asker, 50, 0)
    assert allowed.messages.wait("ann") == pytest.approx(10.1)
    with pytest.raises(ProblemError):
        allowed.check_messages(asker)


def test_requests_by_default() -> None:
    allowed = allowances()
    assert taken(allowed, Asker(Door.KEY, "ann", key="one"), 5_000) == 5_000
    assert taken(allowed, NOBODY, 5_000) == 5_000
    assert allowed.unknown.wait("192.0.2.2") == 0
    assert (allowed.requests.most, allowed.unknown.most) == (1_000, 500)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("", ""),
        ("x" * 100, "x" * 64),
    ],
)
def test_an_address_and_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
