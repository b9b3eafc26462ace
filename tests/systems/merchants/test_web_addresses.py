"""What is kept of the address of a page."""

from __future__ import annotations

import pytest

from systems.merchants.web_addresses import AddressError, web_address


@pytest.mark.parametrize(
    ("text", "place", "path", "parameters"),
    [
        ("https://Example.ORG", "example.org", "/", {}),
        ("https://example.org./a", "example.org", "/a", {}),
        ("http://example.org:80/a?x=1&utm_source=Q", "example.org", "/a", {"utm_source": "Q"}),
        ("https://example.org:8443/", "example.org:8443", "/", {}),
        ("https://ann:secret@example.org/a#b", "example.org", "/a", {}),
        ("https://example.org?gclid=7", "example.org", "/", {"gclid": "7"}),
        ("https://example.org/a;b/%00/%2e?UTM_Medium=a+b%20c", "example.org", "/a;b/%00/%2e", {"utm_medium": "a b c"}),
        ("https://example.org/?utm_source=a&utm_source=b", "example.org", "/", {"utm_source": "a"}),
        ("https://example.org/?utm_source=%00%1b[31m", "example.org", "/", {"utm_source": "[31m"}),
        ("https://[2001:db8::1]:8080/x", "[2001:db8::1]:8080", "/x", {}),
        ("https://bücher.example/", "xn--bcher-kva.example", "/", {}),
        ("http://localhost:3000/", "localhost:3000", "/", {}),
        ("https://my_shop.example.org/", "my_shop.example.org", "/", {}),
    ],
)  # fmt: skip
def test_host_path_and_campaign_are_kept(text: str, place: str, path: str, parameters: dict[str, str]) -> None:
    address = web_address(text)
    assert (address.place, address.path, address.parameters) == (place, path, parameters)


@pytest.mark.parametrize(
    "text",
    ["", "example.org", "https://", "https:///x", "https://.", "https://a b/", "ftp://example.org/", "https://-/",
     "https://example.org\\@evil.example/", "https://a:b:c/", "https://[::1/", "https://ex\u0000ample.org/", "https://ex_\u0661.../"],
)  # fmt: skip
def test_what_is_no_page_is_refused(text: str) -> None:
    try:
        address = web_address(text)
    except AddressError:
        return
    # A backslash is a slash to browsers, and so it ends the host.
    assert address.host == "example.org"
    assert "\\" in text


def test_many_parameters_take_no_time() -> None:
    assert web_address("https://example.org/?" + "&".join(f"utm_source{i}" for i in range(300))).parameters == {}
