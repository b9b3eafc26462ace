"""`windowpane sites import-log`: access logs of web servers, as events of a site."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from access.events import Did
from iceberg.apply import applied_definition
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from scripts.access.operating import changing, opened, operator
from scripts.console import message_progress, say
from scripts.merchants.settings import PlaceSettings
from scripts.results import Column, Format, Result, Sheet, formatted, right, show
from scripts.times import TIME
from services.settings import ServiceSettings
from streams import Definition
from streams.decoder import Decoder
from streams.decoding_plan import decoding_plan
from streams.errors import WindowpaneError
from streams.producer import BulkProducer
from streams.time_text import read_time
from systems.merchants.enrichment import Enrichment, Message
from systems.merchants.importing.access_logs import read_line
from systems.merchants.importing.files import Content, lines_of, look
from systems.merchants.importing.messages import Importing, Span, moment
from systems.merchants.importing.occurrences import Located
from systems.merchants.importing.records import Begun, ImportedError, Imports
from systems.merchants.importing.run import Tally, run
from systems.merchants.places import Places
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import STREAM, Site
from systems.merchants.store import SiteStore

_HORIZON_SPARED = timedelta(minutes=5)
"""Of the time for which duplicates are known: what is sent again has to arrive in it."""


@click.command(name="import-log")
@click.argument("site")
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--host", metavar="HOST", help="Of the pages, where lines do not say; else the site's first host.")
@click.option("--start", type=TIME, metavar="T", help="Leave out what happened before.")
@click.option(
    "--until", type=TIME, metavar="T", help="Leave out what happened then or later, such as when the script came."
)
@click.option("--again", is_flag=True, help="Go on with what broke off long ago, though some of it may count twice.")
@formatted
def import_log(
    site: str,
    files: tuple[Path, ...],
    host: str | None,
    start: str | None,
    until: str | None,
    again: bool,
    output: Format,
) -> None:
    """Import access logs into SITE: common or combined format, packed with gzip or not.

    A file is imported once, whatever it is called; one that broke off goes on where it did.

    \b
    Examples:
      ./windowpane sites import-log example.org /var/log/nginx/access.log* --until 2026-03-01T00:00:00Z
      ./windowpane sites import-log example.org access_log_Aug95 --host www.example.org --json
    """
    store = opened()
    into = SiteStore(store.records).sites.get(EVERY_SITE, site.lower())
    imports, definition = Imports(store.records), _definition()
    importer = _Importer(into, definition, imports, Span(_at(start), _at(until)), host or _first_host(into), again)
    done: list[tuple[Path, Tally]] = []
    contents = [look(path) for path in files]
    with changing(Did.SEND, into.name, STREAM), BulkProducer(ServiceSettings().kafka) as producer:
        begun = list(importer.begun(contents))
        for content, begin in begun:
            done.append((content.path, importer.send(content, begin, producer)))
        for _, begin in begun:  # together: a visitor may be in several files
            imports.complete(begin)
    if not done:
        raise ImportedError(f"nothing was imported into {into.name}")
    show(_result(into, done), output)


@dataclass(frozen=True)
class _Importer:
    site: Site
    definition: Definition
    imports: Imports
    span: Span
    host: str
    again: bool

    def begun(self, contents: Sequence[Content]) -> Iterator[tuple[Content, Begun]]:
        """The files that are to be sent; of others it is said why not."""
        duplicates = self.definition.duplicates
        horizon = timedelta(milliseconds=duplicates.horizon_ms if duplicates else 0) - _HORIZON_SPARED
        for content in dict.fromkeys(contents):
            try:
                yield (
                    content,
                    self.imports.begin(
                        self.site.name,
                        content.digest,
                        content.path.name,
                        by=operator(),
                        horizon=horizon,
                        again=self.again,
                    ),
                )
            except ImportedError as error:
                say(str(error))

    def send(self, content: Content, begun: Begun, producer: BulkProducer) -> Tally:
        """All of a file, from where it broke off. Returns when Kafka has it."""
        importing = Importing(
            site=self.site,
            digest=content.digest,
            salt=begun.salt,
            decoder=Decoder(decoding_plan(self.definition)),
            enrichment=Enrichment(Places.open(PlaceSettings().countries)),
            now_ms=time.time_ns() // 1_000_000,
            span=self.span,
        )
        known = begun.lines

        def send(messages: Sequence[Message]) -> None:
            producer.send(
                self.definition.topic, [each.payload for each in messages], keys=[each.key for each in messages]
            )
            producer.flush()

        with message_progress(content.path.name, content.lines) as advance:

            def note(lines: int, events: int) -> None:
                nonlocal known
                self.imports.note(begun, lines, events)
                advance(lines - known)
                known = lines

            advance(known)
            return run(self._found(content), importing, send, note, after=begun.lines, sent=begun.events)

    def _found(self, content: Content) -> Iterator[Located]:
        for number, line in enumerate(lines_of(content.path), 1):
            yield number, 0, read_line(line, self.host)


def _definition() -> Definition:
    """As it is applied, which decides what is accepted."""
    definition = applied_definition(open_catalog(LakeSettings()), STREAM)
    if definition is None:
        raise WindowpaneError(f"the stream {STREAM} is not applied; run ./windowpane apply {STREAM}")
    return definition


def _first_host(site: Site) -> str:
    return next((each for each in site.origins if not each.startswith("*.")), site.name)


def _at(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        at = read_time(text)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is no time such as 2026-03-01T00:00:00Z") from None
    if at.tzinfo is None:
        raise click.BadParameter(f"{text!r} has no offset; add Z or an offset such as +02:00")
    return moment(at)


_WHAT = (Column("FILE"), right("EVENTS"), right("OF BOTS"), right("SKIPPED"), right("BAD"))


def _result(site: Site, done: Sequence[tuple[Path, Tally]]) -> Result:
    rows = [(path.name, tally.events, tally.bots, tally.skipped.total(), tally.bad.total()) for path, tally in done]
    skipped = [(path.name, str(why), count) for path, tally in done for why, count in tally.skipped.most_common()]
    bad = [
        (path.name, reason, count, ", ".join(map(str, tally.listed[reason])))
        for path, tally in done
        for reason, count in tally.bad.most_common()
    ]
    sheets: list[Sheet | str] = [Sheet(_WHAT, rows, f"Imported into {site.name}")]
    if skipped:
        sheets.append(Sheet((Column("FILE"), Column("SKIPPED BECAUSE IT IS"), right("LINES")), skipped))
    if bad:
        sheets.append(
            Sheet((Column("FILE"), Column("BAD BECAUSE IT"), right("LINES"), Column("THE FIRST", wraps=True)), bad)
        )
    return Result(
        {
            "site": site.name,
            "files": [
                {
                    "file": path.name,
                    "events": tally.events,
                    "bots": tally.bots,
                    "skipped": {str(why): count for why, count in tally.skipped.items()},
                    "bad": [
                        {"reason": reason, "lines": count, "first": tally.listed[reason]}
                        for reason, count in tally.bad.most_common()
                    ],
                }
                for path, tally in done
            ],
        },
        sheets,
    )
