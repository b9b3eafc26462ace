"""A million records are described in memory that does not grow with them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from iceberg.records import records_snapshot
from tests.iceberg.lakes import open_local
from tests.processing.made import append, recorded, students

_ROWS, _FILES = 1_000_000, 10
_MOST_BYTES = 512 * 1024 * 1024

_PROGRAM = """
import json, re, sys
from pathlib import Path
from analysis.descriptives import Describing
from iceberg.records import record_batches
from processing.run import add
from tests.iceberg.lakes import open_local

described = Describing(20_000)
for batch, _ in record_batches(open_local(Path(sys.argv[1])), "marks", int(sys.argv[2]), sys.argv[3].split(",")):
    add(described, batch)
found = described.result()
# Not by getrusage, whose peak is at first that of who began this process.
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024
print(json.dumps({"rows": found.rows, "mean": found.numbers[0].mean, "peak": peak}))
"""


def test_a_million_records_take_bounded_memory(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    table = recorded(catalog)
    part = students(_ROWS // _FILES)
    for _ in range(_FILES):
        append(table, part)
    snapshot = records_snapshot(catalog, "marks")
    asked = [sys.executable, "-c", _PROGRAM, str(tmp_path), str(snapshot), "mark,hours,school,student,repeats"]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(asked, check=True, capture_output=True, text=True, cwd=root, timeout=120)
    found = json.loads(done.stdout)
    assert found["rows"] == _ROWS
    assert found["peak"] < _MOST_BYTES
