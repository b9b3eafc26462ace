"""Sources on the real engines: from a file or a page to answers, every fact once, whatever is killed on the way."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from compose.embedded.stack import Stack
from services.settings import ServiceSettings
from services.source_runner import opened_store
from sources.files import FileState
from sources.runs.sending import KafkaOutlets
from sources.settings import SourceSettings
from sources.store import SourceStore
from streams.topic_reading import found_since, message_digest, records
from streams.topics import Topics
from tests.integration.command_line import windowpane
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import LiveStream, await_true, topic_ends
from tests.integration.stopping import kill
from tests.sources.fetching.http_api import Answer, Asked, http_api

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

CASES = """
title = "Cases of a test"
topic = "{topic}"
key = "id"
records = true
[event_time]
field = "date"
min = "1990-01-01T00:00:00Z"
[duplicates]
id = "id"
horizon = "1 hour"
[fields]
id = { type = "string" }
region = { type = "string", max_length = 20 }
change = { type = "number" }
cumulative = { type = "number", required = false }
revision = { type = "integer", min = 0 }
[dimensions]
region = "region"
[measures.change]
value = "change"
decimals = 0
min = -1000000
max = 1000000
total = true
"""
FOLDER = """
title = "Totals of a test"
stream = "{stream}"
licence = "CC0-1.0"
[from]
files = "landing_{name}/*.csv"
every = "1s"
[format]
type = "csv"
[columns]
region = ["region"]
day = ["day"]
total = ["total"]
[mapping]
select = "select _row, region, day || 'T00:00:00Z' as date, whole(total) as cumulative from input"
[corrections]
key = ["region", "date"]
replaces = "dates"
date = "date"
new_from = "cumulative"
hold_if_lost = 0.5
"""
PAGES = """
title = "Pages of a test"
stream = "{stream}"
[from]
url = "{url}/results"
every = "1s"
records = "data"
next = "next"
headers = {{ Authorization = "Bearer secret:{secret}" }}
cursor = {{ param = "since", field = "at", initial = "2022-01-01T00:00:00Z" }}
requests_per_second = 1000
[format]
type = "ndjson"
[mapping.fields]
id = "txt(doc, '$.id')"
region = "txt(doc, '$.region')"
date = "txt(doc, '$.at')"
change = "jsn(doc, '$.value')"
revision = "0"
"""
DAYS = ("2022-01-01", "2022-01-02", "2022-01-03")


@pytest.fixture(scope="module")
def live(stream_factory: StreamFactory) -> LiveStream:
    return stream_factory(CASES)


@pytest.fixture(scope="module")
def store(stack: Stack) -> Iterator[SourceStore]:  # noqa: ARG001
    with closing(opened_store(SourceSettings())) as store:
        yield store


@pytest.fixture
def folder(stack: Stack) -> Iterator[Path]:
    """Where sources of the stack are declared; those of a test are gone after it."""
    folder = stack.settings.streams.parent / "sources.d"
    folder.mkdir(exist_ok=True)
    yield folder
    for path in folder.glob("*.toml"):
        path.unlink()


def landing(folder: Path, name: str) -> Path:
    path = folder.parent / f"landing_{name}"
    path.mkdir(exist_ok=True)
    return path


def csv(totals: dict[tuple[str, str], int]) -> str:
    return "region,day,total\n" + "".join(f"{region},{day},{total}\n" for (region, day), total in totals.items())


def put(path: Path, text: str) -> None:
    """As a program does that writes another file first."""
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.rename(path)


def newest(totals: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """What each day adds to the one before it."""
    changes = {}
    for region, day in totals:
        before = [other for other in DAYS if other < day and (region, other) in totals]
        changes[region, day] = totals[region, day] - (totals[region, before[-1]] if before else 0)
    return {key: change for key, change in changes.items() if change}


def sums(live: LiveStream) -> dict[tuple[str, str], int]:
    """What the tables say: the sum of changes of each region and day, of records."""
    sql = "select region, cast(event_time as date), sum(change) from {stream}.records group by 1, 2"
    return {(str(region), str(day)): int(change) for region, day, change in live.rows(sql) if change}


def settled(store: SourceStore, name: str) -> bool:
    files = store.files.page(name, most=1000)
    return bool(files) and all(file.state is FileState.DONE for file in files)


def test_a_file_becomes_answers_within_a_minute(live: LiveStream, folder: Path, stack: Stack) -> None:
    name = f"{live.name}_totals"
    totals = {(region, day): 10 * (place + 1) for region in "AB" for place, day in enumerate(DAYS)}
    put(landing(folder, name) / "a.csv", csv(totals))
    (folder / f"{name}.toml").write_text(FOLDER.format(stream=live.name, name=name))
    await_true(lambda: sums(live) == newest(totals), 120, "the file's facts are answered")
    totals["A", DAYS[0]] = 15
    put(landing(folder, name) / "a.csv", csv(totals))
    await_true(lambda: sums(live) == newest(totals), 120, "the corrected file's facts are answered")
    listed = json.loads(windowpane(stack, "sources", "list", "--json").stdout)["sources"]
    assert next(each for each in listed if each["source"] == name)["state"] == "well"
    shown = json.loads(windowpane(stack, "sources", "show", name, "--json").stdout)
    assert [file["licence"] for file in shown["files"]] == ["CC0-1.0"] * 2
    assert live.gaps() == []


def test_commands_run_and_redrive(live: LiveStream, store: SourceStore, folder: Path, stack: Stack) -> None:
    name = f"{live.name}_typed"
    source = FOLDER.format(stream=live.name, name=name).replace('every = "1s"', 'every = "1d"')
    (folder / f"{name}.toml").write_text(source)
    put(landing(folder, name) / "a.csv", "region,day,total\nX,2022-01-01,7\nX,2022-13-01,7\nX,2022-01-02,many\n")
    ran = windowpane(stack, "sources", "run", name, "--json")
    assert ran.returncode == 0, ran.stderr
    await_true(lambda: settled(store, name), 60, "the file is done, by the command or the service")
    file = store.files.page(name)[0]
    assert (file.sent, file.counts["rejected"]) == (3, 2)
    mended = source.replace("whole(total)", "if(total = 'many', '9'::json, whole(total))")
    (folder / f"{name}.toml").write_text(mended)
    again = windowpane(stack, "sources", "redrive", name)
    assert again.returncode == 0, again.stderr
    await_true(lambda: sums(live).get(("X", "2022-01-02")) == 2, 120, "the mended row is answered")

    def told() -> bool:
        live.view()
        begun = datetime.now(UTC) - timedelta(hours=1)
        return bool(
            {"not a time", "cannot be read"} & {each["reason"] for each in live.rejected(begun, datetime.now(UTC))}
        )

    await_true(told, 60, "what cannot be read is among what is rejected")
    refused = windowpane(stack, "sources", "run", "nothing")
    assert (refused.returncode, "there is no source" in refused.stderr) == (2, True)


def test_kills_of_the_service_lose_and_double_nothing(
    live: LiveStream, store: SourceStore, folder: Path, stack: Stack
) -> None:
    """Files and an API, while the service is killed at seeded moments."""
    chance = random.Random(17)
    files, pages = f"{live.name}_k", f"{live.name}_p"
    secret = windowpane(stack, "sources", "secrets", "list", "--json")
    assert secret.returncode == 0, secret.stderr
    store.secrets.put("test_token", "t0ken", by="test")
    known: list[dict[str, object]] = []
    wrong: list[str] = []

    def answer(asked: Asked) -> Answer:
        if asked.headers.get("authorization") != "Bearer t0ken":
            wrong.append(asked.path)
            return Answer(status=401)
        found = [each for each in known if str(each["at"]) >= asked.params["since"]]
        page = int(asked.params.get("page", "0"))
        more = f"/results?since={asked.params['since']}&page={page + 1}" if len(found) > 5 * page + 5 else None
        return Answer.json({"data": found[5 * page : 5 * page + 5], "next": more})

    totals: dict[tuple[str, str], int] = {}
    with http_api(answer) as api:
        (folder / f"{files}.toml").write_text(FOLDER.format(stream=live.name, name=files))
        (folder / f"{pages}.toml").write_text(PAGES.format(stream=live.name, url=api.url, secret="test_token"))
        for number in range(12):
            for region in ("K1", "K2", f"K{number}"):
                for place, day in enumerate(DAYS):
                    totals[region, day] = 100 * place + chance.randint(0, 50)
            put(landing(folder, files) / "a.csv", csv(totals))
            at = f"2022-02-{number + 1:02}T00:00:00Z"
            known += [{"id": f"{live.name}-{len(known) + n}", "region": "P", "at": at, "value": 1} for n in range(4)]
            moment = datetime.now(UTC) + timedelta(seconds=chance.uniform(0.5, 8))
            await_true(lambda moment=moment: datetime.now(UTC) >= moment, 30, "the moment of a kill")  # type: ignore[misc]
            kill(stack, "sources")

        def whole() -> bool:
            mine = {key: change for key, change in sums(live).items() if key[0].startswith("K")}
            return mine == newest(totals)

        await_true(whole, 240, "every fact once, corrections as corrections")
        counted = "select count(*), count(distinct id) from {stream}.records where region = 'P'"
        await_true(lambda: live.rows(counted) == [[len(known)] * 2], 240, "every record of the API once")
    stack.supervisor.stop("sources")  # else it is said to be failing for a while, as it is
    stack.supervisor.begin("sources")
    assert wrong == []
    assert live.gaps() == []
    logs = "".join(path.read_text(errors="replace") for path in stack.layout.log.glob("sources.log*"))
    assert "t0ken" not in logs


def test_what_was_sent_is_found_again(live: LiveStream) -> None:
    """The outlet of the service on a real broker."""
    outlet = KafkaOutlets(ServiceSettings().kafka)(live.definition.topic)
    since = datetime.now(UTC)
    begins = topic_ends(live.definition.topic)
    mark = os.urandom(8).hex()
    messages = [(json.dumps({"mark": f"{mark}-{n}"}).encode(), f"{mark}-{n}".encode()) for n in range(50)]
    outlet.send(messages)
    outlet.send(messages[:3])
    wanted = {message_digest(value) for value, _ in messages}
    found = found_since(ServiceSettings().kafka, live.definition.topic, since - timedelta(seconds=5), wanted)
    assert sorted(found.values()) == [1] * 47 + [2] * 3
    with Topics(ServiceSettings().kafka) as topics:
        ends = topics.end_offsets(live.definition.topic)
    read = [each.value for each in records(ServiceSettings().kafka, live.definition.topic, begins, ends) if each.value]
    assert len([value for value in read if mark.encode() in value]) == 53
