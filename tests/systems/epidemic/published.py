"""Takes published files as the sources do: read, mapped, compared with those before, judged by the stream's decoder."""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyarrow import parquet

from sources.corrections import differences
from sources.definition import Source
from sources.definition_files import load_sources
from sources.mapping import map_file
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from tests.definitions import ON_DEMAND

DATA = Path(__file__).parent.parent.parent / "data" / "epidemic"
FOLDER = Path(__file__).parent.parent.parent.parent / "systems" / "epidemic"
SAMPLES = FOLDER / "samples"
SOURCES = load_sources([FOLDER / "sources"])
CASE_REPORTS = ON_DEMAND["case_reports"]
DECODER = Decoder(decoding_plan(CASE_REPORTS))

Message = dict[str, Any]
Figures = Counter[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file. `answered`: rows of the file that some message is of, `landed`: the state after it."""

    rows: int
    unreadable: int
    answered: frozenset[int]
    accepted: tuple[Message, ...]
    rejected: tuple[tuple[str, Message], ...]
    landed: Path

    def sums(self, *fields: str) -> Figures:
        """Changes added up by fields of the messages."""
        sums: Figures = Counter()
        for message in self.accepted:
            sums[tuple(message[field] for field in fields)] += message["change"]
        return sums

    def reasons(self) -> Counter[str]:
        """Reason → messages that were rejected for it."""
        return Counter(reason for reason, _ in self.rejected)


Take = Callable[..., Taken]


def take(source: Source, file: Path, folder: Path, name: str = "", landed: Path | None = None) -> Taken:
    """Take a file after those that left `landed`. Raises Held."""
    mapped = map_file(source, file, name or file.name, folder / "mapped")
    answered = parquet.read_table(mapped.messages_file, columns=["row"]).column("row").to_pylist()
    assert source.corrections is not None
    (folder / "compared").mkdir()
    compared = differences(landed, mapped.messages_file, source.corrections, folder / "compared", file.name)
    accepted, rejected = [], []
    for text in parquet.read_table(compared.changes_file, columns=["message"]).column("message").to_pylist():
        message = json.loads(text)
        outcome = DECODER.decode(text.encode(), time.time_ns() // 1_000_000)
        if isinstance(outcome, Accepted):
            accepted.append(message)
        else:
            rejected.append((f"{outcome.field}: {outcome.reason}", message))
    return Taken(
        mapped.rows, mapped.unreadable, frozenset(answered), tuple(accepted), tuple(rejected), compared.landed_file
    )


def rows(file: Path) -> list[dict[str, str]]:
    """An independent reading: each row by the header of its cell."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def whole(cells: Iterable[str]) -> int:
    """The sum of cells; an empty one counts nothing."""
    return sum(int(float(cell)) for cell in cells if cell)


def write(path: Path, lines: Sequence[str]) -> Path:
    """A file of these lines."""
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path
