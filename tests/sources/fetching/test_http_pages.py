"""Pages of an HTTP API, asked of a real server: patience, bounds, cursors, and addresses that must not be asked."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from sources.definition import Source
from sources.errors import SourceError
from sources.fetching.errors import FetchError
from sources.fetching.hosts import Site, address_of
from sources.fetching.http_client import HttpClient
from sources.fetching.http_pages import HttpPages, Look
from tests.sources.fetching.http_api import Answer, Asked, HttpApi, http_api

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CURSOR = {"param": "since", "field": "updated_at", "initial": "2022-01-01T00:00:00Z"}


@pytest.fixture
def api() -> Iterator[HttpApi]:
    with http_api(lambda _: Answer.json({"data": []})) as served:
        yield served


@pytest.fixture
def client() -> Iterator[HttpClient]:
    client = HttpClient()
    yield client
    client.close()


def source(url: str, limits: dict[str, int] | None = None, **origin: Any) -> Source:
    return Source.model_validate(
        {
            "name": "lab", "title": "Lab", "stream": "lab_results", "from": {"url": url, **origin},
            "format": {"type": "ndjson"}, "mapping": {"fields": {"id": "txt(doc, '$.id')"}}, "limits": limits or {},
        }
    )  # fmt: skip


class Looking:
    """Looks at a source; what it would have slept is in `slept`."""

    def __init__(self, client: HttpClient, folder: Path) -> None:
        self.slept: list[float] = []
        self._folder, self._count = folder, 0
        secrets = {"lab_token": SecretStr("t0ken")}

        def secret(name: str) -> SecretStr:
            if name not in secrets:
                raise SourceError(f"there is no secret {name}")
            return secrets[name]

        self.pages = HttpPages(client, secret, self.slept.append, lambda: NOW)

    def __call__(self, source: Source, position: Any = None) -> Look | None:
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        return self.pages.look(source, position, folder)


@pytest.fixture
def look(client: HttpClient, tmp_path: Path) -> Looking:
    return Looking(client, tmp_path)


def in_turn(*answers: Answer) -> Callable[[Asked], Answer]:
    """One after the other; the last one again and again."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def test_all_pages_since_the_cursor_are_one_look(api: HttpApi, look: Looking) -> None:
    pages = {
        "1": {"data": [{"id": 1, "updated_at": "2022-01-03T00:00:00Z"}], "next": "/results?page=2"},
        "2": {"data": [{"id": 2, "updated_at": "2022-01-02T00:00:00+01:00"}], "next": f"{api.url}/results?page=3"},
        "3": {"data": [{"id": 3, "updated_at": "2022-01-02T23:30:00-05:00"}], "next": None},
    }
    api.answer = lambda asked: Answer.json(pages[asked.params.get("page", "1")])
    lab = source(
        f"{api.url}/results", records="data", next="next", cursor=CURSOR, params={"limit": 5},
        headers={"Authorization": "Bearer secret:lab_token"},
    )  # fmt: skip
    found = look(lab)
    assert found is not None
    assert (found.name, found.records, len(found.pages)) == ("results", 3, 3)
    assert found.position == {"cursor": "2022-01-02T23:30:00-05:00"}
    assert api.asked[0].params == {"limit": "5", "since": "2022-01-01T00:00:00Z"}
    assert {asked.headers["authorization"] for asked in api.asked} == {"Bearer t0ken"}
    assert api.asked[0].headers["host"] == f"127.0.0.1:{api.port}"
    look(lab, found.position)
    assert api.asked[3].params["since"] == "2022-01-02T23:30:00-05:00"


def test_what_counts_is_the_records_alone(api: HttpApi, look: Looking) -> None:
    api.answer = in_turn(
        Answer(b'{"made": 1, "data": [{"n": 1.10, "big": 123456789012345678901234567890, "x": 1e400}]}'),
        Answer(b'{"made": 2,"data":[ {"n":1.10,"big":123456789012345678901234567890,"x":1e400} ]}'),
        Answer(b'{"made": 3,"data":[ {"n":1.1,"big":123456789012345678901234567890,"x":1e400} ]}'),
    )
    lab = source(f"{api.url}/r", records="data")
    digests = [found.digest for _ in range(3) if (found := look(lab))]
    assert digests[0] == digests[1] != digests[2]


