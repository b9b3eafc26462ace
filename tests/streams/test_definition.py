"""A definition is read whole or refused with one line that names the file, the key, the value and what is allowed."""

from __future__ import annotations

import math
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams import Definition, definition_files, load_definition, load_definitions, read_definitions
from streams.definition_files import parse_definition
from streams.errors import DefinitionError
from tests.definitions import HEALTH, PAGE_VIEWS, SHIPPED, STREAMS, changed, edited, raw

# key, value (None takes the key away), parts of the message: the key as shown, the value, what is allowed
BROKEN = [
    ("name", "Health", "name = 'Health'", "lower-case name"),
    ("name", "streams", "name = 'streams'", "word of the engines"),
    ("name", "information_schema", "name = 'information_schema'", "word of the engines"),
    ("title", None, "title", "required"),
    ("colour", "red", "colour = 'red'", "known: name, title"),
    ("topic", "a b", "topic = 'a b'", "a-zA-Z0-9._-"),
    ("topic", "", "topic = ''", "a-zA-Z0-9._-"),
    ("clean", {"nobody": [{"rule": "trim"}]}, "clean.nobody", "names no field; known: serviceName"),
    ("clean", {"CPU": [{"rule": "scrub"}]}, "clean.CPU.0", "'trim'"),
    ("clean", {"serviceName": [{"rule": "number"}]}, "clean.serviceName[0] = 'number'", "is of type string"),
    ("clean", {"CPU": [{"rule": "default", "value": "x"}]}, "clean.CPU[0] = 'default'", "makes a string"),
    ("clean", {"serviceName": [{"rule": "replace", "pattern": r"(a)\1"}]}, "clean.serviceName[0].pattern", "not part"),
    ("clean", {"serviceName": [{"rule": "replace", "pattern": "(?=a)"}]}, "clean.serviceName[0].pattern", "not part"),
    ("clean", {"serviceName": [{"rule": "replace", "pattern": "(a"}]}, "clean.serviceName[0].pattern", "missing )"),
    (
        "clean",
        {"serviceName": [{"rule": "replace", "pattern": "(a{30}){30}"}]},
        "clean.serviceName[0].pattern",
        "repeat less",
    ),
    ("clean", {"serviceName": [{"rule": "date", "format": "DD.MM."}]}, "clean.serviceName[0].format", "year, month"),
    ("clean", {"serviceName": [{"rule": "date", "format": "D MMM YYYY"}]}, "clean.serviceName[0].format", "each part"),
    ("clean", {"serviceName": [{"rule": "date", "format": "DD.MM.YY"}]}, "clean.serviceName[0].format", "say pivot"),
    (
        "clean",
        {"serviceName": [{"rule": "date", "format": "D.M.YYYY", "offset": "1"}]},
        "clean.serviceName[0].offset",
        "like '+01:00'",
    ),
    ("clean", {"Timestamp": [{"rule": "date", "format": "D.M.YYYY"}]}, "clean.Timestamp", "names no field"),
    ("clean", {"CPU": [{"rule": "number", "when": "RAM.Free > 1"}]}, "clean.CPU[0].when", "never in a circle"),
    ("clean", {"CPU": [{"rule": "number", "when": "CPU.x"}]}, "clean.CPU[0].when", "is no field"),
    ("clean", {"CPU": [{"rule": "number", "when": "serviceName > 1"}]}, "clean.CPU[0].when", "compares serviceName"),
    ("clean", {"CPU": [{"rule": "number", "when": "1 +"}]}, "clean.CPU[0].when", "is no condition"),
    ("partitions", 0, "partitions = 0", "greater than or equal to 1"),
    ("partitions", 1025, "partitions = 1025", "less than or equal to 1024"),
    ("partitions", "4", "partitions = '4'", "valid integer"),
    ("partitions", True, "partitions = True", "valid integer"),
    ("event_time", None, "event_time", "required"),
    ("event_time/max_ahead_seconds", -1, "event_time.max_ahead_seconds = -1", "greater than or equal to 0"),
    ("event_time/max_ahead_seconds", 90_000, "event_time.max_ahead_seconds = 90000", "less than or equal to 86400"),
    ("event_time/zone", "UTC", "event_time.zone = 'UTC'", "known: field, min, max_ahead_seconds"),
    ("event_time/min", "2020-01-01", "event_time.min = '2020-01-01'", "an RFC 3339 time with an offset"),
    ("event_time/min", "1969-12-31T23:59:59Z", "event_time.min", "1970 or later"),
    ("event_time/min", datetime(2020, 1, 1), "event_time.min = '2020-01-01T00:00:00'", "with an offset"),
    ("event_time/min", 0, "event_time.min = 0", "valid string"),
    ("event_time/field", "CPU", "event_time.field = 'CPU'", "not a field too"),
    ("event_time/field", "RAM", "fields.RAM", "cannot be a field itself"),
    ("fields", {}, "fields", "at least 1"),
    ("fields/CPU/type", "float", "fields.CPU.type = 'float'", "'string', 'number', 'integer', 'boolean' or 'time'"),
    ("fields/CPU/most", 1, "fields.CPU.most = 1", "known: type, required"),
    ("fields/CPU/min", [1], "fields.CPU.min", "number"),
    ("fields/CPU/min", math.nan, "fields.CPU.min", "finite"),
    ("fields/CPU/max", math.inf, "fields.CPU.max", "finite"),
    ("fields/CPU/max", "RAM.Size", "fields.CPU.max = 'RAM.Size'", "names no field; known: serviceName"),
    ("fields/CPU/max", "serviceName", "fields.CPU.max = 'serviceName'", "is a string; needs"),
    ("fields/CPU/max_length", 3, "fields.CPU.max_length = 3", "is for strings"),
    ("fields/serviceName/min", 3, "fields.serviceName.min = 3", "bounds are for numbers"),
    ("fields/CPU/excluded", ["bot"], "fields.CPU.excluded = ('bot',)", "is for strings"),
    ("fields/serviceName/excluded", False, "fields.serviceName.excluded = False", "true, for any value, or a list"),
    ("fields/serviceName/excluded", "bot", "fields.serviceName.excluded = 'bot'", "true, for any value, or a list"),
    ("fields/serviceName/excluded", [1], "fields.serviceName.excluded = [1]", "true, for any value, or a list"),
    (
        "fields/serviceName/excluded",
        ["é" * 10_001],
        "fields.serviceName.excluded",
        "20002 bytes of text; at most 20000",
    ),
    ("fields/serviceName/max_length", 0, "fields.serviceName.max_length = 0", "greater than or equal to 1"),
    ("fields/serviceName/required", False, "dimensions.service.field = 'serviceName'", "needs a required field"),
    ("fields/RAM", {"type": "number"}, "fields.RAM", "cannot be a field itself"),
    ("fields/RAM..Total", {"type": "number"}, "fields.RAM..Total", "without empty parts"),
    ("fields/RAM.Total/required", False, "fields.RAM.Free.max = 'RAM.Total'", "needs a required field"),
    ("dimensions", {}, "dimensions", "at least 1"),
    ("dimensions/service", 5, "dimensions.service = 5", "object"),
    ("dimensions/service", "CPU", "dimensions.service.field = 'CPU'", "is a number; needs a string field"),
    ("dimensions/service", "host", "dimensions.service.field = 'host'", "names no field; known: serviceName"),
    ("dimensions/Service", "serviceName", "dimensions.Service", "lower-case name"),
    ("dimensions/messages", "serviceName", "dimensions.messages", "not a word that panes use themselves"),
    ("dimensions/event_minute", "serviceName", "dimensions.event_minute", "not a word that panes use themselves"),
    ("dimensions/at", "serviceName", "dimensions.at", "not a word that panes use themselves"),
    ("dimensions/cpu", "serviceName", "cpu", "names are unique"),
    ("dimensions/cpu_max", "serviceName", "cpu_max", "is the name of a column of cpu"),
    ("dimensions/ram_p95", "serviceName", "ram_p95", "is the name of a column of ram"),
    ("measures/cpu/decimals", 10, "measures.cpu.decimals = 10", "less than or equal to 9"),
    ("measures/cpu/min", math.nan, "measures.cpu.min", "finite"),
    ("measures/cpu/max", math.inf, "measures.cpu.max", "finite"),
    ("measures/cpu/max", 0, "measures.cpu.min = 0.0", "must be below max"),
    ("measures/cpu/max", 1e6, "measures.cpu.max = 1000000.0", "could overflow 64 bits"),
    ("measures/cpu/value", "CPU **", "measures.cpu.value = 'CPU **'", "arithmetic"),
    ("measures/cpu/value", "Cpu", "measures.cpu.value = 'Cpu'", "known: serviceName, CPU"),
    ("measures/cpu/value", "serviceName", "measures.cpu.value", "is a string; needs"),
    ("measures/cpu/value", "CPU * 1e999", "measures.cpu.value = 'CPU * 1e999'", "finite"),
    ("measures/cpu/scale", 6, "measures.cpu.scale = 6", "known: value, decimals"),
    ("distincts/cpus", "CPU", "distincts.cpus.field = 'CPU'", "is a number; needs a string field"),
    ("events", "yes", "events = 'yes'", "valid boolean"),
    ("retention", "30 days", "retention = '30 days'", "object"),
    ("retention/hours", "90 days", "retention.hours = '90 days'", "there are none of them; there are panes of minutes"),
    ("retention/events", "90 days", "retention.events = '90 days'", "the lake keeps none; set events = true"),
    ("retention/records", "90 days", "retention.records = '90 days'", "there are none; set records = true"),
    ("retention/days", "90 days", "retention.days = '90 days'", "is shorter than that of minutes, kept for ever"),
    ("retention", {"minutes": "91 days", "days": "12 weeks"}, "retention.days", "than that of minutes, 91 days"),
    ("retention/minutes", "1 minute", "retention.minutes = '1 minute'", "hours, days or weeks"),
    ("retention", {"kafka": "1 day", "lake": "1 day"}, "retention.lake = '1 day'", "known: kafka"),
    ("retention/kafka", 30, "retention.kafka = 30", "valid string"),
    ("retention/kafka", "30", "retention.kafka = '30'", "hours, days or weeks, like '30 days', at least '1 hour'"),
    ("retention/kafka", "0 days", "retention.kafka = '0 days'", "at least '1 hour'"),
    ("retention/kafka", "1.5 days", "retention.kafka = '1.5 days'", "hours, days or weeks"),
    ("retention/kafka", "36501 days", "retention.kafka = '36501 days'", "at most '36500 days'"),
    ("key", "service", "key = 'service'", "names no field; known: serviceName"),
    ("key", "CPU", "key = 'CPU'", "is a number; needs a string field"),
    ("duplicates", {"id": "serviceName", "horizon": "1 hour"}, "duplicates:", 'such as key = "serviceName"'),
    ("duplicates", "1 hour", "duplicates = '1 hour'", "object"),
    ("duplicates", {"id": "serviceName"}, "duplicates.horizon", "required"),
    *(
        ("duplicates", {"id": "serviceName", "horizon": text}, f"duplicates.horizon = '{text}'", "at most '24 hours'")
        for text in ("0 minutes", "30 seconds", "25 hours", "2 days", "1441 minutes", "an hour", "1.5 hours")
    ),
]


