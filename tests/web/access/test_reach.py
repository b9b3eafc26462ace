"""From where the service can be reached, and whose request it is."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from compose.embedded.configuration import may_be_open
from compose.embedded.settings import StackSettings
from services.settings import ServiceSettings
from web.access.reach import Reach, is_this_machine
from web.settings import WebSettings, networks_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1"))


@pytest.mark.parametrize(
    ("host", "proxies", "https", "peer", "forwarded", "may"),
    [
        ("127.0.0.1", (), False, "127.0.0.1", False, True),
        ("localhost", (), False, "127.0.0.1", False, True),
        ("::1", (), False, "::1", False, True),
        ("127.0.0.1", (), False, "::ffff:127.0.0.1", False, True),
        ("127.0.0.1", (), False, "127.0.0.1", True, False),
        ("127.0.0.1", (), False, "10.0.0.7", False, False),
        ("127.0.0.1", (), False, "", False, False),
        ("127.0.0.1", PROXIES, False, "127.0.0.1", False, False),
        ("127.0.0.1", (), True, "127.0.0.1", False, False),
        ("0.0.0.0", (), False, "127.0.0.1", False, False),
        ("::", (), False, "::1", False, False),
        ("192.168.0.3", (), False, "127.0.0.1", False, False),
        ("my-machine", (), False, "127.0.0.1", False, False),
        ("localhost.evil.example", (), False, "127.0.0.1", False, False),
        ("", (), False, "127.0.0.1", False, False),
    ],
)
def test_open_on_loopback_alone(
    host: str, proxies: tuple[()], https: bool, peer: str, forwarded: bool, may: bool
) -> None:
    assert Reach(host, proxies, https).may_be_open(peer, forwarded=forwarded) is may


@pytest.mark.parametrize(
    ("host", "is_it"),
    [
        ("localhost", True),
        ("LOCALHOST.:8000", True),
        ("a.localhost:8000", True),
        ("127.0.0.1:8000", True),
        ("127.1.2.3", True),
        ("[::1]:8000", True),
        ("[::ffff:127.0.0.1]", True),
        ("", False),
        ("localhost.example", False),
        ("notlocalhost", False),
        ("127.0.0.1.example", False),
        ("0.0.0.0", False),
        ("[::]", False),
        ("10.0.0.7", False),
        ("localhost, evil.example", False),
        ("evil.example/.localhost", False),
    ],
)
def test_names_of_this_machine(host: str, is_it: bool) -> None:
    assert is_this_machine(host) is is_it


@pytest.mark.parametrize(
    ("set_up", "is_open"),
    [
        ({}, True),
        ({"host": "localhost"}, True),
        ({"host": "::1"}, True),
        ({"host": "127.0.0.2"}, True),
        ({"hosts": "w.example"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "::"}, False),
        ({"host": "192.168.0.3"}, False),
        ({"host": "my-machine"}, False),
        ({"proxies": "10.0.0.7"}, False),
        ({"https": True}, False),
        ({"root_path": "/windowpane"}, False),
    ],
)
def test_service_commands_and_sql_agree_who_is_let_in(set_up: dict[str, object], is_open: bool) -> None:
    """While there are no users: what one of them takes for closed is open at none."""
    assert {
        "service": Reach.of(WebSettings.model_validate(set_up)).is_local,
        "commands": ServiceSettings.model_validate({"kafka": "127.0.0.1:1", **set_up}).may_be_open,
        "sql": may_be_open(StackSettings.model_validate(set_up)),
    } == dict.fromkeys(("service", "commands", "sql"), is_open)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", ["1.2.3.4"], "203.0.113.9"),
        ("10.0.0.7", ["1.2.3.4"], "1.2.3.4"),
        ("10.0.0.7", ["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
        ("10.0.0.7", ["6.6.6.6", "1.2.3.4, 10.0.0.8"], "1.2.3.4"),
        ("10.0.0.7", ["1.2.3.4:5678"], "1.2.3.4"),
        ("10.0.0.7", ["[2001:db8::1]:5678"], "2001:db8::1"),
        ("10.0.0.7", ["1.2.3.4, unknown"], "10.0.0.7"),
        ("10.0.0.7", [], "10.0.0.7"),
        ("10.0.0.7", ["10.0.0.9"], "10.0.0.9"),
        ("::1", ["9" * 100_000], "::1"),
    ],
)
def test_proxies_alone_are_believed(peer: str, forwarded: list[str], client: str) -> None:
    assert Reach("127.0.0.1", PROXIES).client(peer, forwarded) == client


@pytest.mark.parametrize(
    ("peer", "said", "scheme"),
    [
        ("10.0.0.7", ["https"], "https"),
        ("10.0.0.7", ["http, https"], "https"),
        ("10.0.0.7", ["https, http"], "http"),
        ("10.0.0.7", [], "http"),
        ("203.0.113.9", ["https"], "http"),
    ],
)
def test_the_last_proxy_says_the_scheme(peer: str, said: list[str], scheme: str) -> None:
    assert Reach("127.0.0.1", PROXIES).scheme(peer, "http", said) == scheme
    assert Reach("127.0.0.1", PROXIES, https=True).scheme(peer, "http", said) == "https"


@pytest.mark.parametrize("text", ["*", "0.0.0.0/0", "::/0", "proxy.example", "10.0.0.1/8", "10.0.0.0/33", "10"])
def test_everybody_is_no_proxy(text: str) -> None:
    with pytest.raises(ValueError, match=r"is everybody|is no address or network"):
        networks_of(text)
    with pytest.raises(ValidationError):
        WebSettings(proxies=f"10.0.0.7, {text}")


@pytest.mark.parametrize("path", ["/", "windowpane", "/a/", "//a", "/a b", "/../a", "/a?b", "/ä"])
def test_odd_root_paths_are_refused(path: str) -> None:
    with pytest.raises(ValidationError):
        WebSettings(root_path=path)
    assert WebSettings(root_path="/tools/windowpane-1").root_path
