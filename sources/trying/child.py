"""The process that does a trial: told on standard input what to do, it says on standard output how that went."""

from __future__ import annotations

import dataclasses
import pickle
import sys
from typing import Any

import orjson

from sources.errors import SourceError
from sources.guessing.guess import guess, source_name
from sources.mapping.confinement import limit
from sources.trying.request import Request
from sources.trying.trial import LIMITS, tried
from streams.decoder import Decoder
from streams.decoding_plan import decoding_plan

_MEMORY = 3 << 30
"""Address space: of this process, and of the one that maps, which has less."""

_SECONDS = 60


def main() -> None:
    """Do what standard input says."""
    request: Request = pickle.load(sys.stdin.buffer)
    limit(_MEMORY, _SECONDS, LIMITS.unpacked_bytes)
    try:
        told = _done(request)
    except SourceError as error:
        told = {"wrong": str(error)}
    sys.stdout.buffer.write(orjson.dumps(told))


def _done(request: Request) -> dict[str, Any]:
    sample = request.sample
    if request.source is None:
        toml = guess(sample.file, sample.name, request.definition)
        return {"guess": {"name": source_name(sample.name), "toml": toml}}
    decoder = Decoder(decoding_plan(request.definition))
    return {"tried": dataclasses.asdict(tried(request.source, decoder, sample, request.folder))}


if __name__ == "__main__":
    main()