def test_unchanged_is_asked_for_and_believed(api: HttpApi, look: Looking) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.headers.get("if-none-match") == '"v1"':
            return Answer(status=304)
        return Answer(b"a,b\n1,2\n", headers={"ETag": '"v1"', "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"})

    api.answer = answer
    file = source(f"{api.url}/data/cases.csv")
    first = look(file)
    assert first is not None
    assert (first.name, first.records, first.pages[0].read_bytes()) == ("cases.csv", None, b"a,b\n1,2\n")
    assert look(file, first.position) is None
    assert api.asked[1].headers["if-modified-since"] == "Wed, 21 Oct 2015 07:28:00 GMT"
    assert look(source(f"{api.url}/data/cases.csv", params={"all": True}), first.position) is not None
    assert "if-none-match" not in api.asked[2].headers


@pytest.mark.parametrize("as_date", [False, True])
def test_a_short_retry_after_is_waited(api: HttpApi, look: Looking, as_date: bool) -> None:
    asked = format_datetime(datetime.now(UTC) + timedelta(seconds=6), usegmt=True) if as_date else "3"
    api.answer = in_turn(Answer(status=429, headers={"Retry-After": asked}), Answer.json({"data": [{"id": 1}]}))
    found = look(source(f"{api.url}/r", records="data", requests_per_second=1000))
    assert found is not None
    assert 0.5 < max(look.slept) <= 6


def test_a_long_retry_after_is_left_to_the_next_look(api: HttpApi, look: Looking) -> None:
    api.answer = lambda _: Answer(status=503, headers={"Retry-After": "900"})
    with pytest.raises(FetchError, match=r"503.*wait 900 seconds") as raised:
        look(source(f"{api.url}/r"))
    assert (raised.value.again_seconds, len(api.asked)) == (900, 1)


@pytest.mark.parametrize(
    ("status", "told", "tries"),
    [
        (401, "secrets set", 1),
        (403, "access", 1),
        (404, "nothing at this address", 1),
        (500, "500", 4),
        (418, "418", 1),
    ],
)
def test_refusals_say_what_to_do(api: HttpApi, look: Looking, status: int, told: str, tries: int) -> None:
    api.answer = lambda _: Answer(b"t0ken", status)
    with pytest.raises(FetchError, match=told) as raised:
        look(source(f"{api.url}/r", headers={"X-Api-Key": "secret:lab_token"}))
    assert len(api.asked) == tries
    assert "t0ken" not in str(raised.value)


def test_a_flaky_server_is_asked_again(api: HttpApi, look: Looking) -> None:
    whole = Answer.json({"data": [{"id": 1}]})
    api.answer = in_turn(Answer(whole.body, cut=5), Answer(status=502), whole)
    found = look(source(f"{api.url}/r", records="data"))
    assert found is not None
    assert found.records == 1


def test_nobody_listens(look: Looking) -> None:
    with http_api(lambda _: Answer()) as gone:
        url = gone.url
    with pytest.raises(FetchError, match="does not answer"):
        look(source(f"{url}/r"))


@pytest.mark.parametrize("page", [b"{", b"\xff\xfe{}", b"[1, NaN]", b"[" * 100_000, b"<html></html>", b""])
def test_what_is_no_json(api: HttpApi, look: Looking, page: bytes) -> None:
    api.answer = lambda _: Answer(page)
    with pytest.raises(FetchError, match="not JSON"):
        look(source(f"{api.url}/r", records="data"))


@pytest.mark.parametrize(
    ("page", "told"),
    [({"items": []}, "no list at records"), ({"data": {}}, "no list"), ({"data": [], "next": 7}, "no address at next")],
)
def test_what_has_no_records(api: HttpApi, look: Looking, page: Any, told: str) -> None:
    api.answer = lambda _: Answer.json(page)
    with pytest.raises(FetchError, match=told):
        look(source(f"{api.url}/r", records="data", next="next"))


def test_endless_paging_ends(api: HttpApi, look: Looking) -> None:
    def answer(asked: Asked) -> Answer:
        page = int(asked.params.get("page", "1"))
        return Answer.json({"data": [{"id": page}], "next": f"/r?page={page + 1}"})

    api.answer = answer
    with pytest.raises(FetchError, match="more than 20 pages"):
        look(source(f"{api.url}/r", records="data", next="next", pages=20, requests_per_second=1000))
    assert len(api.asked) == 20


