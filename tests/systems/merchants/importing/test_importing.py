"""What becomes of an imported file: messages by the edge's rules, the same ones each time, and only once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from streams import load_definition
from streams.decoder import Decoder
from streams.decoding_plan import decoding_plan
from systems.merchants.enrichment import Enrichment, Message, Sender
from systems.merchants.importing.access_logs import read_line
from systems.merchants.importing.files import lines_of, look
from systems.merchants.importing.messages import Importing, Span, moment
from systems.merchants.importing.occurrences import Located, Occurrence, Skip
from systems.merchants.importing.records import ImportedError, Imports
from systems.merchants.importing.run import Tally, run
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import Exclusions, Site, SiteChange
from systems.merchants.store import SiteStore
from tests.access.conftest import Clock
from tests.documentation import ROOT

DATA = ROOT / "tests" / "data" / "web"
WEB_EVENTS = load_definition(ROOT / "systems" / "merchants" / "streams" / "web_events.toml")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def site(**more: Any) -> Site:
    given: dict[str, Any] = {"origins": ("example.org",), "exclusions": Exclusions(), **more}
    return Site("example.org", "", time_zone="UTC", currency="EUR", created_at=NOW, created_by="ann", **given)


def importing(into: Site | None = None, span: Span | None = None, salt: bytes = b"s" * 32) -> Importing:
    decoder = Decoder(decoding_plan(WEB_EVENTS))
    return Importing(into or site(), b"d" * 32, salt, decoder, Enrichment(), moment(NOW), span or Span())


def imported(file: str, by: Importing, after: int = 0) -> tuple[list[dict[str, Any]], Tally]:
    sent: list[Message] = []
    lines = ((number, 0, read_line(line, "example.org")) for number, line in enumerate(lines_of(DATA / file), 1))
    tally = run(lines, by, sent.extend, lambda *_: None, after=after)
    assert all(message.key.decode() == orjson.loads(message.payload)["visitor"] for message in sent)
    return [orjson.loads(message.payload) for message in sent], tally


def view(at: datetime, path: str = "/", address: str = "192.0.2.7", **more: Any) -> Occurrence:
    sent = {"name": "pageview", "url": f"https://example.org{path}", **more}
    return Occurrence(moment(at), Sender(address, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"), sent)


def outcome(found: Occurrence, **more: Any) -> Any:
    [(_, only)] = importing(**more).outcomes([(1, 0, found)])
    return orjson.loads(only.payload) if isinstance(only, Message) else only


def test_events_are_as_the_edge_makes_them_and_marked() -> None:
    events, tally = imported("combined.log", importing())
    assert (tally.events, tally.bots, tally.skipped.total(), tally.bad) == (19, 9, 50, {})
    assert all(each["imported"] for each in events)
    assert {each["name"] for each in events} == {"pageview", "404", "File Download"}
    assert "Google" in {each["source"] for each in events}
    assert {"Googlebot"} <= {each.get("bot") for each in events}


def test_logs_without_agents_are_of_no_bots() -> None:
    events, tally = imported("common.log", importing())
    assert (tally.events, tally.bots, tally.bad) == (16, 0, {"is not a line of an access log": 10})
    assert tally.listed == {"is not a line of an access log": [38, 39, *range(61, 69)]}
    assert events[0]["time"] == "1995-08-01T04:00:01.000Z"


def test_the_same_file_is_the_same_messages() -> None:
    first, _ = imported("combined.log", importing())
    again, _ = imported("combined.log", importing())
    rest, _ = imported("combined.log", importing(), after=30)
    assert first == again
    assert rest == first[-len(rest) :]
    assert len({each["id"] for each in first}) == len(first)


def test_visitors_are_of_one_day_and_one_import() -> None:
    late, early = (outcome(view(datetime(2026, 2, day, 12, tzinfo=UTC))) for day in (2, 1))
    noon, night = (outcome(view(datetime(2026, 2, 1, hour, tzinfo=UTC))) for hour in (12, 23))
    other = outcome(view(datetime(2026, 2, 1, 12, tzinfo=UTC)), salt=b"t" * 32)
    assert noon["visitor"] == night["visitor"] == early["visitor"]
    assert len({noon["visitor"], late["visitor"], other["visitor"]}) == 3
    assert "192.0.2.7" not in str(noon)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (view(datetime(1970, 6, 1, tzinfo=UTC)), "time: too long ago"),
        (view(NOW + timedelta(hours=1)), "time: too far in the future"),
        (view(NOW, name="x" * 200), "name: is longer than 120 characters"),
        (Occurrence(0, Sender("h", "x"), {"name": "pageview", "url": "https://else.example/"}), "url: is of no host"),
    ],
)
def test_what_breaks_a_rule_says_which(found: Occurrence, reason: str) -> None:
    assert outcome(found).reason.startswith(reason)


def test_rules_of_the_site_and_times_leave_out() -> None:
    into = site(exclusions=Exclusions(paths=("/admin/**",), addresses=("198.51.100.0/24",)))
    assert outcome(view(NOW, "/admin/users"), into=into) is Skip.EXCLUDED
    assert outcome(view(NOW, address="198.51.100.9"), into=into) is Skip.EXCLUDED
    span = Span(moment(NOW - HOUR), moment(NOW))
    assert outcome(view(NOW), span=span) is Skip.TIME
    assert outcome(view(NOW - 2 * HOUR), span=span) is Skip.TIME
    assert outcome(view(NOW - HOUR), span=span)["imported"]


def test_what_is_sent_is_noted_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("systems.merchants.importing.run.BATCH", 10)
    did: list[Any] = []

    def send(messages: Sequence[Message]) -> None:
        did.append(len(messages))

    found: list[Located] = [(line, 0, view(NOW) if line % 2 else Skip.RESOURCE) for line in range(1, 26)]
    run(found, importing(), send, lambda lines, events: did.append((lines, events)), after=7, sent=4)
    assert did == [1, (10, 5), 5, (20, 10), 3, (25, 13)]


@pytest.fixture
def imports(store: SiteStore, clock: Clock) -> Imports:
    store.sites.add(EVERY_SITE, SiteChange("example.org"), by="ann")
    assert clock
    return Imports(store._records)


def test_a_file_is_imported_once(imports: Imports, clock: Clock) -> None:
    begun = imports.begin("example.org", b"a", "access.log", by="ann", horizon=HOUR)
    imports.note(begun, 500, 300)
    clock.go_on(minutes=30)
    again = imports.begin("example.org", b"a", "other-name.log", by="ann", horizon=HOUR)
    assert (again.id, again.salt, again.lines, again.events) == (begun.id, begun.salt, 500, 300)
    imports.complete(begun)
    with pytest.raises(ImportedError, match=r"other\.log was imported into example\.org on .*, as access\.log"):
        imports.begin("example.org", b"a", "other.log", by="ann", horizon=HOUR)


def test_what_broke_off_long_ago_is_not_gone_on_with_by_itself(imports: Imports, clock: Clock) -> None:
    begun = imports.begin("example.org", b"a", "access.log", by="ann", horizon=HOUR)
    imports.note(begun, 500, 300)
    clock.go_on(minutes=66)
    with pytest.raises(ImportedError, match="broke off after line 500"):
        imports.begin("example.org", b"a", "access.log", by="ann", horizon=HOUR)
    assert imports.begin("example.org", b"a", "access.log", by="ann", horizon=HOUR, again=True).lines == 500


def test_files_of_one_import_share_visitors(imports: Imports) -> None:
    first, second = (
        imports.begin("example.org", digest, "access.log", by="ann", horizon=HOUR) for digest in (b"a", b"b")
    )
    assert first.salt == second.salt
    for each in (first, second):
        imports.complete(each)
    third = imports.begin("example.org", b"c", "access.log", by="ann", horizon=HOUR)
    assert third.salt != first.salt


def test_digests_are_of_content() -> None:
    assert look(DATA / "combined.log").lines == 69
