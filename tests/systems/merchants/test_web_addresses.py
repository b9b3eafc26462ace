"""What is kept of the address of a page."""

from __future__ import annotations

import pytest

from systems.merchants.web_addresses import AddressError, plain_path, web_address


@pytest.mark.parametrize(
    ("text", "place", "path", "parameters"),
    [
        ("https://Example.ORG", "example.org", "/", {}),
        ("https://example.org./a", "example.org", "/a", {}),
        ("http://example.org:80/a?x=1&utm_source=Q", "example.org", "/a", {"utm_source": "Q"}),
        ("https://example.org:8443/", "example.org:8443", "/", {}),
        ("https://ann:secret@example.org/a#b", "example.org", "/a", {}),
        ("https://example.org?gclid=7", "example.org", "/", {"gclid": "7"}),
        ("https://example.org/a;b/%00/%2e?UTM_Medium=a+b%20c", "example.org", "/a;b/%00/.", {"utm_medium": "a b c"}),
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


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        # The same page, as browsers and programs send it (umami-software/umami#2470, plausible/analytics#178).
        ("/caf%C3%A9", "/café"),
        ("/caf%c3%a9", "/café"),
        ("/café", "/café"),
        ("/%D8%B3%D9%84%D8%A7%D9%85-%D8%AF%D9%86%DB%8C%D8%A7", "/سلام-دنیا"),
        ("/%F0%9F%9B%92/%7Eann", "/🛒/~ann"),
        ("/a%20b", "/a b"),
        # What would mean something else, or cannot be printed, stays encoded; so does what is no text.
        ("/a%2fb%3Fc%23d%25e%2A", "/a%2Fb%3Fc%23d%25e%2A"),
        ("/%00%0a%E2%80%AEgpj", "/%00%0A%E2%80%AEgpj"),
        ("/%ff%E0%A4%A", "/%ff%E0%A4%A"),
        ("/%", "/%"),
        # Of one visitor alone.
        ("/shop;jsessionid=8A1F.node7/cart", "/shop/cart"),
        ("/shop;JSESSIONID=8A1F?x=1", "/shop"),
        ("/post&fbclid=IwAR0x-y_z", "/post"),
        ("/post%3Ffbclid=IwAR0x&utm=1", "/post&utm=1"),
        ("/a;v=2", "/a;v=2"),
    ],
)
def test_a_page_has_one_path(sent: str, path: str) -> None:
    address = web_address(f"https://example.org{sent}")
    assert address.path == path
    assert plain_path(path) == path


@pytest.mark.parametrize(
    ("sent", "fragment", "parameters"),
    [
        ("#/reset?token=secret&utm_source=mail", "/reset", {"utm_source": "mail"}),
        ("?utm_source=a#/x?utm_source=b&gclid=7", "/x", {"utm_source": "a", "gclid": "7"}),
        ("#!/caf%C3%A9", "!/café", {}),
        ("#section", "section", {}),
        ("#access_token=secret&token_type=bearer", "", {}),
        ("#/users/id=7", "/users/id=7", {}),
    ],
)
def test_a_fragment_is_a_place_and_no_secret(sent: str, fragment: str, parameters: dict[str, str]) -> None:
    address = web_address(f"https://example.org/{sent}")
    assert (address.path, address.fragment, address.parameters) == ("/", fragment, parameters)


def test_of_a_long_address_the_first_part_counts() -> None:
    address = web_address("https://example.org/a?utm_source=x&state=" + "y" * 30_000)
    assert (address.path, address.parameters) == ("/a", {"utm_source": "x"})


def test_many_parameters_take_no_time() -> None:
    assert web_address("https://example.org/?" + "&".join(f"utm_source{i}" for i in range(300))).parameters == {}
