"""From an event to the message of the stream, which its definition accepts, whatever was sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.decoder import Accepted, Decoder, Excluded
from streams.decoding_plan import decoding_plan
from streams.definition_files import load_definition
from systems.merchants.enrichment import Enrichment, Sender
from systems.merchants.event_format import EventError, event_of, plain_text
from systems.merchants.variety import OTHER, Variety
from systems.merchants.visitors import new_salt, visitor_of

FILE = Path(__file__).resolve().parents[3] / "systems" / "merchants" / "streams" / "web_events.toml"
DECODER = Decoder(decoding_plan(load_definition(FILE)))
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
SENDER = Sender("198.51.100.77", CHROME, "de-AT,de;q=0.8", "AT")
NOW = 1_772_360_222_120
SALT = b"s" * 32
PAGE: dict[str, Any] = {"name": "pageview", "url": "https://example.org/a?b=c&utm_source=news"}


@dataclass(frozen=True)
class OneSite:
    name: str = "example.org"
    currency: str = "EUR"

    def allows(self, host: str) -> bool:
        return host in ("example.org", "www.example.org", "example.org:8080")


def made(sent: dict[str, Any], sender: Sender = SENDER, enrichment: Enrichment | None = None) -> dict[str, Any]:
    message = (enrichment or Enrichment()).message(OneSite(), event_of(sent), sender, SALT, NOW)
    outcome = DECODER.decode(message.payload, NOW)
    read: dict[str, Any] = json.loads(message.payload)
    assert message.key == read["visitor"].encode()
    assert isinstance(outcome, Excluded if "bot" in read else Accepted), outcome
    return read


def test_page_view_says_all_that_is_known() -> None:
    read = made({**PAGE, "title": "A", "width": 1280, "id": "x1", "age": 1120, "referrer": "https://t.co/1"})
    assert read == {
        "id": "x1", "site": "example.org", "time": "2026-03-01T10:17:01.000Z",
        "visitor": visitor_of(SALT, "example.org", SENDER.address, CHROME),
        "name": "pageview", "engaging": True, "view": 1, "hostname": "example.org", "path": "/a",
        "referrer": "t.co/1", "source": "news", "medium": "", "campaign": "", "utm_term": "", "utm_content": "",
        "country": "AT", "region": "", "language": "de-AT", "browser": "Chrome", "browser_version": "140",
        "system": "Windows", "system_version": "10", "device": "desktop", "screen": "large", "currency": "",
        "agent": CHROME, "imported": False, "title": "A",
    }  # fmt: skip


def test_nothing_tells_the_address() -> None:
    assert SENDER.address not in json.dumps(made(PAGE))


@pytest.mark.parametrize(
    ("sent", "field", "value"),
    [
        ({"name": "Buy", "revenue": 9.9}, "currency", "EUR"),
        ({"name": "Buy", "revenue": {"amount": "9.90", "currency": "usd"}}, "currency", "USD"),
        ({"name": "Buy", "revenue": -3}, "revenue", -3.0),
        ({"name": "Buy", "props": {"plan": "pro"}}, "props", '{"plan":"pro"}'),
        ({"name": "Buy"}, "view", 0),
        ({"url": "https://example.org/x#/y", "hash": True}, "path", "/x#/y"),
        ({"url": "https://example.org/x#/y"}, "path", "/x"),
        ({"url": "https://example.org/" + "x" * 3000}, "path", "/" + "x" * 999),
        ({"url": "https://example.org:8080/"}, "hostname", "example.org"),
        ({"language": "pt-br"}, "language", "pt-BR"),
        ({"width": 390}, "screen", "small"),
    ],
)
def test_fields_are_told(sent: dict[str, Any], field: str, value: object) -> None:
    assert made({**PAGE, **sent})[field] == value


@pytest.mark.parametrize("url", ["https://example.net/", "https://example.org:81/", "https://evil.example.org/"])
def test_pages_of_others_are_refused(url: str) -> None:
    with pytest.raises(EventError, match="no host that this site names"):
        made({**PAGE, "url": url})


def test_bots_are_marked() -> None:
    assert made(PAGE, replace(SENDER, agent="curl/8"))["bot"] == "curl"
    assert made(PAGE, replace(SENDER, agent=""))["bot"] == "none"


def test_visitors_are_told_by_site_address_agent_and_day() -> None:
    salt = new_salt()
    one = visitor_of(salt, "a.example", "192.0.2.1", CHROME)
    others = [
        visitor_of(salt, "b.example", "192.0.2.1", CHROME),
        visitor_of(salt, "a.example", "192.0.2.2", CHROME),
        visitor_of(salt, "a.example", "192.0.2.1", "x"),
        visitor_of(new_salt(), "a.example", "192.0.2.1", CHROME),
    ]
    assert one == visitor_of(salt, "a.example", "192.0.2.1", CHROME)
    assert len({one, *others}) == 5
    assert {len(each) for each in (one, *others)} == {32}


def test_a_device_that_takes_another_address_of_its_network_is_one_visitor() -> None:
    """IPv6 privacy extensions do so daily and at each reconnection (allinurl/goaccess#2802)."""
    salt = new_salt()
    of = [visitor_of(salt, "a.example", f"2001:db8:0:{net}::{host}", CHROME) for net in "12" for host in ("a", "b:c")]
    assert (of[0], of[2]) == (of[1], of[3])
    assert of[0] != of[2]
    assert visitor_of(salt, "a.example", "unknown", CHROME) != visitor_of(salt, "a.example", "::1", CHROME)


def test_many_paths_become_others() -> None:
    enrichment = Enrichment(variety=Variety({"path": 10}))
    paths = [made({**PAGE, "url": f"https://example.org/{i}"}, enrichment=enrichment)["path"] for i in range(100)]
    assert paths == [f"/{i}" for i in range(10)] + [OTHER] * 90
    assert made({**PAGE, "url": "https://example.org/3"}, enrichment=enrichment)["path"] == "/3"


_TEXTS = st.text(max_size=700)
_ANY = st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries(
        {"name": _TEXTS, "url": st.builds("https://example.org/{}".format, _TEXTS)},
        optional={
            "referrer": st.builds("https://{}".format, _TEXTS),
            "title": _TEXTS,
            "props": st.dictionaries(_TEXTS, _ANY, max_size=5),
            "revenue": _ANY | st.fixed_dictionaries({"amount": _ANY, "currency": _ANY}),
            "width": _ANY,
            "age": _ANY,
            "language": _TEXTS,
            "id": _TEXTS,
        },
    ),
    _TEXTS,
    _TEXTS,
    _TEXTS,
)
def test_what_the_edge_takes_the_job_accepts(sent: dict[str, Any], agent: str, languages: str, country: str) -> None:
    try:
        sent = json.loads(json.dumps(sent, allow_nan=False))
        event = event_of(sent)
        message = Enrichment().message(
            OneSite(), event, Sender("192.0.2.1", plain_text(agent), languages, country), SALT, NOW
        )
    except (EventError, ValueError):
        return
    outcome = DECODER.decode(message.payload, NOW)
    assert isinstance(outcome, Accepted | Excluded), outcome
