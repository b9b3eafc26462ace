"""Has a trial done by a process of its own, which may take so much and no more."""

from __future__ import annotations

import pickle
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import orjson

from sources.definition import Source
from sources.errors import SourceError
from sources.own_python import command, environment
from sources.trying.outcome import Guess, Tried, read_tried
from sources.trying.request import Request, Sample
from streams.definition import Definition

_WALL_SECONDS = 90


def guess_source(definition: Definition, file: Path, name: str) -> Guess:
    """A source as a sample looks like, for a stream. Raises SourceError where nothing can be told."""
    return Guess(**_answer(definition, None, file, name, None)["guess"])


def try_source(definition: Definition, source: Source, file: Path, name: str, landed: Path | None = None) -> Tried:
    """What comes of a sample by a source; `landed`: what it sent before. Raises SourceError if that cannot be told."""
    return read_tried(_answer(definition, source, file, name, landed)["tried"])


def _answer(definition: Definition, source: Source | None, file: Path, name: str, landed: Path | None) -> Any:
    with tempfile.TemporaryDirectory(prefix="trial-") as folder:
        copied = Path(folder) / "sample"  # where who maps it may read it, whoever owns the folder that it is in
        shutil.copyfile(file, copied)
        work = Path(folder) / "work"
        work.mkdir()
        request = Request(definition, source, Sample(copied, name, landed), work)
        child = subprocess.Popen(
            command("sources.trying.child"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", env=environment(),
        )  # fmt: skip
        try:
            said, complaints = child.communicate(pickle.dumps(request), timeout=_WALL_SECONDS)
        except subprocess.TimeoutExpired:
            raise SourceError(f"the trial took more than {_WALL_SECONDS} s; try a smaller sample") from None
        finally:
            child.kill()
            child.wait()
    try:
        answer = orjson.loads(said)
    except orjson.JSONDecodeError:
        why = (complaints.decode(errors="replace").strip().splitlines() or [f"it ended with {child.returncode}"])[-1]
        raise SourceError(f"the sample cannot be tried: {why[:300]}") from None
    if "wrong" in answer:
        raise SourceError(str(answer["wrong"]))
    return answer