def test_paging_in_a_circle_ends(api: HttpApi, look: Looking) -> None:
    def answer(asked: Asked) -> Answer:
        page = int(asked.params.get("page", "1"))
        return Answer.json({"data": [{"id": page}], "next": f"/r?page={page % 3 + 2}"})

    api.answer = answer
    with pytest.raises(FetchError, match="asked for already"):
        look(source(f"{api.url}/r", records="data", next="next"))
    assert len(api.asked) < 6


def test_the_same_page_under_new_addresses_ends(api: HttpApi, look: Looking) -> None:
    api.answer = lambda _: Answer.json({"data": [{"id": 1}], "next": f"/r?at={len(api.asked)}"})
    with pytest.raises(FetchError, match="again and again"):
        look(source(f"{api.url}/r", records="data", next="next"))
    assert len(api.asked) == 2


@pytest.mark.parametrize(
    ("values", "cursor"),
    [
        (["2021-05-05T00:00:00Z"], "2022-01-01T00:00:00Z"),
        (["2022-01-01T00:00:00.5Z", "2022-01-01T00:00:00Z"], "2022-01-01T00:00:00.5Z"),
        (["9999-12-31T23:59:59Z", "2022-02-01T00:00:00Z"], "2022-02-01T00:00:00Z"),
        ([None, {"at": 1}, True, "2022-03-01"], "2022-03-01"),
    ],
    ids=["goes back", "fractions", "far ahead", "not all have one"],
)
def test_the_cursor_goes_on(api: HttpApi, look: Looking, values: list[Any], cursor: str) -> None:
    api.answer = lambda _: Answer.json({"data": [{"updated_at": value} for value in values]})
    found = look(source(f"{api.url}/r", records="data", cursor=CURSOR))
    assert found is not None
    assert found.position["cursor"] == cursor


def test_a_cursor_of_numbers_is_no_text(api: HttpApi, look: Looking) -> None:
    api.answer = lambda _: Answer.json({"data": [{"seq": 999}, {"seq": 1000}, {"seq": 12345678901234567890}]})
    found = look(source(f"{api.url}/r", records="data", cursor={"param": "after", "field": "seq", "initial": 0}))
    assert found is not None
    assert found.position["cursor"] == 12345678901234567890


def test_a_cursor_that_no_record_has(api: HttpApi, look: Looking) -> None:
    api.answer = lambda _: Answer.json({"data": [{"id": 1}]})
    with pytest.raises(FetchError, match="no record has"):
        look(source(f"{api.url}/r", records="data", cursor=CURSOR))


@pytest.mark.parametrize(
    "place", ["http://example.org/r", "http://169.254.169.254/latest", "//other.example/r", "https://127.0.0.1/r"]
)
@pytest.mark.parametrize("by", ["redirect", "next"])
def test_no_other_host_is_asked(api: HttpApi, look: Looking, place: str, by: str) -> None:
    leading = Answer.json({"data": [{"id": 1}], "next": place})
    api.answer = lambda _: leading if by == "next" else Answer(status=302, headers={"Location": place})
    with pytest.raises(FetchError, match="only the same host is asked"):
        look(source(f"{api.url}/r", records="data", next="next"))
    assert len(api.asked) == 1


@pytest.mark.parametrize("place", ["http://[::1", "file:///etc/passwd", "http://user:pw@127.0.0.1/r", "gopher://x/"])
def test_what_is_no_address(api: HttpApi, look: Looking, place: str) -> None:
    api.answer = lambda _: Answer(status=302, headers={"Location": place})
    with pytest.raises(FetchError):
        look(source(f"{api.url}/r"))
    assert {asked.path for asked in api.asked} == {"/r"}


def test_another_port_of_the_host_is_another_host(api: HttpApi, look: Looking) -> None:
    with http_api(lambda _: Answer.json({"data": []})) as other:
        api.answer = lambda _: Answer(status=307, headers={"Location": f"{other.url}/r"})
        with pytest.raises(FetchError, match="only the same host"):
            look(source(f"{api.url}/r", headers={"Authorization": "secret:lab_token"}))
        assert other.asked == []