@pytest.mark.parametrize(("key", "value", "shown", "allowed"), BROKEN)
def test_refuses_naming_what_is_allowed(key: str, value: object, shown: str, allowed: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_definition(edited(raw(), key, value), "health.toml")
    message = str(caught.value)
    assert message.startswith(f"health.toml: {shown}")
    assert allowed in message
    assert "\n" not in message


def test_shows_long_values_shortened() -> None:
    with pytest.raises(DefinitionError) as caught:
        changed("measures/cpu/value", "+".join(["CPU"] * 5_000) + "+")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("content", "part"),
    [(b"title = ", "cannot be read"), (b"\xff\xfe", "cannot be read"), (b"title = 'a'\ntitle = 'b'", "cannot be read")],
)
def test_refuses_unreadable_files(tmp_path: Path, content: bytes, part: str) -> None:
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(DefinitionError, match=rf"odd\.toml: file: {part}"):
        load_definition(path)


def test_refuses_empty_folders(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="holds no stream definition"):
        load_definitions(tmp_path)


def test_refuses_another_name_than_the_files(tmp_path: Path) -> None:
    text = SHIPPED["page_views"].read_text("utf-8")
    (tmp_path / "views.toml").write_text(f"name = 'page_views'\n{text}", "utf-8")
    with pytest.raises(DefinitionError, match=r"views\.toml: name = 'page_views': .*named after its file"):
        load_definition(tmp_path / "views.toml")


