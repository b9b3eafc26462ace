"""A login leads to an address of this service, whatever the link to it says."""

from __future__ import annotations

import pytest

from web.pages.login.local_address import local_address

LOCAL = ["/", "/streams", "/?stream=health&range=1h", "/streams/health#fields", "/rejected/a%2Fb?reason=%5C", "/admin"]
ELSEWHERE = [
    *("", "streams", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/a\\b"),
    *("https://evil.example", "http:evil.example", "javascript:alert(1)", "data:text/html,x", " /streams", "/ x"),
    *(
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        "/\x00",
        "/\x7f",
        "/stre\u00e4ms",
        "\u2215\u2215evil",
    ),
    *(
        "/login",
        "/login?next=/streams",
        "/logout",
        "/first",
        "/invitation/abc",
        "/" + "a" * 3000,
        "\uff0f/evil.example",
    ),
    *("mailto:ann@evil.example", "?next=//evil.example", "#//evil.example", ".//evil.example"),
]


@pytest.mark.parametrize("asked", LOCAL)
def test_own_addresses_are_followed(asked: str) -> None:
    assert local_address(asked) == asked


@pytest.mark.parametrize("asked", ELSEWHERE)
def test_others_lead_to_first_page(asked: str) -> None:
    assert local_address(asked) == "/"
