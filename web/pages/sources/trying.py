"""`/sources/try`: a sample and a guessed mapping, what comes of it, and the TOML to keep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from sources.errors import SourceDefinitionError, SourceError
from sources.trying import Tried
from web.access.sources import administers_streams
from web.asking.known_streams import known_streams
from web.asking.samples import LARGEST, Sample, find_sample, keep_sample
from web.asking.trials import guessed, in_trial, read_source, tried
from web.asking.uploads import received
from web.edge.problems import ProblemError
from web.page.templating import page_response
from web.service import service_of

_NAME = "my_source"
_SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class Trial:
    """What the form has, what is wrong with it by field, and what came of it."""

    stream: str = ""
    name: str = ""
    toml: str = ""
    sample: Sample | None = None
    problems: tuple[tuple[str, str], ...] = ()
    outcome: Tried | None = None
    sent_before: bool = False

    def wrong(self, field: str, *reasons: str) -> Trial:
        """The same, with what is wrong with a field."""
        return replace(self, problems=(*self.problems, *((field, reason) for reason in reasons)))

    def problem(self, field: str) -> list[str]:
        """What is wrong with a field."""
        return [reason for name, reason in self.problems if name == field]


async def try_page(request: Request) -> Response:
    """The form."""
    streams = _streams(request)
    asked = request.query_params.get("stream", "")
    return _page(request, streams, Trial(stream=asked if asked in streams else streams[0]))


async def try_sample(request: Request) -> Response:
    """Try what the form has, or give its TOML as a file."""
    streams = _streams(request)
    async with received(request, LARGEST) as given:
        fields = given.fields
        if fields.get("then") == "download":
            return _download(fields)
        trial = Trial(fields.get("stream", ""), fields.get("name", "").strip(), fields.get("toml", ""))
        if trial.stream not in streams:
            raise ProblemError("forbidden", "Samples are tried by those who administer the stream, all of it.")
        upload = given.upload
        if upload is not None and upload.size:
            trial = replace(trial, sample=await in_trial(request, lambda: keep_sample(request, upload)))
        else:
            sample = find_sample(request, fields.get("sample", ""), fields.get("sample_name", ""))
            trial = replace(trial, sample=sample)
    return _page(request, streams, await _tried(request, trial, anew=fields.get("then") == "guess"))


async def _tried(request: Request, trial: Trial, *, anew: bool) -> Trial:
    """Guess where nothing is said, then try."""
    sample = trial.sample
    if sample is None:
        return trial.wrong("file", "choose a sample; one that was chosen before is kept for an hour")
    if anew or not trial.toml.strip():
        try:
            guess = await guessed(request, sample, trial.stream)
            trial = replace(trial, toml=guess.toml, name=trial.name or guess.name)
        except SourceError as error:
            return trial.wrong("file", str(error))
    trial = replace(trial, name=trial.name or _NAME)
    try:
        source = await in_trial(request, lambda: read_source(request, trial.toml, trial.name))
    except SourceDefinitionError as error:
        return trial.wrong("toml", *(str(each).partition(": ")[2] for each in (error, *error.others)))
    if source.stream != trial.stream:
        return trial.wrong("toml", f"stream = {source.stream!r}: the sample is tried for {trial.stream}")
    try:
        outcome, sent_before = await tried(request, source, sample)
    except SourceError as error:
        return trial.wrong("file", str(error))
    return replace(trial, outcome=outcome, sent_before=sent_before)


def _download(fields: Mapping[str, str]) -> Response:
    name = fields.get("name", "").strip()
    name = name if _SOURCE_NAME.fullmatch(name) else _NAME
    headers = {"Content-Disposition": f'attachment; filename="{name}.toml"', "Cache-Control": "no-store"}
    return Response(fields.get("toml", "").rstrip("\n") + "\n", 200, headers, "application/toml")


def _streams(request: Request) -> list[str]:
    """Those for which the asker may try samples. Raises ProblemError where there are none."""
    streams = administers_streams(request)
    if not streams:
        raise ProblemError("forbidden", "Samples are tried by those who administer a stream, all of it.")
    return streams


def _page(request: Request, streams: list[str], trial: Trial) -> Response:
    service, known = service_of(request), known_streams(request)
    return page_response(
        "pages/sources/try.html",
        422 if trial.problems else 200,
        {"Cache-Control": "no-store"},
        title="Try a sample",
        trial=trial,
        streams=[(name, known[name].shown.title if name in known else name) for name in streams],
        folder=service.declared_sources.folders[0],
        most=LARGEST,
        rows=min(44, max(14, trial.toml.count("\n") + 2)),
    )