def test_names_streams_after_files(tmp_path: Path) -> None:
    (tmp_path / "visits.toml").write_bytes(SHIPPED["page_views"].read_bytes())
    assert load_definition(tmp_path / "visits.toml").name == "visits"


def test_ships_streams_of_every_system() -> None:
    assert list(load_definitions(STREAMS)) == ["access_log", "health", "page_views", "web_events"]


def test_systems_beside_the_folder_are_read(tmp_path: Path) -> None:
    streams, system = tmp_path / "streams", tmp_path / "systems" / "shops" / "streams"
    for folder in (streams, system):
        folder.mkdir(parents=True)
    shutil.copyfile(SHIPPED["health"], streams / "mine.toml")
    shutil.copyfile(SHIPPED["health"], system / "health.toml")
    assert list(load_definitions(streams)) == ["access_log", "health", "mine"]
    assert list(load_definitions(system)) == ["access_log", "health"]
    (streams / "health.toml").symlink_to(system / "health.toml")
    assert list(load_definitions(streams)) == ["access_log", "health", "mine"]
    (streams / "health.toml").unlink()
    shutil.copyfile(SHIPPED["health"], streams / "health.toml")
    definitions, problems = read_definitions(streams)
    assert list(definitions) == ["access_log", "mine"]
    twice = f"health.toml: file: {streams}/health.toml and {system}/health.toml declare the same stream; keep one"
    assert {name: str(error) for name, error in problems.items()} == {"health": twice}
    assert list(HEALTH.dimensions) == ["service"]
    assert list(PAGE_VIEWS.dimensions) == ["site", "path"]
    assert (PAGE_VIEWS.topic, PAGE_VIEWS.partitions) == ("page_views", 2)