def test_a_redirect_on_the_host_is_followed(api: HttpApi, look: Looking) -> None:
    api.answer = lambda asked: (
        Answer.json({"data": [{"id": 1}]}) if asked.path == "/new" else Answer(status=308, headers={"Location": "/new"})
    )
    found = look(source(f"{api.url}/old", records="data"))
    assert found is not None
    api.answer = lambda _: Answer(status=302, headers={"Location": "/again"})
    with pytest.raises(FetchError, match="again and again"):
        look(source(f"{api.url}/old", records="data"))


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "this machine"), ("::1", "this machine"), ("::ffff:127.0.0.1", "this machine"),
        ("169.254.169.254", "credentials"), ("fe80::1", "credentials"), ("0.0.0.0", "no host"),
        ("224.0.0.1", "no host"),
        ("127.255.1.2", "this machine"), ("::", "no host"),
    ],
)  # fmt: skip
def test_a_name_must_not_lead_to_this_machine(api: HttpApi, tmp_path: Path, address: str, why: str) -> None:
    site = Site("http", "lab.example.org", api.port)
    with pytest.raises(FetchError, match=why):
        address_of(site, lambda _host, _port: [address])
    with pytest.raises(FetchError, match=why):
        address_of(site, lambda _host, _port: ["192.0.2.1", address])
    looking = Looking(HttpClient(lambda _host, _port: [address]), tmp_path)
    with pytest.raises(FetchError, match=why):
        looking(source(f"http://lab.example.org:{api.port}/r"))
    assert api.asked == []


def test_a_name_within_a_private_network_is_asked() -> None:
    assert address_of(Site("https", "lab.hospital.example", 443), lambda _host, _port: ["10.1.2.3"]) == "10.1.2.3"


def test_the_address_that_was_checked_is_the_one_that_is_asked(api: HttpApi, tmp_path: Path) -> None:
    """A name that leads elsewhere the next time it is asked for gains nothing by that."""
    answers = iter([["192.0.2.9"], ["127.0.0.1"]])
    client = HttpClient(lambda _host, _port: next(answers))
    asked: list[str] = []
    held = client.of(Site("http", "lab.example.org", api.port))
    held.event_hooks["request"] = [lambda request: asked.append(f"{request.url.host} {request.headers['host']}")]
    looking = Looking(client, tmp_path)
    held.timeout = 0.2  # 192.0.2.9 is nobody's
    with pytest.raises(FetchError):
        looking(source(f"http://lab.example.org:{api.port}/r"))
    assert asked[0] == f"192.0.2.9 lab.example.org:{api.port}"
    assert api.asked == []


def test_bodies_are_bounded(api: HttpApi, look: Looking) -> None:
    api.answer = lambda _: Answer(b"x" * 200_000)
    with pytest.raises(FetchError, match="more than 100,000 bytes"):
        look(source(f"{api.url}/big.csv", limits={"unpacked_bytes": 100_000}))


def test_a_packed_body_is_bounded_unpacked(api: HttpApi, look: Looking) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    api.answer = lambda _: Answer(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(FetchError, match="more than 1,000,000 bytes"):
        look(source(f"{api.url}/big.csv", limits={"unpacked_bytes": 1_000_000}))
    api.answer = lambda _: Answer(b"no gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(FetchError, match="cannot be unpacked"):
        look(source(f"{api.url}/big.csv"))


def test_a_slow_body_is_given_up(api: HttpApi, look: Looking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.fetching.http_pages.LOOK_SECONDS", -1.0)
    with pytest.raises(FetchError, match="took too long"):
        look(source(f"{api.url}/slow"))


def test_a_secret_that_is_not_there(api: HttpApi, look: Looking) -> None:
    with pytest.raises(SourceError, match="no secret other"):
        look(source(f"{api.url}/r", headers={"Authorization": "secret:other"}))
    assert api.asked == []


def test_requests_keep_their_distance(api: HttpApi, look: Looking) -> None:
    pages = {str(n): {"data": [{"id": n}], "next": f"/r?page={n + 1}" if n < 5 else None} for n in range(1, 6)}
    api.answer = lambda asked: Answer.json(pages[asked.params.get("page", "1")])
    look(source(f"{api.url}/r", records="data", next="next", requests_per_second=2))
    assert len([wait for wait in look.slept if wait > 0.3]) == 4
