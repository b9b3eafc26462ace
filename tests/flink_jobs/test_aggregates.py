"""Aggregates on both sides of the JVM's border: each side has those of the other, and the classes that SQL calls."""

from __future__ import annotations

import json
import re
import subprocess

from flink_jobs.aggregates import FUNCTIONS
from flink_jobs.render import JobRange, render
from streams.aggregates import AGGREGATES, MeasureOptions
from streams.decoding_plan import decoding_plan
from tests.definitions import PAGE_VIEWS
from tests.flink_jobs.jvm import Jvm

OPTIONS = dict.fromkeys(MeasureOptions.model_fields, True)
EVERYTHING = PAGE_VIEWS.model_copy(
    update={"measures": {name: one.model_copy(update=OPTIONS) for name, one in PAGE_VIEWS.measures.items()}}
)


def listed(jvm: Jvm, columns: list[str]) -> subprocess.CompletedProcess[str]:
    plan = json.dumps(decoding_plan(EVERYTHING))
    command = jvm.command("windowpane.flink.combine.ListAggregates", plan, ",".join(columns))
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_both_sides_have_the_same_aggregates(jvm: Jvm) -> None:
    script = render(EVERYTHING, "127.0.0.1:9092", JobRange(), slack_ms=500)
    [combined] = [statement for statement in script.setup if "temporary table combined" in statement]
    columns = re.findall(r"^  `?(\w+)`? [a-z_()0-9]+,$", combined, re.MULTILINE)
    done = listed(jvm, columns)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [each.column("m") for each in AGGREGATES if each.of == "measure"]
    refused = listed(jvm, [*columns, "load_ms_median"])
    assert "Nothing fills the columns [load_ms_median]" in refused.stderr


def test_functions_are_classes_of_the_jvm_part(jvm: Jvm) -> None:
    assert [
        name for name in FUNCTIONS.values() if not (jvm.classes / f"{name.replace('.', '/')}.class").is_file()
    ] == []