def test_the_access_log_is_declared_wherever_the_folder_is(tmp_path: Path) -> None:
    folder, beside = tmp_path / "streams", tmp_path / "systems" / "access" / "streams"
    for each in (folder, beside):
        each.mkdir(parents=True)
    with pytest.raises(DefinitionError, match="holds no stream definition"):
        load_definitions(folder)
    assert definition_files(folder) == {"access_log": (SHIPPED["access_log"],)}
    (beside / "access_log.toml").write_bytes(SHIPPED["access_log"].read_bytes())
    assert definition_files(folder) == {"access_log": (beside / "access_log.toml",)}
    (beside / "access_log.toml").rename(folder / "access_log.toml")
    assert definition_files(folder) == {"access_log": (folder / "access_log.toml",)}


def test_reads_dates_of_toml() -> None:
    assert changed("event_time/min", datetime(2020, 1, 1, tzinfo=UTC)).event_time.min_ms == 1_577_836_800_000


def test_survives_its_own_json() -> None:
    for definition in (HEALTH, PAGE_VIEWS):
        again = type(definition).model_validate_json(definition.model_dump_json(exclude_defaults=True))
        assert again == definition


@pytest.mark.parametrize(
    ("key", "value", "same"),
    [
        ("title", "Another title", True),
        ("description", "Other words", True),
        ("measures/cpu/max", 2, False),
        ("fields/CPU/max", 0.5, False),
        ("event_time/max_ahead_seconds", 1, False),
        ("event_time/min", "1971-02-01T00:00:00Z", True),
        ("event_time/min", "2020-01-01T00:00:00Z", False),
        ("retention/kafka", "30 days", True),
        ("sent_by", "windowpane", True),
        ("measures/cpu/min_at", False, True),
        ("measures/cpu/min_at", True, False),
        ("measures/cpu/total", True, True),
        ("events", False, True),
        ("events", True, False),
    ],
)
def test_digest_follows_the_numbers(key: str, value: object, same: bool) -> None:
    assert (changed(key, value).digest == changed("title", "Service health").digest) is same


