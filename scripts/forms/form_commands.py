"""`windowpane forms`: which there are; a draft of one; one that is written as an XLSForm; links for persons."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import click

from access.events import Did
from scripts.access.operating import changing, opened
from scripts.console import say
from scripts.results import Column, Format, Result, Sheet, formatted, right, show
from services.settings import ServiceSettings
from sources.xlsforms.survey import imported
from sources.xlsforms.workbook import read_workbook
from streams import read_definitions
from streams.definition_files import parse_definition
from streams.errors import DefinitionError, WindowpaneError
from streams.form import Form
from streams.form_draft import Draft, draft_text, first_draft

_LISTED = (
    Column("STREAM"), Column("TITLE", wraps=True), right("PAGES"), right("QUESTIONS"), Column("OPENS"),
    Column("CLOSES"), Column("ADDRESS"),
)  # fmt: skip
MOST_LINKS = 100_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

_OUTPUT = click.option(
    "-o", "--output", "path", type=click.Path(path_type=Path), help="The file; default: NAME.toml among the streams."
)
_STDOUT = click.option("--stdout", is_flag=True, help="Print the TOML; write no file.")


@click.group(name="forms", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List forms; draft one, or import one that is written as an XLSForm; make links by which persons fill one in.

    \b
    Examples:
      ./windowpane forms list
      ./windowpane forms new visitors
      ./windowpane forms import survey.xlsx
      ./windowpane forms links visitors --number 20
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


@command.command(name="list")
@formatted
def _list(output: Format = Format.TABLE) -> None:
    """All streams with a form, and where each is filled in.

    \b
    Examples:
      ./windowpane forms list
      ./windowpane forms list --json
    """
    settings = ServiceSettings()
    definitions, _ = read_definitions(settings.streams)
    forms = {name: each.form for name, each in definitions.items() if each.form is not None}
    told = [_listed(settings, name, definitions[name].title, form) for name, form in forms.items()]
    nothing = "There are no forms. Draft one: ./windowpane forms new NAME"
    show(Result({"forms": told}, [Sheet(_LISTED, [(*each.values(),) for each in told]) if told else nothing]), output)


def _listed(settings: ServiceSettings, name: str, title: str, form: Form) -> dict[str, object]:
    return {
        "stream": name,
        "title": title,
        "pages": len(form.pages),
        "questions": len(form.questions),
        "opens": form.opens,
        "closes": form.closes,
        "address": f"{settings.public_url}/forms/{name}",
    }


@command.command(name="new")
@click.argument("name")
@click.option("--title", default="", help="What people call it.")
@_OUTPUT
@_STDOUT
def _new(name: str, title: str, path: Path | None, stdout: bool) -> None:
    """Draft the definition of a stream NAME with a form, to be changed: questions, choices, a condition.

    \b
    Examples:
      ./windowpane forms new visitors --title "Visitors"
      ./windowpane forms new visitors --stdout
    """
    notes = ("A draft. Change the questions and the fields behind them, then run: windowpane apply " + _named(name),)
    _write(first_draft(name, title or name.replace("_", " ").capitalize(), notes), path, stdout=stdout)


@command.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", default="", metavar="NAME", help="Of the stream; default: the form's id, or the file's name.")
@_OUTPUT
@_STDOUT
def _import(file: Path, name: str, path: Path | None, stdout: bool) -> None:
    """Make the definition of a stream with a form of FILE, an XLSForm. What is not understood is named.

    \b
    Examples:
      ./windowpane forms import survey.xlsx
      ./windowpane forms import survey.xlsx --name visitors --stdout
    """
    book = read_workbook(file)
    made = imported(book, _named(name or _plain(book.settings.get("form_id") or file.stem)))
    for line in made.unread:
        say(f"not as in {file.name}: {line}")
    now = f"{datetime.now(UTC):%Y-%m-%d}"
    notes = (
        f"Made of {file.name}, {now}. Look at each line, then run: windowpane apply {made.draft.name}",
        *made.unread,
    )
    _write(Draft(made.draft.name, made.draft.title, made.draft.pages, notes=notes), path, stdout=stdout)


@command.command(name="links")
@click.argument("stream")
@click.option("-n", "--number", type=click.IntRange(1, MOST_LINKS), default=1, help="How many; default: 1.")
def _links(stream: str, number: int) -> None:
    """Print links for persons, one a line: each opens the form of STREAM for one, who need not log in.

    A form with `once = true` is answered once by each link. Nothing else is opened by one.

    \b
    Examples:
      ./windowpane forms links visitors
      ./windowpane forms links visitors --number 200 > links.txt
    """
    settings = ServiceSettings()
    definition = read_definitions(settings.streams)[0].get(stream)
    if definition is None or definition.form is None:
        raise WindowpaneError(f"there is no form {stream}; see them: ./windowpane forms list")
    with changing(Did.CHANGE_GRANT, f"{number} links", stream):
        keys = opened().form_keys.of_persons(stream, number)
    for key in keys:
        click.echo(f"{settings.public_url}/forms/{stream}?key={key}")


def _plain(text: str) -> str:
    """A name of a stream after any text."""
    made = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return (made if made[:1].isalpha() else f"form_{made}")[:63]


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise WindowpaneError(
            f"{name!r} is no name of a stream: lower-case letters, digits and _, at most 63; --name says another"
        )
    return name


def _write(draft: Draft, path: Path | None, *, stdout: bool) -> None:
    """Write what holds by every rule. Raises WindowpaneError; a file that is there stays as it is."""
    text = draft_text(draft)
    _check(text, draft.name)
    if stdout:
        click.echo(text, nl=False)
        return
    file = path or ServiceSettings().streams / f"{draft.name}.toml"
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise WindowpaneError(f"{file} is there already; -o names another file, --stdout prints it") from None
    except OSError as error:
        raise WindowpaneError(f"{file} cannot be written: {error.strerror}") from error
    say(f"{file} declares {draft.name}; look at it, then run: ./windowpane apply {draft.name}")


def _check(text: str, name: str) -> None:
    try:
        parse_definition({"name": name, **tomllib.loads(text)}, f"{name}.toml")
    except DefinitionError as error:
        raise WindowpaneError(f"what was drafted breaks a rule, so nothing was written: {error}") from error