def test_digests_stay_what_they_were_before_keys_that_are_not_set() -> None:
    """A running job is known by the digest that its definition had when it was started, by whichever version."""
    fields = {"s": {"type": "string"}, "x": {"type": "number"}}
    measure = {"value": "x", "decimals": 1, "min": 0, "max": 9}
    declared = {"name": "old", "title": "", "topic": "old", "event_time": {"field": "at"}, "fields": fields}
    definition = parse_definition({**declared, "dimensions": {"s": "s"}, "measures": {"x": measure}}, "old.toml")
    assert definition.digest == "5f2b9e61c5e35bbc"


@pytest.mark.parametrize(
    ("period", "hours"), [("1 hour", 1), ("36 hours", 36), ("1 day", 24), ("30 days", 720), ("2 weeks", 336)]
)
def test_reads_how_long_kafka_keeps(period: str, hours: int) -> None:
    retention = changed("retention/kafka", period).retention
    assert retention is not None
    assert retention.kafka_ms == hours * 3_600_000


def test_stores_measures_as_integers() -> None:
    assert HEALTH.measures["cpu"].scale == 1_000_000
    assert HEALTH.measures["cpu"].stored_bounds == (0, 1_000_000)
    assert PAGE_VIEWS.measures["load_ms"].stored_bounds == (0, 6_000_000)


def remembering(horizon: str = "1 hour", **more: object) -> Definition:
    """A stream whose copies are found by one of its optional fields, made a required one."""
    tree = edited(raw("page_views"), "fields/visitor_id/required", True)
    tree |= {"key": "site", "duplicates": {"id": "visitor_id", "horizon": horizon}, **more}
    return parse_definition(tree, "page_views.toml")


@pytest.mark.parametrize(
    ("horizon", "minutes"), [("1 minute", 1), ("90 minutes", 90), ("24 hours", 1440), ("1 day", 1440)]
)
def test_reads_how_long_ids_are_known(horizon: str, minutes: int) -> None:
    assert remembering(horizon).horizon_ms == minutes * 60_000
    assert HEALTH.horizon_ms == 0


def test_an_id_that_may_be_missing_tells_no_copies() -> None:
    tree = raw("page_views") | {"key": "site", "duplicates": {"id": "visitor_id", "horizon": "1 hour"}}
    with pytest.raises(DefinitionError, match=r"duplicates\.id = 'visitor_id': may be missing"):
        parse_definition(tree, "page_views.toml")


def test_kafka_keeps_more_than_is_read_again() -> None:
    with pytest.raises(DefinitionError, match="keep messages for more than 24 hours"):
        remembering("24 hours", retention={"kafka": "1 day"})
    assert remembering("24 hours", retention={"kafka": "2 days"}).retention


def test_digest_follows_key_and_duplicates() -> None:
    keyed = changed("key", "site", "page_views")
    digests = {PAGE_VIEWS.digest, keyed.digest, remembering().digest, remembering("2 hours").digest}
    assert len(digests) == 4


@pytest.mark.parametrize(("value", "allowed"), [("x", "makes a string"), (True, "makes a boolean"), (1.5, "whole")])
def test_default_of_another_type_is_refused(value: object, allowed: str) -> None:
    tree = edited(raw(), "fields/n", {"type": "integer", "required": False})
    with pytest.raises(DefinitionError, match=allowed):
        parse_definition(edited(tree, "clean", {"n": [{"rule": "default", "value": value}]}), "health.toml")
